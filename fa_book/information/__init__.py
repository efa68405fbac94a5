"""Chapter on estimators of information."""
