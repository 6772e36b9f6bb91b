"""What the documents show is true: Python examples run, commands parse, and links lead somewhere."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from tests.health.tree import ROOT, short, tracked_files

from comity.cli.app import app

PAGES = tuple(path for path in tracked_files() if path.suffix == ".md" and ROOT / "tests" not in path.parents)
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def blocks(*languages: str) -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for language, body in BLOCK.findall(page.read_text(encoding="utf-8")):
            if language in languages:
                yield page, body


def commands() -> list[tuple[Path, str]]:
    found = []
    for page, body in blocks("sh", "shell", "bash", "console"):
        for line in body.replace("\\\n", " ").splitlines():
            words = line.strip().removeprefix("$ ")
            if words.startswith("comity "):
                found.append((page, words.split(" #")[0]))
    return found


@pytest.mark.parametrize(
    ("page", "body"), [*blocks("python", "pycon")], ids=lambda v: short(v) if isinstance(v, Path) else ""
)
def test_python_examples_run(page: Path, body: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    if ">>>" not in body:
        exec(compile(body, short(page), "exec"), {"__name__": "example"})  # noqa: S102  (our own pages)
        return
    test = doctest.DocTestParser().get_doctest(body, {}, short(page), short(page), 0)
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    runner.run(test)
    assert runner.failures == 0


@pytest.mark.parametrize(("page", "line"), commands(), ids=lambda v: short(v) if isinstance(v, Path) else v)
def test_commands_parse(page: Path, line: str, monkeypatch: pytest.MonkeyPatch):
    """Each ``comity …`` line names a command that exists, with options that it takes. Nothing is run."""
    monkeypatch.chdir(ROOT)
    words = re.split(r"\s[|>]\s", line)[0]
    command, arguments = typer.main.get_command(app), shlex.split(words)[1:]
    context = command.make_context("comity", list(arguments), resilient_parsing=False)
    while hasattr(command, "resolve_command"):
        rest = (
            [*context._protected_args, *context.args] if hasattr(context, "_protected_args") else context.args
        )
        if not rest:
            return
        name, command, rest = command.resolve_command(context, rest)
        assert command is not None, f"{short(page)}: no command in {line!r}"
        context = command.make_context(name, list(rest), parent=context)


def test_the_readme_shows_both_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_links_lead_somewhere(page: Path):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_no_place_for_real_output_is_left_empty(page: Path):
    """Marks such as ``<!-- real-output:begin … -->`` hold what a command printed."""
    text = page.read_text(encoding="utf-8")
    for name, body in re.findall(r"<!-- ([\w-]+):begin[^>]*-->(.*?)<!-- \1:end -->", text, flags=re.DOTALL):
        assert body.strip(), f"fill {name} in {short(page)}"
