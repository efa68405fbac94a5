"""Chapter on predictive coding."""
