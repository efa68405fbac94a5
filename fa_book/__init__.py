"""The Python behind the book's chapters: a room for each, with its plan, measures, analysis, figures and claims."""
