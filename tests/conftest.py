"""How property tests run: freely on a developer's machine, the same examples each time in CI.

A free run finds new counterexamples; a landing must not depend on which ones chance brings.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("free", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "free")
