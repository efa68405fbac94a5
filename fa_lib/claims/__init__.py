"""The paper's claims and what the evidence says of them."""

from fa_lib.claims.beyond import C25
from fa_lib.claims.bottleneck import C21, C29
from fa_lib.claims.decide import C30
from fa_lib.claims.depth import C22
from fa_lib.claims.evidence import Check, Interval, interval, share, within
from fa_lib.claims.mechanism import C1, C2, C3, C4, C5, C6, C7, C8, C9, C10
from fa_lib.claims.settings import C27, C28, CLIMBED
from fa_lib.claims.time import C23, C24, C26
from fa_lib.claims.variants import C11, C12, C13, C14, C15, C16, C17, C18, C19, C20
from fa_lib.claims.verdict import OUTCOMES, Claim, Verdict, box, collect, ledger

ALL = (
    *(C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15, C16, C17, C18, C19, C20),
    *(C21, C22, C23, C24, C25, C26),  # the discussion's
    *(C27, C28, C29, C30),  # what the paper implies or names without a claim of its own
)

__all__ = ["ALL", "OUTCOMES", "Check", "Claim", "Interval", "Verdict"]
__all__ += ["CLIMBED", "box", "collect", "interval", "ledger", "share", "within"]
__all__ += [claim.id for claim in ALL]
