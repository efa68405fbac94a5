"""Systems that the paper's text names and its figures leave out."""
