"""Chapter on one law: what teaches a hidden layer."""
