"""Accounts are made by invitation only; the secrets of second factors are sealed in the database.

Who may import me: the settings. Start at :class:`InvitedOnly`.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext as _

from comity.forum.keys import open_sealed, read_master, seal

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["InvitedOnly", "SealedFactors"]

_ABOUT: Final = "second factor"


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Keep sign-up closed; invitations make accounts."""
        return False


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """A copy of the database alone gives nobody the codes of an authenticator app."""

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002, ANN401
        """Offer a name for a passkey; 'Master key', as the library says, is something else here."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %(number)s") % {"number": number}

    def encrypt(self, text: str) -> str:
        """Seal a secret with the master key."""
        return base64.b64encode(seal(read_master(settings.KEY_FILE), text.encode(), _ABOUT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what :meth:`encrypt` sealed."""
        sealed = base64.b64decode(encrypted_text)
        return open_sealed(read_master(settings.KEY_FILE), sealed, _ABOUT).decode()
