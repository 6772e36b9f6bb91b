"""Accounts are made by invitation only.

Who may import me: the settings. Start at :class:`InvitedOnly`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import DefaultAccountAdapter

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["InvitedOnly"]


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Keep sign-up closed; invitations make accounts."""
        return False
