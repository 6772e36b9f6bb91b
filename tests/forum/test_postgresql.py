"""The actions and pages again on PostgreSQL, where COMITY_TEST_DATABASE_URL names a server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
URL = os.environ.get("COMITY_TEST_DATABASE_URL", "")


@pytest.mark.skipif(not URL, reason="no PostgreSQL: COMITY_TEST_DATABASE_URL is not set; ran on SQLite only")
def test_the_same_on_postgresql():
    name = f"forum_{os.getpid()}"
    environment = {
        **os.environ,
        "COMITY_DATABASE_URL": f"{URL.rpartition('/')[0]}/{name}",
        "COMITY_TEST_DATABASE_URL": "",
    }
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--create-db",
         "-k", "not page", "tests/forum/test_actions.py", "tests/forum/test_keys.py",
         "tests/forum/test_flushed.py"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
