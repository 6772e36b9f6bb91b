"""What the forum keeps: rounds, who sits where, moves, sealed sheets, invitations, and the audit trail.

Only :mod:`comity.forum.actions` writes; a test looks for writes elsewhere. Moves are never changed or taken
away.

Who may import me: the forum. Start at :class:`MoveRow`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from comity.protocol.conference import PEOPLE, Role, Seat

__all__ = [
    "ApiToken",
    "Audit",
    "CalendarFeed",
    "Delegation",
    "DelegationKey",
    "ExactJSON",
    "Invitation",
    "Membership",
    "MoveRow",
    "PrivateSheet",
    "PublicSheet",
    "Round",
    "SealedGameRow",
    "SheetVersion",
    "TrainingRoom",
    "TrainingSeat",
    "ZoneAsk",
]


if TYPE_CHECKING:
    _Text = models.TextField[Any, Any]
else:
    _Text = models.TextField


class ExactJSON(_Text):
    """JSON kept letter by letter: a database that writes numbers anew would break the seals."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: object) -> Any:  # noqa: ANN401
        """Read what the database gives."""
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401
        """Read words, leave all else."""
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:  # noqa: ANN401
        """Write for the database."""
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

    def value_to_string(self, obj: models.Model) -> str:
        """Write for a serializer."""
        return self.get_prep_value(self.value_from_object(obj)) or ""


class Round(models.Model):
    """One negotiation. ``seal`` is the seal of its charter, which the first move is sealed to."""

    slug = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    charter = ExactJSON()
    seal = models.CharField(max_length=64)
    round_file = models.TextField(blank=True)
    is_public = models.BooleanField(default=False)
    demo = models.BooleanField(default=False)
    created = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["title", "slug"]

    def __str__(self) -> str:
        return self.slug


class Delegation(models.Model):
    """A delegation of a round."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="delegations")
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["pk"]  # the order of the charter
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "code"], name="one_delegation_for_each_code")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.code}"


ROLE_CHOICES = [(role.value, _(role.value)) for role in PEOPLE if role is not Role.PUBLIC]


class Membership(models.Model):
    """Who sits where. One person has one seat in a round; one that is given up is marked, not taken out."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="members")
    role = models.CharField(max_length=32, choices=ROLE_CHOICES)
    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, null=True, blank=True)
    name = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField()
    active = models.BooleanField(default=True)
    admitted = models.BooleanField(default=True)  # by the head, to what the delegation keeps private

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "round"], name="one_seat_for_each_person")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.round_id}"

    def as_seat(self) -> Seat:
        """Return the seat as the protocol knows it."""
        delegation = self.delegation
        return Seat(Role(self.role), None if delegation is None else delegation.code, self.name)


class MoveRow(models.Model):
    """One move, sealed to all before it. Written once."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=64)
    seat = ExactJSON()
    at = models.DateTimeField()
    payload = ExactJSON()
    seal = models.CharField(max_length=64)
    key = models.CharField(max_length=120)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["round", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "number"], name="moves_are_counted"),
            models.UniqueConstraint(fields=["round", "key"], name="a_move_is_made_once"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.number}"


class DelegationKey(models.Model):
    """The key of a delegation, wrapped by the master key, which is not in the database."""

    delegation = models.OneToOneField(Delegation, on_delete=models.PROTECT, related_name="key")
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return f"key of {self.delegation_id}"


class PrivateSheet(models.Model):
    """A private sheet of a delegation: only sealed words are here."""

    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, related_name="sheets")
    name = models.CharField(max_length=64)
    cipher = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delegation", "name"], name="one_sheet_for_each_name")
        ]

    def __str__(self) -> str:
        return f"sheet of {self.delegation_id}"


class Invitation(models.Model):
    """A one-time link. Only the hash of its token is kept, so that a copy of the database seats nobody."""

    token_hash = models.CharField(max_length=64, unique=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, blank=True)
    role = models.CharField(max_length=32, blank=True)
    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, null=True, blank=True)
    name = models.CharField(max_length=200, blank=True)
    for_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    administrator = models.BooleanField(default=False)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)
    revoked = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Audit(models.Model):
    """Who did what beside the journal, and what was refused. Never private words."""

    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, blank=True)
    act = models.CharField(max_length=64)
    outcome = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.act}: {self.outcome}"


class CalendarFeed(models.Model):
    """An address at which a calendar program reads what one seat may know; its token is kept as a hash."""

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created", "-pk"]

    def __str__(self) -> str:
        return f"feed of {self.member_id}"


class PublicSheet(models.Model):
    """What the secretariat says on the public page in its own words, and how much of the text it opens."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="public_sheet")
    about = models.TextField(blank=True)
    criteria = models.TextField(blank=True)
    removal = models.TextField(blank=True)
    scope = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"public sheet of {self.round_id}"


from comity.forum.records import (  # noqa: E402  (Django finds them here)
    SealedGameRow,
    SheetVersion,
    TrainingRoom,
    TrainingSeat,
    ZoneAsk,
)
from comity.forum.tokens import ApiToken  # noqa: E402
