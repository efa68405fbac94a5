"""Chapter on narrow feedback."""
