"""A storyboard: frames in order, each with who is together, who joins and who stands apart.

Who may import me: reports; everybody else takes it from :mod:`comity.reports.document`.
Start at :class:`Storyboard`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from comity.reports.words import Text, Words, check_words

__all__ = ["STATES", "Cast", "Frame", "Storyboard"]

State = Literal["joins", "together", "apart"]
#: What each state is called where there is no colour.
STATES: Final[dict[State, str]] = {"joins": "join", "together": "together", "apart": "apart"}


@dataclass(frozen=True, slots=True)
class Cast:
    """Some who act as one in a frame: they join in it, are together and look on, or stand apart."""

    names: tuple[Words, ...]
    state: State

    def __post_init__(self) -> None:
        check_words(*self.names)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: a title, those who act, and lines under the picture."""

    title: Words
    cast: tuple[Cast, ...]
    lines: tuple[Words, ...] = ()

    def __post_init__(self) -> None:
        check_words(self.title, *self.lines)

    def summary(self) -> list[tuple[str, Text]]:
        """Who is in which state, in words: members of one cast in brackets, casts with a plus between them.

        >>> frame = Frame("A step", (Cast(("A", "B"), "joins"), Cast(("C",), "joins"), Cast(("D",), "apart")))
        >>> [(state, words.plain) for state, words in frame.summary()]
        [('join', '(A, B) + C'), ('apart', 'D')]
        """
        out = []
        for state, word in STATES.items():
            acting = [cast for cast in self.cast if cast.state == state]
            parts: list[Text | str] = []
            for k, cast in enumerate(acting):
                parts.append("" if k == 0 else " + " if state == "joins" else "; ")
                inside: list[Text | str] = []
                for place, name in enumerate(cast.names):
                    inside += [", " if place else "", Text.of(name)]
                parts += ["(", *inside, ")"] if len(cast.names) > 1 else inside
            if acting:
                out.append((word, Text(tuple(parts))))
        return out


@dataclass(frozen=True, slots=True)
class Storyboard:
    """Frames that are read one after the other."""

    title: Words
    frames: tuple[Frame, ...]
    note: Words | None = None

    def __post_init__(self) -> None:
        check_words(self.title, self.note)
