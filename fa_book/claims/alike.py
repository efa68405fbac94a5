"""Claims of one form: a rule ends where another does."""

from fa_book.claims.evidence import CLOSE, comparable, last
from fa_book.claims.verdict import Claim, claim


def alike(
    id: str,
    statement: str,
    measured: str,
    name: str | None,
    *,
    other: str = "BP",
    variable: str = "accuracy",
    learned: float | None = None,
    rest: str = ".",
    criterion: str = "",
    **more,
) -> Claim:
    """A claim of Section 2.4: the final value of one rule lies within `CLOSE` of another's, paired by run.

    It is judged on the two rules' Datasets with the same runs; without a name, on a mapping of names to such pairs,
    with one check for each.

    Args:
        id, statement: as in `Claim`.
        measured: what is compared, in words, which begin the criterion.
        name, other: of the two rules.
        variable: what is compared, of the Datasets.
        learned: only runs whose value ends above this count; all if None.
        rest: how the criterion ends.
        criterion: the whole criterion, where it is put in other words.
        more: as in `Claim`.
    """

    @claim(id, "2.4", statement, criterion or f"{measured} within {CLOSE} of {other}'s, paired by run{rest}", **more)
    def judged(*evidence):
        """The rule's Dataset and the other's; or one mapping of names to such pairs."""
        pairs = {name: evidence} if name else evidence[0]
        return [
            comparable(
                which, one, reference, variable, other=other,
                learned=None if learned is None else last(one[variable]) > learned,
            )
            for which, (one, reference) in pairs.items()
        ]  # fmt: skip

    return judged
