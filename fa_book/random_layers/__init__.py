"""Chapter on random layers."""
