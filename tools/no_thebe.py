"""Sphinx extension: take sphinx-thebe off every page. Jupyter Book always loads it; unused, its script throws."""


def _is_thebe(file) -> bool:
    body = getattr(file, "attributes", {}).get("body") or ""
    return "thebe" in str(getattr(file, "filename", file)).lower() or "THEBE" in body


def _drop_files(app, pagename, templatename, context, doctree):
    for files in ("script_files", "css_files"):
        context[files] = [file for file in context.get(files, []) if not _is_thebe(file)]


def _drop_settings(app, doctree, docname):
    for node in list(doctree.findall(lambda node: node.tagname == "raw")):
        if "x-thebe-config" in node.astext() or "kernelName =" in node.astext():
            node.parent.remove(node)


def setup(app):
    app.connect("html-page-context", _drop_files, priority=900)
    app.connect("doctree-resolved", _drop_settings, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
