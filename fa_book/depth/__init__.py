"""Chapter on depth: every layer by the rule."""
