"""Section 1 and the task."""
