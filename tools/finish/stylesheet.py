"""One stylesheet for the site, made of the theme's ten, without the rules that no page and no script can meet.

A rule stays if every class and id in one of its selectors occurs in some page or, as a word, in some script.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

WORD = re.compile(r"[A-Za-z_][\w-]*")
ICON = re.compile(r"""content:\s*["']\\[ef][0-9a-f]{2,3}["']""")  # a letter of a font of icons
NESTED = ("@media", "@supports", "@container", "@layer")


def blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """Cut a stylesheet into its top rules: (what stands before the brace, what stands inside it or None)."""
    start, place, depth, head = 0, 0, 0, ""
    for found in re.finditer(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|url\([^)"\']*\)|[{};]', css):
        sign = found[0]
        if sign == "{":
            depth += 1
            if depth == 1:
                head, place = css[start : found.start()].strip(), found.end()
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield head, css[place : found.start()]
                start = found.end()
        elif sign == ";" and depth == 0:
            yield css[start : found.start()].strip(), None
            start = found.end()


def selectors(head: str) -> list[str]:
    """The selectors of a rule, cut at the commas outside of brackets."""
    parts, depth = [""], 0
    for sign in re.findall(r"\\.|[^\\]", head):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _plain(selector: str) -> str:
    """A selector without what it excludes, without alternatives, and without what attributes hold."""
    selector = re.sub(r"\[[^\]]*\]", "", selector)
    while True:
        shorter = re.sub(r":[\w-]+\([^()]*\)", "", selector)
        if shorter == selector:
            return selector
        selector = shorter


def wanted(selector: str, words: set[str]) -> bool:
    """Whether something on the site may meet a selector."""
    names = re.findall(r"[.#]((?:\\.|[\w-])+)", _plain(selector))
    return all(name.replace("\\", "") in words for name in names)


def purge(css: str, words: set[str]) -> str:
    """A stylesheet without the rules that nothing meets, without comments, and without fonts of icons.

    Rules that write a letter of such a font go too: without it the letter is an empty box, and Font Awesome has one for
    each class of the name of an icon, .fa-table among them.
    """
    kept = []
    for head, body in blocks(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
        if body is None:
            if head and not head.startswith("@charset"):
                kept.append(f"{head};")
        elif head.startswith(NESTED):
            if inner := purge(body, words):
                kept.append(f"{head}{{{inner}}}")
        elif head.startswith("@"):
            if not (head.startswith("@font-face") and re.search("Font ?Awesome", body)):
                kept.append(f"{head}{{{' '.join(body.split())}}}")
        elif ICON.search(body):
            continue
        elif (left := [one for one in selectors(head) if wanted(one, words)]) and body.strip():
            kept.append(f"{','.join(left)}{{{' '.join(body.split())}}}")
    return "\n".join(kept)


def moved(css: str, old: str, new: str) -> str:
    """A stylesheet whose file moves from folder `old` to folder `new`: its addresses lead where they led."""

    def address(found: re.Match) -> str:
        target = found[2]
        if re.match(r"[a-z]+:|/|#|%23", target):
            return found[0]
        return f"url({found[1]}{posixpath.relpath(posixpath.join(old, target), new)}{found[1]})"

    return re.sub(r"url\(\s*([\"']?)([^\"')]+)\1\s*\)", address, css)


def read(site: Path, name: str) -> str:
    """A stylesheet with those that it imports in their places."""
    css, folder = (site / name).read_text(encoding="utf-8"), posixpath.dirname(name)

    def inner(found: re.Match) -> str:
        other = posixpath.normpath(posixpath.join(folder, found[1]))
        return moved(read(site, other), posixpath.dirname(other), folder)

    return re.sub(r"@import\s+(?:url\()?\s*[\"']?([^\"')\s;]+)[\"']?\s*\)?\s*;", inner, css)


def words(pages: Iterable[str], scripts: Iterable[str]) -> set[str]:
    """The words that stand in classes and ids of pages, and all words of scripts."""
    found = set()
    for page in pages:
        for value in re.findall(r'\b(?:class|id)=(?:"([^"]*)"|\'([^\']*)\')', page):
            found |= set("".join(value).split())
    for script in scripts:
        found |= set(WORD.findall(script))
    return found
