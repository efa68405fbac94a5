"""python -m fa_lib: the command line of sweeps of one's own."""

import sys

from fa_lib.sweep.command import main

sys.exit(main())
