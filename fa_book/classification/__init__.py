"""Section 2.4, Fig. 7: classification."""
