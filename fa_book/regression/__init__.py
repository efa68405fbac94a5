"""Section 2.4, Fig. 8: regression."""
