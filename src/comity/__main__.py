"""``python -m comity`` is the terminal door."""

from __future__ import annotations

import sys

from comity.cli import main

if __name__ == "__main__":
    sys.exit(main())
