"""How a number marked ``model:§…`` comes about, in plain words, so that it can be traced (§2.6).

The explanations are data: ``evidence/catalogue/model_sections.yaml``.

Who may import me: :mod:`comity.services.evidence`. Start at :func:`find_section`.
"""

from __future__ import annotations

import difflib
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from comity.errors import EvidenceError, EvidenceNotFound
from comity.evidence import Catalogue
from comity.evidence.yaml_lines import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.evidence import Reference

__all__ = ["FILE", "ModelSection", "explain_model", "find_section", "read_sections"]

FILE: Final = "model_sections.yaml"

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Section = Annotated[str, StringConstraints(pattern=r"^§\d+(\.\d+[a-z]?)?$")]


class _Texts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Words
    explanation: Words
    equation: Words
    reads: Words | None = None
    modules: tuple[Words, ...] = Field(min_length=1)
    parameters: tuple[Words, ...]
    tables: tuple[Words, ...]
    builds_on: tuple[Section, ...] = ()
    source: Words
    lines: dict[str, Words] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelSection:
    """One section of the model.

    Attributes
    ----------
    section
        Its number, such as ``§3.12``.
    title, explanation, equation
        What it computes, in plain words, and in one line.
    reads
        What stands after the bars of a reference to it, or empty.
    modules
        Modules that compute it.
    parameters, tables
        What it rests on: dotted names of parameters, names of evidence tables.
    builds_on
        Sections whose results it takes in.
    source
        Author and year, or that it is ours.
    lines
        Ledger line → how that line is computed (§3.12 only).
    line
        Where it stands in the file, from 1.
    """

    section: str
    title: str
    explanation: str
    equation: str
    reads: str
    modules: tuple[str, ...]
    parameters: tuple[str, ...]
    tables: tuple[str, ...]
    builds_on: tuple[str, ...]
    source: str
    lines: Mapping[str, str]
    line: int


@functools.cache
def read_sections(folder: Path | None = None) -> Mapping[str, ModelSection]:
    """Read all sections, by number; those of the pack unless told.

    Raises
    ------
    EvidenceError
        An entry lacks a key or has one too many, or builds on a section that is not there.
    """
    path = (Catalogue.load().folder if folder is None else folder) / FILE
    found: dict[str, ModelSection] = {}
    for number, node in read_yaml(path).mapping(FILE).items():
        plain = {key: _plain(item.value) for key, item in node.mapping(f"{FILE}: {number}").items()}
        try:
            texts = _Texts.model_validate(plain)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            msg = f"{FILE}:{node.line}: {number}: {where}: {first['msg']}"
            raise EvidenceError(msg) from error
        found[number] = ModelSection(
            number, texts.title, texts.explanation, texts.equation, texts.reads or "", texts.modules,
            texts.parameters, texts.tables, texts.builds_on, texts.source, texts.lines, node.line,
        )  # fmt: skip
    for number, entry in found.items():
        for below in entry.builds_on:
            if below not in found:
                msg = f"{FILE}:{entry.line}: {number}: builds on {below}, which is not there"
                raise EvidenceError(msg)
    return found


def find_section(number: str) -> ModelSection:
    """Return one section of the model.

    Raises
    ------
    EvidenceNotFound
        There is no such section; names those that there are.

    Examples
    --------
    >>> find_section("§3.5").title
    'Pay by skill and birthplace'
    """
    sections = read_sections()
    if number in sections:
        return sections[number]
    close = difflib.get_close_matches(number, sections, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    msg = f"no section of the model is called {number!r}{hint}"
    raise EvidenceNotFound(msg, accepted=", ".join(sections))


def explain_model(reference: Reference) -> tuple[dict[str, str], ModelSection]:
    """Explain a ``model:`` reference: fields to print, in order, and the section.

    Parameters and tables are given with those of the sections below, each once, as references that can be
    traced in turn.

    Examples
    --------
    >>> from comity.evidence import parse
    >>> fields, section = explain_model(parse("model:§3.12|remittances|MAR"))
    >>> fields["about"], fields["line"].partition(",")[0]
    ('remittances | MAR', 'Real remittances received after fees')
    """
    entry = find_section(reference.name)
    about = [part.strip() for part in reference.text.split("|") if part.strip()]
    below = _closure(entry)
    fields = {
        "section": entry.section,
        "title": entry.title,
        "about": " | ".join(about),
        "read as": entry.reads if about else "",
        "line": entry.lines.get(about[0], "") if about else "",
        "explanation": entry.explanation,
        "equation": entry.equation,
        "module": ", ".join(entry.modules),
        "parameters": ", ".join(dict.fromkeys(f"parameter:{p}" for s in below for p in s.parameters)),
        "tables": ", ".join(dict.fromkeys(f"evidence:{t}" for s in below for t in s.tables)),
        "builds on": ", ".join(f"model:{number}" for number in entry.builds_on),
    }
    return {key: value for key, value in fields.items() if value}, entry


def _closure(entry: ModelSection) -> list[ModelSection]:
    """Return the section and all that it builds on, nearest first."""
    sections, found, queue = read_sections(), [entry], [entry]
    while queue:
        for number in queue.pop(0).builds_on:
            if sections[number] not in found:
                found.append(sections[number])
                queue.append(sections[number])
    return found


def _plain(value: object) -> object:
    return {key: item.value for key, item in value.items()} if isinstance(value, dict) else value
