"""`python -m tools.local run`."""

import sys

from tools.local.options import parse_options
from tools.local.run import INTERRUPTED, main

if __name__ == "__main__":
    try:
        sys.exit(main(parse_options()))
    except KeyboardInterrupt:  # before the handlers stand
        sys.exit(INTERRUPTED)
