"""docs/attributions.md says what the sidecars say: CC BY asks for it."""

from __future__ import annotations

import runpy

from tests.health.tree import ROOT


def test_the_page_is_what_the_sidecars_say():
    write_page = runpy.run_path(str(ROOT / "docs" / "write_attributions.py"))["write_page"]
    page = (ROOT / "docs" / "attributions.md").read_text(encoding="utf-8")
    assert page == write_page(), "run make map"
