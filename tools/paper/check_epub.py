"""Whether an EPUB is in order, as far as it can be told without a reader: python -m tools.paper.check_epub FILE.

The order of the archive, XML that can be parsed, a manifest of exactly the files, links and pictures that exist,
anchors that exist once, a text for each picture.
"""

import sys
import zipfile
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit
from xml.etree import ElementTree

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
PACKAGE = "book/package.opf"


def _trees(archive: zipfile.ZipFile, found: list[str]) -> dict[str, ElementTree.Element]:
    trees = {}
    for name in archive.namelist():
        if name.endswith((".xhtml", ".opf", ".xml")):
            try:
                trees[name] = ElementTree.fromstring(archive.read(name))
            except ElementTree.ParseError as error:
                found.append(f"{name} is not XML: {error}")
    return trees


def _manifest(archive: zipfile.ZipFile, package: ElementTree.Element) -> list[str]:
    items = {f"book/{item.get('href')}": item for item in package.iter(f"{OPF}item")}
    there = {name for name in archive.namelist() if name.startswith("book/") and name != PACKAGE}
    ids = {item.get("id") for item in items.values()}
    return [
        *(f"{name} is in the archive but not in the manifest" for name in sorted(there - set(items))),
        *(f"{name} is in the manifest but not in the archive" for name in sorted(set(items) - there)),
        *(f"the spine names {i.get('idref')}" for i in package.iter(f"{OPF}itemref") if i.get("idref") not in ids),
    ]


def _page(name: str, tree: ElementTree.Element, anchors: dict[str, Counter], files: set[str]) -> list[str]:
    found = [f"{name}: anchor {anchor} {count} times" for anchor, count in anchors[name].items() if count > 1]
    for tag in tree.iter():
        if tag.tag in (f"{XHTML}script", f"{XHTML}iframe", f"{XHTML}button"):
            found.append(f"{name}: holds {tag.tag.removeprefix(XHTML)}")
        if tag.tag == f"{XHTML}img" and not tag.get("alt"):
            found.append(f"{name}: picture {tag.get('src')} without words")
        link = tag.get("href") or tag.get("src")
        if link is None or urlsplit(link).scheme:
            continue
        address, anchor = urldefrag(unquote(link))
        target = f"book/{address}" if address else name
        if target not in files:
            found.append(f"{name}: {link}: no such file")
        elif anchor and not anchors.get(target, {}).get(anchor):
            found.append(f"{name}: {link}: no such anchor")
    return found


def problems(path: Path) -> list[str]:
    """One line for each fault, none if the file is in order."""
    found: list[str] = []
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        if (first.filename, first.compress_type, archive.read(first)) != ("mimetype", 0, b"application/epub+zip"):
            found.append("it does not begin with its type, uncompressed")
        trees = _trees(archive, found)
        if PACKAGE not in trees:
            return [*found, f"no {PACKAGE}"]
        found += _manifest(archive, trees[PACKAGE])
        pages = {name: tree for name, tree in trees.items() if name.endswith(".xhtml")}
        anchors = {name: Counter(tag.get("id") for tag in tree.iter() if tag.get("id")) for name, tree in pages.items()}
        for name, tree in pages.items():
            found += _page(name, tree, anchors, set(archive.namelist()))
    return found


if __name__ == "__main__":
    lines = problems(Path(sys.argv[1]))
    for line in lines:
        print(f"error: {line}", file=sys.stderr)
    print(f"{sys.argv[1]}: {len(lines)} problems")
    sys.exit(bool(lines))
