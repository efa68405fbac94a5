"""python -m fa_lib: the command line."""

import sys

from fa_lib.sweep.command import main

sys.exit(main())
