"""Chapter on coding rate."""
