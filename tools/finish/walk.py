"""A page's elements in one walk: a selector asks each of thousands in Python, some twenty milliseconds a question."""

from collections import defaultdict

from bs4 import Tag


def by_name(part: Tag) -> dict[str, list[Tag]]:
    """The elements in a part of a page by their names, each in the order of the page; an empty list of any other."""
    found: dict[str, list[Tag]] = defaultdict(list)
    for element in part.find_all(True):
        found[element.name].append(element)
    return found


def has_class(element: Tag, name: str) -> bool:
    """Whether an element is of a class."""
    return name in element.get("class", ())


def words(part: Tag) -> set[str]:
    """The classes and ids in a part of a page."""
    found: set[str] = set()
    for element in part.find_all(True):
        found.update(element.get("class", ()))
        found.add(element.get("id", ""))
    return found
