"""What the health tests look at: the files of the repository, and the rooms and modules of the source."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "comity"
SKIPPED_FOLDERS = {".git", ".venv", "build", "dist", "out", "raw", "__pycache__"}
TEXT_ENDINGS = {
    ".py",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".csv",
    ".html",
    ".j2",
    ".jinja",
    ".txt",
    ".svg",
    ".cfg",
    "",
}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return every file that is committed, or would be; without git, every file outside the usual caches."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        found = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        found = [p for p in ROOT.rglob("*") if not SKIPPED_FOLDERS & set(p.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))


def tracked_texts() -> tuple[Path, ...]:
    """Return the tracked files that hold text."""
    return tuple(path for path in tracked_files() if path.suffix in TEXT_ENDINGS)


def short(path: Path) -> str:
    """Return the path as the repository knows it."""
    return path.relative_to(ROOT).as_posix()


@cache
def source_files() -> tuple[Path, ...]:
    """Return every Python file of the source."""
    return tuple(sorted(SOURCE.rglob("*.py")))


def module_name(path: Path) -> str:
    """Return the dotted name of a source file."""
    parts = list(path.relative_to(SOURCE.parent).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(path: Path) -> str:
    """Return the room of a source file; an empty name for floor 1 and the root package."""
    parts = path.relative_to(SOURCE).parts
    return parts[0] if len(parts) > 1 else ""


def packages() -> tuple[Path, ...]:
    """Return the ``__init__.py`` of every package."""
    return tuple(path for path in source_files() if path.name == "__init__.py")
