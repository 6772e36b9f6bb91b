"""What the areas about deals keep beside the journal: old sheets, sealed games, asks, practice rooms.

Private words are here only as ciphers. Writers: :mod:`comity.forum.actions`.

Who may import me: the forum; :mod:`comity.forum.models` imports these so that Django finds them. Start at
:class:`SealedGameRow`.
"""

from __future__ import annotations

import json
from typing import ClassVar, NamedTuple

from django.conf import settings
from django.db import models

__all__ = ["SealedGameRow", "SheetVersion", "TrainingRoom", "TrainingSeat", "ZoneAnswer", "ZoneAsk"]


class SheetVersion(models.Model):
    """A private sheet as it was saved once: sealed, and never written again."""

    delegation = models.ForeignKey("forum.Delegation", on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    cipher = models.BinaryField()
    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["delegation", "name", "version"], name="a_version_of_a_sheet_is_kept_once"
            )
        ]

    def __str__(self) -> str:
        return f"version of a sheet of {self.delegation_id}"


class SealedGameRow(models.Model):
    """What the public model says about a round, computed once for each round file.

    ``status``: working, ready or failed. ``words`` say why it failed; the round file is public to the round.
    """

    round = models.ForeignKey("forum.Round", on_delete=models.PROTECT, related_name="sealed_games")
    digest = models.CharField(max_length=64)
    status = models.CharField(max_length=16)
    share = models.FloatField(default=0.0)
    words = models.TextField(blank=True)
    data = models.BinaryField(null=True)
    started = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "digest"], name="one_sealed_game_for_each_file")
        ]

    def __str__(self) -> str:
        return f"sealed game of {self.round_id}"


class ZoneAnswer(NamedTuple):
    """What an ask got: a verdict on the zone (None for an improvement), and packages by name."""

    verdict: str | None
    packages: tuple[tuple[str, dict[str, float]], ...]


class ZoneAsk(models.Model):
    """One ask of the facilitator, with the answer that it got: packages or that there is none."""

    round = models.ForeignKey("forum.Round", on_delete=models.PROTECT, related_name="asks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=16)  # zone, or better: an improvement of what was accepted
    about = models.CharField(max_length=64, blank=True)  # the acceptance that an improvement is of
    answer = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"ask in {self.round_id}"

    def read_answer(self) -> ZoneAnswer | None:
        """Return the answer; None where there was none."""
        if not self.answer:
            return None
        said = json.loads(self.answer)
        if self.kind == "zone":
            return ZoneAnswer(said.get("verdict"), tuple((name, values) for name, values in said["packages"]))
        packages = () if said["package"] is None else (("", said["package"]),)
        return ZoneAnswer(said.get("verdict"), packages)


class TrainingRoom(models.Model):
    """A practice round: an example, how it is played, and the log of what was said in the room."""

    code = models.SlugField(max_length=32, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rooms")
    example = models.CharField(max_length=64)
    log = models.TextField()
    over = models.BooleanField(default=False)
    created = models.DateTimeField()
    moves = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return f"training room {self.code}"


class TrainingSeat(models.Model):
    """A seat of a practice round that somebody plays; nobody yet where there is no user."""

    room = models.ForeignKey(TrainingRoom, on_delete=models.PROTECT, related_name="seats")
    party = models.CharField(max_length=32)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "party"], name="a_training_seat_is_played_once")
        ]

    def __str__(self) -> str:
        return f"{self.party} in {self.room_id}"
