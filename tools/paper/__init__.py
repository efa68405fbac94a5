"""The whole book as one PDF and one EPUB, from the pages of the built site: python -m tools.paper [pdf] [epub].

Both are made from _build/html, so that they say what the site says; Sphinx's own singlehtml and epub builders put all
chapters below the first one, and give several of them anchors of one name. What only a screen can do (folded code,
widgets, buttons) is taken out in chapters.py.
"""
