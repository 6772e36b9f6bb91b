"""Every setting of the forum that an operator may change, as environment variables, in one table.

Who may import me: the forum. Start at :data:`VARIABLES`; ``docs/forum.md`` shows the same table, and a test
compares the two.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["VARIABLES", "Variable", "ask", "ask_path", "ask_yes", "data_folder"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its name, what stands in for it, and what it does."""

    name: str
    default: str
    meaning: str


VARIABLES: Final = (
    Variable(
        "COMITY_DATA",
        "~/.local/share/comity-forum",
        "Folder of the database, keys and cache; one for each forum.",
    ),
    Variable(
        "COMITY_DATABASE_URL",
        "SQLite, in the data folder",
        "Where moves are kept, such as postgres://comity@localhost/comity.",
    ),
    Variable(
        "COMITY_KEY_FILE",
        "master.key in the data folder",
        "Master key that wraps the keys of delegations. Keep a copy outside the server: without it private "
        "sheets cannot be read by anybody.",
    ),
    Variable("COMITY_SECRET_KEY", "", "Secret that signs sessions; better given as a file."),
    Variable("COMITY_SECRET_KEY_FILE", "secret.key in the data folder", "File that holds the secret."),
    Variable(
        "COMITY_HOSTS",
        "localhost, 127.0.0.1, [::1]",
        "Names under which the forum is reached, separated by commas. Any other name than these three "
        "turns on secure cookies, HTTPS redirects and HSTS.",
    ),
    Variable(
        "COMITY_PROXY",
        "no",
        "yes: a proxy in front ends TLS and sets X-Forwarded-Proto and X-Forwarded-For.",
    ),
    Variable("COMITY_DEBUG", "no", "yes: Django's debug pages. Never where real delegations sit."),
    Variable("COMITY_DEMO", "no", "yes: seats of demonstration rounds can be taken without a password."),
    Variable(
        "COMITY_MAIL",
        "no mail is sent",
        "Mail server, such as smtp://user:password@mail.example.org:587; invitations can be copied by hand.",
    ),
    Variable("COMITY_MAIL_FROM", "comity@localhost", "Sender of mail."),
    Variable("COMITY_ZONE", "UTC", "Time zone that is shown where a reader has chosen none."),
    Variable("COMITY_LOG", "INFO", "How much is logged: DEBUG, INFO, WARNING or ERROR."),
)
"""All variables, in the order of the page."""

_NAMES: Final = {variable.name for variable in VARIABLES}


def ask(name: str, default: str = "") -> str:
    """Return the value of a variable of the table, or what stands in for it.

    Examples
    --------
    >>> ask("COMITY_ZONE", "UTC") != ""
    True
    """
    if name not in _NAMES:
        msg = f"{name} is not in the table of variables"
        raise LookupError(msg)
    return os.environ.get(name, "").strip() or default


def ask_yes(name: str) -> bool:
    """Tell whether a variable says yes.

    Examples
    --------
    >>> isinstance(ask_yes("COMITY_DEMO"), bool)
    True
    """
    return ask(name).casefold() in {"yes", "true", "1", "on"}


def ask_path(name: str, default: Path) -> Path:
    """Return the path that a variable names.

    Examples
    --------
    >>> ask_path("COMITY_DATA", Path("/srv/comity")).name != ""
    True
    """
    found = ask(name)
    return Path(found).expanduser() if found else default


def data_folder() -> Path:
    """Return the folder of database, keys and cache; it need not exist yet.

    Examples
    --------
    >>> data_folder().is_absolute()
    True
    """
    home = os.environ.get("XDG_DATA_HOME", "").strip()
    base = Path(home) if home else Path.home() / ".local" / "share"
    return ask_path("COMITY_DATA", base / "comity-forum").resolve()
