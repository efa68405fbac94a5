"""What the chapters beyond the paper compute and draw, one file an experiment."""
