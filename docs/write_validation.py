"""Write docs/validation.md: what ``comity world validate`` says, as it came out, misses included.

Run by hand after a change of the model or of its parameters (``python docs/write_validation.py``); it takes a
few minutes. A test holds the page and the catalogue to the same rows.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from comity.reports.markdown import render_markdown
from comity.services.validate import world_validate

PAGE = Path(__file__).parent / "validation.md"
HEAD = """# Validation

The world model beside published experiments and observed episodes, written by `docs/write_validation.py`. No
parameter is fitted to any row, and misses stay in. Run it again with

```sh
comity world validate --full
```

Verdicts rest on central parameter values: **inside** or **outside** what `catalogue/targets.csv` counts as
inside, or **not comparable**, with the reason. What each experiment does stands in
`src/comity/world/experiments.py`; why the model is as it is, in
[decision 0008](decisions/0008-benefit-draws-and-validation.md).

"""


def main() -> None:
    """Run the experiments and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workers", type=int, default=1)
    workers = options.parse_args().workers
    if workers == 1:
        found = world_validate()
    else:
        with ProcessPoolExecutor(workers) as pool:
            found = world_validate(executor=pool)
    body = render_markdown(found.document())
    PAGE.write_text(HEAD + body.partition("\n\n")[2], encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
