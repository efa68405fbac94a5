"""Chapter on settings."""
