"""Chapter on updates out of step."""
