"""Which game do these files make: find out the format, who sits at the table, and read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, get_args

from comity.bargaining.outside import genius, geniusweb, llmdelib, negolog
from comity.bargaining.outside.markup import Node, read_json, read_xml
from comity.bargaining.outside.profile import Profile, combine
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.bargaining.discrete.game import DiscreteGame

__all__ = ["FORMATS", "Format", "find_games", "read_game"]

Format = Literal["auto", "genius", "negolog", "llmdelib"]
FORMATS: tuple[Format, ...] = get_args(Format)

_MOST_SEATED = 3
"""A folder with more profiles than this is asked who sits at the table."""
_PROFILES = {".xml", ".json"}


def find_games(path: Path) -> list[Path]:
    """Folders that hold a game, at this path or one level below; in natural order.

    >>> from pathlib import Path
    >>> find_games(Path("/nowhere"))
    Traceback (most recent call last):
    comity.errors.InputError: /nowhere: no such folder; accepted: a game, or a folder of folders with games
    """
    if not path.is_dir():
        msg = "no such folder"
        raise InputError(msg, file=str(path), accepted="a game, or a folder of folders with games")
    if _holds_game(path):
        return [path]
    found = sorted((p for p in path.iterdir() if p.is_dir() and _holds_game(p)), key=_natural)
    if not found:
        msg = "no game here"
        raise InputError(
            msg,
            file=str(path),
            accepted="Genius or GeniusWeb profiles, a NegoLog or an LLM-Deliberation folder",
        )
    return found


def read_game(
    paths: Sequence[Path],
    *,
    form: Format = "auto",
    all_profiles: bool = False,
    real_steps: int | None = None,
) -> DiscreteGame:
    """Read one game: from a folder, or from the profiles of the parties (and, if given, the domain file).

    Parameters
    ----------
    paths
        One folder, or the files of one game. Parties sit in the order of the files.
    form
        ``genius`` (XML, and GeniusWeb JSON), ``negolog``, ``llmdelib``, or ``auto`` to look and see.
    all_profiles
        Seat every profile of a folder, however many.
    real_steps
        Into how many steps a continuous Genius issue is cut; without it such an issue is refused.

    Raises
    ------
    comity.errors.InputError
        When the files are not one game that can be read, or a folder does not say who sits at the table.
    """
    if len(paths) == 1 and paths[0].is_dir():
        folder = paths[0]
        if form == "llmdelib" or (form == "auto" and llmdelib.is_folder(folder)):
            return llmdelib.read_folder(folder)
        files = sorted((p for p in folder.iterdir() if p.suffix.lower() in _PROFILES), key=_natural)
        name, seated = folder.resolve().name, None if all_profiles else _MOST_SEATED
    else:
        lost = next((p for p in paths if not p.is_file()), None)
        if lost is not None:
            msg = "a folder beside other files" if lost.is_dir() else "no such file"
            raise InputError(msg, file=str(lost), accepted="one folder, or the files of one game")
        files, seated = list(paths), None
        name = paths[0].resolve().parent.name if paths else ""
    if form == "llmdelib":
        msg = "an LLM-Deliberation game is a folder"
        raise InputError(msg, accepted="the folder with config.txt and scores_files/")
    domain, profiles = _sort_out(files, form, real_steps)
    if len(profiles) < 2:
        msg = f"{len(profiles)} profile{'' if len(profiles) == 1 else 's'}"
        where = str(paths[0]) if paths else None
        raise InputError(msg, file=where, accepted="the profiles of at least two parties")
    if seated is not None and len(profiles) > seated:
        listed = ", ".join(profile.file.name for profile in profiles)
        msg = f"{len(profiles)} profiles: {listed}"
        raise InputError(
            msg, file=str(paths[0]), accepted="the files of those who sit at the table, or --all-profiles"
        )
    listed_values = None if domain is None else _with_steps(domain[1], profiles)
    return combine(name, profiles, domain=listed_values, domain_file=None if domain is None else domain[0])


def _sort_out(
    files: Sequence[Path], form: Format, real_steps: int | None
) -> tuple[tuple[Path, dict[str, tuple[str, ...]]] | None, list[Profile]]:
    """Domain (at most one) and profiles among the files."""
    domains: list[tuple[Path, dict[str, tuple[str, ...]]]] = []
    profiles: list[Profile] = []
    for file in files:
        if file.suffix.lower() == ".xml":
            _must(form, "genius", file)
            root = read_xml(file)
            if genius.is_domain(root):
                domains.append((file, genius.read_domain(file, root)))
            elif genius.is_profile(root):
                profiles.append(genius.read_profile(file, root, real_steps=real_steps))
            else:
                _unknown(file, root)
            continue
        content = read_json(file)
        if negolog.is_profile(content):
            _must(form, "negolog", file)
            profiles.append(negolog.read_profile(file, content))
        elif isinstance(content, dict) and ("issuesValues" in content or "NumberOfBids" in content):
            continue  # a domain by itself, or published results: the profiles say all that is needed
        else:
            _must(form, "genius", file)
            profiles.append(geniusweb.read_profile(file, content))
    if len(domains) > 1:
        msg = f"two domains: {domains[0][0].name} and {domains[1][0].name}"
        raise InputError(msg, file=str(files[0].parent), accepted="the files of one game")
    return (domains[0] if domains else None), profiles


def _must(form: Format, found: Format, file: Path) -> None:
    if form not in {"auto", found}:
        msg = f"a file of the format '{found}'"
        raise InputError(msg, file=str(file), key="--format", accepted=form)


def _unknown(file: Path, root: Node) -> None:
    msg = f"an XML file that begins with <{root.tag[:40]}>"
    raise InputError(
        msg, file=str(file), line=root.line, accepted="<utility_space> or <negotiation_template>"
    )


def _with_steps(
    domain: dict[str, tuple[str, ...]], profiles: Sequence[Profile]
) -> dict[str, tuple[str, ...]]:
    """Give continuous issues of the domain the values that the profiles were cut into."""
    return {issue: values or tuple(profiles[0].worth.get(issue, ())) for issue, values in domain.items()}


def _holds_game(path: Path) -> bool:
    return llmdelib.is_folder(path) or any(
        p.suffix.lower() in _PROFILES for p in path.iterdir() if p.is_file()
    )


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """Order with numbers by size: ``util2`` before ``util10``."""
    parts = re.split(r"(\d+)", path.stem)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]
