"""Chapter on information or alignment."""
