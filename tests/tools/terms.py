"""Where a page's running text first uses a term of the glossary, and where it links it."""

import re
from dataclasses import dataclass

FENCE = re.compile(r"^(?P<mark>`{3,}|:{3,})(?:\{(?P<name>[\w:-]+)\})?")
PROSE = {"dropdown", "prf:theorem", "prf:proof", "prf:corollary"}  # directives whose body is running text
LINK = re.compile(r"\{term\}`(?:(?P<shown>[^`<]+?)\s*<(?P<term>[^`>]+)>|(?P<plain>[^`<]+))`")
SPAN = re.compile(r"\{[\w:-]+\}`[^`]*`|`[^`]*`|\$[^$]*\$|\]\([^)]*\)", re.DOTALL)

# term of the glossary: how it is written, and from how many uses on a chapter uses it prominently
WORDS = {
    "feedback alignment": (r"(?<!direct\s)(?<!noisy\s)feedback\s+alignment|FA", 5),
    "backpropagation": (r"backpropagation|BP", 5),
    "direct feedback alignment": (r"direct\s+feedback\s+alignment|DFA", 2),
    "target feedback": (r"target\s+feedback|TF", 3),
    "noisy feedback alignment": (r"noisy\s+feedback\s+alignment|NFA", 3),
    "feedback network": (r"feedback\s+network|NF", 3),
    "encoder": (r"encoders?", 10),
    "decoder": (r"decoders?", 10),
    "frozen": (r"frozen", 3),
    "readout": (r"readouts?", 3),
    "correct rate": (r"correct\s+rates?", 3),
    "idealised dynamics": (r"idealised\s+dynamics", 2),
    "regression loss": (r"regression\s+loss", 3),
    "information": (r"information", 6),
    "told": (r"told|tells", 8),
    "null": (r"nulls?", 2),
    "ceiling": (r"ceilings?", 2),
    "saturated": (r"saturated?", 1),
    "dead zone": (r"dead\s+zones?", 2),
    "box": (r"box", 3),
    "plateau": (r"plateau", 1),
    "centred": (r"centred|centring", 2),
    "pace": (r"pace", 2),
}


@dataclass
class Text:
    """A page whose length is unchanged, with all that is no running text blank; links stay."""

    page: str

    def __post_init__(self):
        kept, fences = [], []
        for line in self.page.split("\n"):
            fence = FENCE.match(line)
            if fence and fences and not fence["name"] and fence["mark"].startswith(fences[-1][0]):
                fences.pop()
                line = " " * len(line)
            elif fence:
                fences.append((fence["mark"], fence["name"] in PROSE))
                line = " " * len(line)
            hidden = any(not prose for _, prose in fences) or re.match(r"#|\||\([\w-]+\)=|\s*:\w+:", line)
            kept.append(" " * len(line) if hidden else line)
        text = "\n".join(kept)
        if self.page.startswith("---\n"):
            end = self.page.index("\n---\n", 4) + 5
            text = re.sub(r"[^\n]", " ", text[:end]) + text[end:]
        exercises = self.page.find("\n## Exercises\n")
        self.text = text if exercises < 0 else text[:exercises]

    def links(self) -> dict[str, list[int]]:
        """Term to the places of its links."""
        found: dict[str, list[int]] = {}
        for link in LINK.finditer(self.text):
            found.setdefault(link["term"] or link["plain"], []).append(link.start())
        return found

    def uses(self, words: str) -> list[tuple[int, int]]:
        """Beginning and end of each use of words outside of links, code and formulas; a capital may begin a word."""
        bare = SPAN.sub(lambda span: re.sub(r"[^\n]", " ", span[0]), self.text)
        either = re.sub(r"(?<![\\\w])[a-z]", lambda first: f"[{first[0].upper()}{first[0]}]", words)
        pattern = rf"(?<![\w-])(?:{either})(?![\w-])"
        return [found.span() for found in re.finditer(pattern, bare)]
