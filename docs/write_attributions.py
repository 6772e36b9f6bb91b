"""Write docs/attributions.md: whose figures the evidence pack holds, and under which licence.

Run by ``make map``; a health test fails while the page is out of date.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from comity.evidence import Evidence

PAGE = Path(__file__).resolve().parent / "attributions.md"


def write_page() -> str:
    """Return the page: a table of what is in the pack, and one of what stays out and why."""
    evidence = Evidence.load()
    lines = [
        "# Whose figures these are",
        "",
        "The evidence pack holds harmonised figures that Comity's own build derives from the sources below;",
        "no source file is copied. The licences ask for attribution: pass this page on with the pack.",
        "Written by `make map` from the sidecars.",
        "",
        "| table | title | producer and edition | licence |",
        "|---|---|---|---|",
    ]
    for name in evidence.names():
        meta = evidence.meta(name)
        who = "; ".join(f"[{s.producer}]({s.url}), {s.title}, {s.edition}" for s in meta.sources)
        licence = "; ".join(dict.fromkeys(s.licence for s in meta.sources))
        lines.append(f"| `{name}` | {meta.title} | {who} | {licence} |")
    lines += [
        "",
        "## What stays out",
        "",
        "| source | licence | why | what Comity does instead |",
        "|---|---|---|---|",
    ]
    out = yaml.safe_load((evidence.folder / "excluded.yaml").read_text(encoding="utf-8"))
    lines += [
        f"| {x['title']} ({x['producer']}) | {x['licence']} | {x['reason']} | {x['use']} |"
        for x in (out["excluded"] if isinstance(out, dict) else out)
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
