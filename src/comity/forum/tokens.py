"""Tokens for programs: each speaks for one seat, within what its owner allowed. Only its hash is kept.

Who may import me: :mod:`comity.forum.models`; others take :class:`ApiToken` from there.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from comity.forum.models import Membership

__all__ = ["ApiToken"]


class ApiToken(models.Model):
    """A token of one seat. It ends with the seat, with its day, or when it is taken back."""

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    may_move = models.BooleanField(default=False)
    private = models.BooleanField(default=False)  # own private sheet, and answers in secret
    created = models.DateTimeField()
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)  # to the hour: no trail of reading
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created", "-pk"]

    def __str__(self) -> str:
        return f"token {self.pk}"
