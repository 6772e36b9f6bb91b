"""Bring the message files of the forum up to date: ``python docs/write_messages.py [code …]``.

New messages come in untranslated, messages that nobody says any more go out, translations stay. Says on
standard error what is still to be translated. A new code makes a new message file.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import django
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from comity.forum.languages import TRANSLATED, collect_messages, po_file

HEADER = (
    "# Messages of the Comity forum in {name}.\n# Written by docs/write_messages.py; translations by hand."
)


def main(codes: list[str]) -> None:
    """Write the message file of each language."""
    django.setup()
    messages = collect_messages()
    for code in codes or list(TRANSLATED):
        path = po_file(code)
        old = Catalog(locale=code)
        if path.is_file():
            with path.open("rb") as file:
                old = read_po(file, locale=code)
        new = Catalog(
            locale=code,
            project="Comity",
            header_comment=HEADER.format(name=Locale.parse(code).english_name),
            creation_date=datetime(2030, 1, 1, tzinfo=UTC),  # the file changes only where messages do
            revision_date=datetime(2030, 1, 1, tzinfo=UTC),
            last_translator="Comity",
            language_team=code,
            fuzzy=False,
        )
        missing = 0
        for each in messages:
            known = old.get(each.words, each.context)
            kept = known.string if known is not None and bool(known.pluralizable) == bool(each.plural) else ""
            new.add(
                (each.words, each.plural) if each.plural else each.words,
                kept,
                locations=[(place, None) for place in each.places],
                flags=["python-format"] if "%(" in each.words else [],
                context=each.context,
            )
            missing += not (all(kept) if isinstance(kept, (tuple, list)) else kept)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, new, width=110, include_lineno=False)
        sys.stderr.write(f"{code}: {len(messages)} messages, {missing} to be translated\n")


if __name__ == "__main__":
    main(sys.argv[1:])
