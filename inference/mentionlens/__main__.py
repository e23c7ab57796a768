"""`python -m mentionlens`."""

import sys

from mentionlens.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
