"""Section 2.4, Fig. 4: the scaling factor gamma."""
