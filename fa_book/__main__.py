"""python -m fa_book: the command line of the sweeps behind the book's published results."""

import sys

from fa_book.plans import PLANS
from fa_lib.sweep.command import main

sys.exit(main(plans=PLANS, program="python -m fa_book"))
