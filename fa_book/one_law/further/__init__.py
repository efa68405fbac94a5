"""What the sweep `one_law_further` was made for."""
