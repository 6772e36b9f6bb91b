"""What a start, a tick and a backup load: the forum itself, and not the model."""

from __future__ import annotations

import json
import os
import subprocess
import sys

HEAVY = ("pandas", "scipy", "pyarrow", "comity.evidence", "comity.bargaining", "comity.world")
SCRIPT = f"""
import json, sys
import django
django.setup()
import comity.forum.urls
print(json.dumps([each for each in {HEAVY!r} if each in sys.modules]))
"""


def test_addresses_are_there_without_the_model(tmp_path):
    more = {
        "DJANGO_SETTINGS_MODULE": "comity.forum.settings",
        "COMITY_DATA": str(tmp_path),
        "COMITY_SECRET_KEY": "only-for-this-test-" * 4,
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=os.environ | more, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
