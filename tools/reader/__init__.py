"""Editions of the book for readers without the site: notebooks whose text is complete in plain Jupyter, each page as
Markdown, llms.txt. Made from the built site, so that numbers, references and captions are the site's own.

`python -m tools.reader` writes them into _build/html, `python -m tools.reader.check` compares them with the site word
for word, `python -m tools.reader.run` runs them where nothing else is. `buttons` is the Sphinx extension that lets the
launch and download buttons lead to them. sphinx-tojupyter 0.6 was judged first: it leaves out what the chapters'
cells have put out, folds nothing, writes nodes that it does not know in part, and would need nbconvert, nbdime and a
second build; so this is our own.
"""

FOLDER = "notebooks"  # of the editions: in the site, in the archive and on the branch of that name
