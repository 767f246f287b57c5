"""`python -m modelless_web.practice`."""

import sys

from .server import main

if __name__ == "__main__":
    sys.exit(main())
