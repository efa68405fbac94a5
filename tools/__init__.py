"""What the Makefile calls: run the chapters, check them, check the built site."""
