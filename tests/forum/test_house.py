"""The forum's own house rules: settings documented, writes in one place, no inline script, a clean start."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import comity.forum
from comity.forum.environment import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
FORUM = Path(comity.forum.__file__).parent
WRITES = {
    "create",
    "update",
    "delete",
    "save",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "execute",
}


def test_every_setting_is_in_the_page():
    page = (ROOT / "docs" / "forum.md").read_text(encoding="utf-8")
    for each in VARIABLES:
        assert f"| `{each.name}` | {each.default or '–'} | {each.meaning} |" in page
    code = "\n".join(path.read_text(encoding="utf-8") for path in FORUM.rglob("*.py"))
    named = set(re.findall(r"COMITY_[A-Z_]+\b", code))
    assert named == {each.name for each in VARIABLES}


def writes(path: Path) -> list[tuple[int, str]]:
    """Calls that look like a write of a model: ``something.objects….create(…)`` or ``row.save()``."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            said = ast.unparse(node.func)
            if "objects" in said or node.func.attr in {"save", "delete", "bulk_create", "bulk_update"}:
                found.append((node.lineno, said))
    return found


def test_only_actions_write():
    bad = {
        path.relative_to(FORUM).as_posix(): found
        for path in FORUM.rglob("*.py")
        if "actions" not in path.parts and "migrations" not in path.parts and (found := writes(path))
    }
    assert not bad
    assert any(writes(path) for path in (FORUM / "actions").glob("*.py")), "the check would notice"


def test_no_template_has_inline_script_or_style():
    for path in FORUM.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", text), path
        for tag in re.findall(r"<script[^>]*>", text):
            assert " src=" in tag or 'type="application/json"' in tag, (path, tag)
        assert "|safe" not in text, path
        assert "autoescape off" not in text, path


@pytest.mark.django_db
def test_migrations_are_whole():
    from django.core.management import call_command

    call_command("makemigrations", "forum", check=True, dry_run=True, verbosity=0)


def run(*words: str, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("COMITY_", "DJANGO_"))}
    environment |= {"COMITY_DATA": str(data), "PYTHONWARNINGS": "error", **more}
    return subprocess.run(
        [sys.executable, "-m", "comity", "forum", *words], capture_output=True, text=True, env=environment, check=False,
        timeout=120,
    )  # fmt: skip


def test_a_deployment_is_clean(tmp_path):
    """Also: what is missing is said."""
    assert run("check", data=tmp_path / "none").returncode == 2
    run("restore", "nothing.tar.gz", data=tmp_path / "d")  # makes the folder
    done = run("check", data=tmp_path / "d", COMITY_HOSTS="forum.example.org")
    assert (done.returncode, done.stdout.strip()) == (0, "all is well"), done.stdout + done.stderr


def test_demonstration_backup_and_restore(tmp_path):
    """A demonstration in under a minute; its backup goes into an empty forum, whole; damage is found."""
    begun = time.monotonic()
    made = run("demo", "--no-serve", "--data", str(tmp_path / "d"), data=tmp_path / "x")
    assert made.returncode == 0, made.stderr
    assert time.monotonic() - begun < 60
    assert made.stdout.count("/enter/") == 10
    file = tmp_path / "b.tar.gz"
    done = run("backup", str(file), "--json", data=tmp_path / "d")
    note = json.loads(done.stdout)
    assert note["rounds"]["demo"]["moves"] > 20
    assert "red line" not in done.stdout + done.stderr
    assert b"red line" not in (tmp_path / "d" / "forum.sqlite3").read_bytes()
    back = run("restore", str(file), "--json", data=tmp_path / "e")
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["rounds"] == note["rounds"]
    again = run("restore", str(file), data=tmp_path / "e")
    assert again.returncode == 2
    assert "holds rounds already" in again.stderr
    file.write_bytes(file.read_bytes()[:-200])
    broken = run("restore", str(file), data=tmp_path / "f")
    assert broken.returncode == 2
    assert broken.stderr.count("\n") == 1


def test_first_start_with_one_command(tmp_path):
    """The server answers, and the printed link sets a password."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("COMITY_", "DJANGO_"))}
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "comity", "forum", "--data", str(tmp_path / "d"), "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip
    try:
        link = server.stdout.readline().split()[-1]
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
                    assert json.load(answer) == {"status": "ok", "database": "sqlite"}
                break
            except OSError:
                time.sleep(0.2)
        with urllib.request.urlopen(link) as answer:
            assert "Set up the administrator" in answer.read().decode()
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/static/forum/forum.css") as answer:
            assert answer.status == 200
    finally:
        server.terminate()
        server.wait(timeout=20)
        server.stdout.close()
    for name in ("master.key", "secret.key"):
        assert (tmp_path / "d" / name).stat().st_mode & 0o077 == 0


def test_the_examples_of_the_forum_are_those_of_the_repository():
    """An installed forum has no folder ``examples``, so it carries copies; they must not drift apart."""
    root = Path(__file__).resolve().parents[2]
    held = sorted((root / "src" / "comity" / "forum" / "examples").glob("*.yaml"))
    assert held
    for path in held:
        assert path.read_bytes() == (root / "examples" / path.name).read_bytes(), path.name
