"""The terminal door (§10): commands over the services; JSON on stdout, messages on stderr.

Nothing heavy is imported until a command runs, so that ``comity --help`` is quick.

Who may import me: nobody; the console script calls :func:`main`. Start at :mod:`comity.cli.app`.
"""

from __future__ import annotations

from comity.cli.door import main

__all__ = ["main"]
