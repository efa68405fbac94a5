"""Chapter on drift."""
