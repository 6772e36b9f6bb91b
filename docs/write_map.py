"""Write the list in docs/map.md: a line per room and module, taken from the first line of each docstring.

Run by ``make map``; a health test fails while the list is out of date.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "comity"
BEGIN, END = "<!-- list:begin -->", "<!-- list:end -->"
FLOORS = (
    ("Floor 1: the nouns that every room shares", ("",)),
    ("Floor 2: tools that do not know each other", ("evidence", "bargaining", "protocol", "reports")),
    ("Floor 3: the world, which may use evidence", ("world", "coherence", "regime")),
    ("Floor 4: one verb per use case; here the rooms meet", ("services",)),
    ("Floor 5: doors", ("cli", "forum")),
)


def first_line(path: Path) -> str:
    """Return the first sentence of a module's docstring, as the map shows it."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    line = " ".join(text.split("\n\n")[0].split())
    return line[:1].upper() + line[1:]


def lines_of(folder: Path, depth: int = 0) -> list[str]:
    """Return the lines of a package: itself, its modules, then the packages in it."""
    indent = "  " * depth
    name = folder.relative_to(SOURCE).as_posix()
    lines = [f"{indent}- `{name}/` {first_line(folder / '__init__.py')}"]
    modules = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    lines += [f"{indent}  - `{path.relative_to(SOURCE).as_posix()}` {first_line(path)}" for path in modules]
    for inner in sorted(path.parent for path in folder.glob("*/__init__.py")):
        lines += lines_of(inner, depth + 1)
    return lines


def make_list() -> str:
    """Return the whole list in Markdown."""
    parts = []
    for title, rooms in FLOORS:
        lines = []
        for room in rooms:
            if room == "":
                modules = [path for path in sorted(SOURCE.glob("*.py")) if not path.name.startswith("__")]
                lines += [f"- `{path.name}` {first_line(path)}" for path in modules]
            elif (SOURCE / room / "__init__.py").exists():
                lines += lines_of(SOURCE / room)
        if title.startswith("Floor 5"):
            doors = [path for path in (SOURCE / "__main__.py",) if path.exists()]
            lines += [f"- `{path.name}` {first_line(path)}" for path in doors]
        parts.append(f"## {title}\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def rewrite(page: str) -> str:
    """Return the page with a fresh list between its marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{make_list()}\n{END}{after}"


if __name__ == "__main__":
    target = ROOT / "docs" / "map.md"
    target.write_text(rewrite(target.read_text(encoding="utf-8")), encoding="utf-8")
