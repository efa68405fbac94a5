"""What a page puts in quotation marks is the paper's words, as listed in quotations.toml, or listed there as ours.

A quotation is what stands between double quotation marks, straight or curly, in a paragraph of a page, outside code.
With FA_PAPER=FILE, the paper as text, each of the paper's words is looked up there too.
"""

import os
import re
import tomllib
import unicodedata
from pathlib import Path

import pytest

from fa_book import ledger

ROOT = Path(__file__).parents[2]
LISTED = tomllib.loads(Path(__file__).with_name("quotations.toml").read_text(encoding="utf-8"))
PAGES = sorted((ROOT / "book").glob("*.md"))
FEW = 8  # words of one quotation, at most
MARK = '["“”„«»]'
FENCE = re.compile(r"^\s*(`{3,}|~{3,}|:{3,})\s*(\S*)")
SPAN = re.compile(r"(?P<role>\{[\w:-]+\})?(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)")  # a role or code in a line
PROSE = re.compile(r"\{(?!code|fa-|image|math|literalinclude|eval-rst)[\w:-]+\}")  # directives whose body is text


def plain(words: str) -> str:
    """Words without LaTeX, emphasis, ligatures, hyphens at the ends of lines, case, and marks at either end."""
    words = unicodedata.normalize("NFKC", words)
    words = re.sub(r"(?<=[a-z])-\s*\n\s*(?=[a-z])", "", words)
    words = re.sub(r"\\(?:mathbf|mathrm|text|widetilde)\b|\\[,;! ]|[$*{}\\]", "", words)
    words = re.sub(r"[\u2018\u2019]", "'", words)
    return " ".join(words.split()).casefold().strip(" .,;:")


def without_code(page: str) -> str:
    """A page's text with its head, code, and formulas that stand alone left empty; its lines keep their numbers."""
    kept, fences, head = [], [], page.startswith("---\n")
    for number, line in enumerate(page.split("\n")):
        if head:
            head = number == 0 or line != "---"
            kept.append("")
            continue
        fence = FENCE.match(line)
        hidden = bool(fences) and fences[-1][1]
        if fence and fences and not fence[2] and fence[1].startswith(fences[-1][0]):
            fences.pop()
        elif fence and not hidden:
            fences.append((fence[1], not PROSE.match(fence[2])))
        elif not hidden:
            kept.append(SPAN.sub(lambda span: span[0] if span["role"] else "", line))
            continue
        kept.append("")
    assert not fences, "a fence that is not closed"
    return "\n".join(kept)


def quoted(text: str) -> set[str]:
    """What a text has between quotation marks.

    Raises:
        ValueError: for a paragraph with a mark that no other closes.
    """
    found = set()
    for paragraph in re.split(r"\n\s*\n", text):
        between = re.split(MARK, paragraph)
        if len(between) % 2 == 0:
            raise ValueError(f"a quotation mark without its partner: {' '.join(paragraph.split())}")
        found |= {plain(words) for words in between[1::2]}
    return found


def missing(words: list[str], paper: str) -> list[str]:
    """Those of the words that do not stand in the paper one after the other."""
    paper = plain(paper)
    return [each for each in words if not re.search(rf"(?<!\w){re.escape(plain(each))}(?!\w)", paper)]


def on_pages() -> set[tuple[str, str]]:
    """(page, words) of every quotation; those of the claims are on "ledger"."""
    texts = {page.stem: re.sub(r"<[a-z]+ [^>]*>", "", without_code(page.read_text(encoding="utf-8"))) for page in PAGES}
    found = {name: quoted(text) for name, text in texts.items()}  # the values of an HTML tag's attributes are no words
    claims = ((claim.statement, claim.criterion, claim.authors) for claim in ledger.ALL)
    found["ledger"] = set().union(*(quoted(text) for texts in claims for text in texts))
    return {(page, words) for page in found for words in found[page]}


def test_pages_quote_what_is_listed_and_nothing_else():
    entries = LISTED["quotation"] + LISTED["ours"]
    listed = {(page, plain(entry["words"])) for entry in entries for page in entry["pages"]}
    found = on_pages()
    assert not found - listed, "list them in quotations.toml as what they are, the paper's words or ours"
    assert not listed - found, "no longer on these pages"


def test_entries_are_few_words_with_a_place():
    for entry in LISTED["quotation"]:
        assert len(entry["words"].split()) <= FEW, entry["words"]
        assert all(entry[key] for key in ("section", "pages")), entry["words"]
    assert all(entry[key] for entry in LISTED["ours"] for key in ("why", "pages"))
    words = [plain(entry["words"]) for entry in LISTED["quotation"] + LISTED["ours"]]
    assert len(words) == len(set(words))


def test_widgets_quote_nobody():
    scripts = sorted((ROOT / "fa_book/widgets").glob("*.js"))
    assert scripts
    for script in scripts:
        assert not re.findall(r"[“”„«»]|\\\"|&quot;|&[lr]dquo;", script.read_text(encoding="utf-8")), script.name


def test_quotations_are_found_in_text_and_not_in_code():
    page = '---\ntitle: "head"\n---\n\n**So** "it\nfails" in {ref}`x` `"code"`, “twice”.\n\n'
    page += '```{code-cell}\nprint("code")\n```\n\n'
    page += '````{dropdown} Solution\nIs it "$d$?"\n```{math}\n"x"\n```\n````\n\n```python\na = "code"\n```\n'
    assert quoted(without_code(page)) == {"it fails", "twice", "d?"}
    with pytest.raises(ValueError, match="without its partner: One"):
        quoted('One " alone.\n\nAnother " alone.')


def test_words_are_looked_up_whole_and_in_order():
    paper = "It com-\npletely fails when $\\mathbf{Y}$ is\nhidden; the ﬁrst loss explodes."
    assert missing(["Completely fails", "Y is hidden", "first"], paper) == []
    assert missing(["fails completely", "explode", "always below"], paper) == [
        "fails completely",
        "explode",
        "always below",
    ]


if "FA_PAPER" in os.environ:  # the paper is not ours to keep here

    def test_the_paper_has_the_words():
        paper = Path(os.environ["FA_PAPER"]).read_text(encoding="utf-8")
        assert missing([entry["words"] for entry in LISTED["quotation"]], paper) == []
