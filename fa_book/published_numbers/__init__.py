"""Numbers that others published, met by their own protocols, and the other rules under the same."""
