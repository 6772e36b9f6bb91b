"""The room: reads what a player types, makes moves, and shows what follows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from comity.cli.output import print_result, write_file
from comity.cli.practice_commands import Typed, list_commands, read_command
from comity.cli.practice_screen import draw_clause, draw_sight
from comity.errors import InputError
from comity.protocol import Kind, Move
from comity.services.practice_words import tell_move, tell_outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from comity.services.practice import Practice
    from comity.services.practice_sight import Sight

__all__ = ["Room"]

_KINDS: Final = {"accept": Kind.ACCEPT, "reject": Kind.REJECT, "yes": Kind.YES, "no": Kind.NO}


class Room:
    """One player at a terminal.

    Parameters
    ----------
    practice
        The round.
    log
        Where the log is kept, or None.
    quiet
        Show nothing while the round runs (for ``--json``).
    """

    def __init__(self, practice: Practice, *, log: Path | None, quiet: bool) -> None:
        self.practice = practice
        self.log = log
        self.quiet = quiet
        self.pending: list[tuple[str, float | None]] = []
        self.marks: dict[str, int] = {}
        self.stopped = False

    # -- running ------------------------------------------------------------------------------------

    def open(self) -> None:
        """Let the others speak first where it is their turn, and show the room."""
        said = self.practice.start()
        self._keep()
        self._tell(said)
        self._show()

    def run_script(self, lines: Iterator[str], *, name: str) -> None:
        """Run commands from a file or a pipe; the first one that cannot be used ends it.

        Raises
        ------
        InputError
            With the name of the file and the line.
        """
        for number, line in enumerate(lines, start=1):
            if self._over():
                return
            try:
                self.do(line)
            except InputError as error:
                raise InputError(
                    error.message, file=name, line=number, key=error.key, accepted=error.accepted
                ) from None

    def run_prompt(self) -> None:
        """Ask until the round is over or the player stops; a wrong line is answered, not fatal."""
        while not self._over():
            try:
                line = input(f"{self.practice.setup.seat}> ")
            except EOFError:
                print_result("")
                return
            try:
                self.do(line)
            except InputError as error:
                print_result(f"  {error}")

    def _over(self) -> bool:
        return self.stopped or self.practice.state.over

    # -- one command --------------------------------------------------------------------------------

    def do(self, line: str) -> None:
        """Do what one line says.

        Raises
        ------
        InputError
            The line cannot be used; nothing has changed.
        """
        typed = read_command(line, self.sight())
        if typed is None:
            return
        if typed.word in ("request", "offer", "drop"):
            self._change(typed)
        elif typed.word == "propose":
            self._propose(typed)
        elif typed.word in _KINDS:
            self._answer(_KINDS[typed.word])
        elif typed.word in ("better", "worse", "marks"):
            self._mark(typed)
        elif typed.word == "walk":
            self._play(Move(self.practice.setup.seat, Kind.LEAVE))
        elif typed.word == "undo":
            self._undo()
        elif typed.word == "save":
            self._save(typed)
        elif typed.word == "quit":
            self.stopped = True
        else:
            self._look(typed)

    def sight(self) -> Sight:
        """Give what the seat may see, with changes that are not sent."""
        return self.practice.see(dict(self.pending))

    def _change(self, typed: Typed) -> None:
        changes = dict(typed.values) | dict.fromkeys(typed.clauses)
        for key, value in changes.items():
            self._check(key, value)
        self.pending += list(changes.items())
        self._say(draw_sight(self.sight(), self.practice.desk.names, full=False))
        self._say("  Not sent yet: 'propose' sends it, 'undo' takes it back.")

    def _check(self, key: str, value: float | None) -> None:
        slot = self.practice.rules.slots[key]
        if self.practice.setup.seat not in (slot.giver, slot.beneficiary):
            msg = f"{key} is between {slot.giver} and {slot.beneficiary}"
            raise InputError(msg, accepted="a clause that you give or get")
        if value is not None and not slot.admits(value):
            msg = f"{value:,g} is not on the table"
            raise InputError(msg, key=key, accepted=slot.accepted)
        if value is None and key not in self.practice.state.draft and key not in dict(self.pending):
            msg = f"{key} is not in the text"
            raise InputError(msg, accepted="a clause that is")

    def _propose(self, typed: Typed) -> None:
        for key, value in typed.values.items():
            self._check(key, value)
        changes = dict(self.pending) | dict(typed.values)
        draft = self.practice.state.draft
        changes = {key: value for key, value in changes.items() if draft.get(key) != value}
        self._play(Move(self.practice.setup.seat, Kind.PROPOSE, changes))

    def _answer(self, kind: Kind) -> None:
        better = tuple(key for key, sign in self.marks.items() if sign > 0)
        worse = tuple(key for key, sign in self.marks.items() if sign < 0)
        marked = kind in (Kind.YES, Kind.NO)
        if self.pending:
            msg = "you have changes that are not sent"
            raise InputError(msg, accepted="propose, or undo")
        seat = self.practice.setup.seat
        self._play(Move(seat, kind, better=better, worse=worse) if marked else Move(seat, kind))

    def _mark(self, typed: Typed) -> None:
        state = self.practice.state
        if typed.word == "marks":
            found = self.practice.desk.position.marks(state.agreed, state.draft)
            own = {row.key for row in self.sight().rows if row.own}
            self.marks = {key: sign for key, sign in found.items() if sign and key in own}
        else:
            sign = 1 if typed.word == "better" else -1
            self.marks |= dict.fromkeys(typed.clauses, sign)
        for word, sign in (("better", 1), ("worse", -1)):
            keys = [key for key, s in self.marks.items() if s == sign]
            self._say(f"  {word} for you: {', '.join(keys) or 'none marked'}")

    def _undo(self) -> None:
        if self.marks:
            self.marks = {}
            self._say("  all marks taken back")
        elif self.pending:
            key, _ = self.pending.pop()
            self._say(f"  taken back: {key}")
        else:
            msg = "there is nothing to take back; what was sent was said"
            raise InputError(msg, accepted="undo before you send")

    def _play(self, move: Move) -> None:
        said = self.practice.play(move)
        self.pending, self.marks = [], {}
        self._keep()
        self._tell([move, *said])
        self._show()

    def _save(self, typed: Typed) -> None:
        from pathlib import Path  # noqa: PLC0415

        if typed.rest:
            self.log = Path(typed.rest[0])
        if self.log is None:
            msg = "save to which file?"
            raise InputError(msg, accepted="save FILE")
        self._keep()
        self._say(f"  log written to {self.log}")

    def _look(self, typed: Typed) -> None:
        if typed.word == "help":
            self._say(list_commands(self.practice.setup.mode))
        elif typed.clauses:
            rows = {row.key: row for row in self.sight().rows}
            for key in typed.clauses:
                self._say(draw_clause(rows[key], self.practice.desk.names))
        else:
            self._show()

    # -- output -------------------------------------------------------------------------------------

    def _keep(self) -> None:
        """Write the log as it stands; it only ever grows."""
        if self.log is not None:
            write_file(self.log, self.practice.log.text, option="--log")

    def _tell(self, moves: list[Move]) -> None:
        rows = {row.key: row for row in self.practice.see().rows} if moves and not self.quiet else {}
        for move in moves:
            if not self.quiet:
                self._say("\n".join(tell_move(move, rows, self.practice.desk.names)))
        if self.practice.state.over:
            self._say(f"\n{tell_outcome(self.practice.state.outcome, self.practice.desk.names)}")

    def _show(self) -> None:
        if not self.quiet:
            self._say(draw_sight(self.sight(), self.practice.desk.names, full=not self.practice.state.over))

    def _say(self, text: str) -> None:
        if not self.quiet:
            print_result(text)
            sys.stdout.flush()
