"""How good the built site is, measured in a browser against bars: python -m tools.quality (see make quality)."""
