"""People: who sits where, by invitation.

Who may import me: others import these names from :mod:`comity.forum.actions`. Start at :func:`invite`.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from comity.errors import InputError, say
from comity.forum.actions.audit import note
from comity.forum.actions.seats import check_right, check_seat
from comity.forum.models import Delegation, DelegationKey, Invitation, Membership, Round
from comity.protocol.conference import PEOPLE, Act, Role, Seat

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "accept_invitation",
    "admit_member",
    "find_invitation",
    "give_up_seat",
    "invite",
    "invite_administrator",
    "make_user",
    "revoke_invitation",
    "seat_member",
]

INVITATION_DAYS: Final = 14


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _find_delegation(round_: Round, seat: Seat) -> Delegation | None:
    if seat.delegation is None:
        return None
    found = Delegation.objects.filter(round_id=round_.pk, code=seat.delegation).first()
    if found is None:
        codes = ", ".join(Delegation.objects.filter(round_id=round_.pk).values_list("code", flat=True)[:8])
        msg = say("no delegation '%(delegation)s' sits in this round", delegation=seat.delegation)
        raise InputError(msg, key="delegation", accepted=codes)
    return found


def make_user(
    *, username: str, password: str | None, now: datetime, email: str = "", administrator: bool = False
) -> Any:  # noqa: ANN401
    """Make an account. Without a password it is entered by one-time links only.

    Raises
    ------
    comity.errors.InputError
        When the name is taken or not accepted, or the password is too weak.
    """
    model = get_user_model()
    user = model(username=username, email=email, is_staff=administrator)
    try:
        user.full_clean(exclude=["password"])
        if password is not None:
            validate_password(password, user)
    except ValidationError as error:
        raise InputError(" ".join(error.messages), key="account") from None
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    with transaction.atomic():
        user.save()
        note(act="make account", outcome="administrator" if administrator else "made", now=now, user=user)
    return user


def seat_member(*, round: Round, user: Any, seat: Seat, now: datetime, by: Any = None) -> Membership:  # noqa: A002, ANN401
    """Give a person a seat; another one than before if they sat in this round already.

    Raises
    ------
    comity.errors.InputError
        When the round has no such delegation, or the role is nobody's seat.
    """
    if seat.role not in PEOPLE or seat.role is Role.PUBLIC:
        msg = say("nobody is seated as '%(role)s'", role=seat.role)
        raise InputError(msg, key="role", accepted=", ".join(each for each in PEOPLE if each != Role.PUBLIC))
    delegation = _find_delegation(round, seat)
    with transaction.atomic():
        if by is not None:
            check_right(round, by, Act.SEAT_MEMBERS)
        admitted = _is_admitted(delegation, seat, user)
        row, _ = Membership.objects.update_or_create(
            user=user,
            round=round,
            defaults={
                "admitted": admitted,
                "role": seat.role.value,
                "delegation": delegation,
                "name": seat.name,
                "since": now,
                "active": True,
            },
        )
        note(act="seat member", outcome=_say(seat), now=now, user=by or user, round=round)
    return row


_READERS: Final = (Role.HEAD.value, Role.DELEGATE.value)


def _is_admitted(delegation: Delegation | None, seat: Seat, user: Any) -> bool:  # noqa: ANN401
    """Tell whether a new member is admitted at once to what their delegation keeps private.

    Only the first who sits for a delegation that has kept nothing yet. Everybody else is admitted by somebody
    who was, so that who hands out seats cannot take one and read.
    """
    if delegation is None or seat.role.value not in _READERS:
        return True
    rows = Membership.objects.filter(delegation=delegation, admitted=True, role__in=_READERS)
    if rows.filter(user=user, active=True).exists():
        return True  # another seat of the same delegation
    kept = DelegationKey.objects.filter(delegation=delegation).exists()
    return not kept and not rows.exclude(user=user).exists()


def admit_member(*, round: Round, member: int, head: Seat, now: datetime, by: Any = None) -> None:  # noqa: A002, ANN401
    """Let a member of one's delegation see what it keeps private: the head decides.

    Where a delegation has no head who was admitted, a delegate who was may admit the head.

    Raises
    ------
    comity.errors.InputError
        When the seat may not admit, was not admitted itself, or the member is another delegation's.
    """
    with transaction.atomic():
        check_seat(round, head, by, Act.READ_PRIVATE_SHEET)
        rows = Membership.objects.filter(
            pk=member, round_id=round.pk, delegation__code=head.delegation, active=True
        )
        if head.role is Role.DELEGATE:
            heads = Membership.objects.filter(
                round_id=round.pk,
                delegation__code=head.delegation,
                role=Role.HEAD.value,
                admitted=True,
                active=True,
            )
            rows = rows.none() if heads.exists() else rows.filter(role=Role.HEAD.value)
        elif head.role is not Role.HEAD:
            rows = rows.none()
        if head.delegation is None or not rows.update(admitted=True):
            msg = say("a head of delegation admits members of their own delegation")
            raise InputError(msg, key="member", accepted=say("a member of your delegation"))
        note(act="admit member", outcome=str(member), now=now, user=by, round=round)


def give_up_seat(*, round: Round, member: int, now: datetime, by: Any = None) -> None:  # noqa: A002, ANN401
    """Take a person's seat back; their moves stay.

    Raises
    ------
    comity.errors.InputError
        When ``by`` is not of the secretariat.
    """
    with transaction.atomic():
        check_right(round, by, Act.SEAT_MEMBERS)
        changed = Membership.objects.filter(pk=member, round_id=round.pk, active=True).update(active=False)
        if changed:
            note(act="take seat back", outcome=str(member), now=now, user=by, round=round)


def invite(
    *,
    round: Round,  # noqa: A002
    seat: Seat,
    now: datetime,
    by: Any = None,  # noqa: ANN401
    for_user: Any = None,  # noqa: ANN401
    days: int = INVITATION_DAYS,
) -> tuple[Invitation, str]:
    """Make a one-time link to a seat; return its row and its token, which is kept nowhere.

    Raises
    ------
    comity.errors.InputError
        When the round has no such delegation.
    """
    if seat.role not in PEOPLE or seat.role is Role.PUBLIC:
        msg = say("nobody is invited as '%(role)s'", role=seat.role)
        raise InputError(msg, key="role", accepted=", ".join(each for each in PEOPLE if each != Role.PUBLIC))
    delegation = _find_delegation(round, seat)
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        check_right(round, by, Act.SEAT_MEMBERS)
        row = Invitation.objects.create(
            token_hash=_hash(token),
            round=round,
            role=seat.role.value,
            delegation=delegation,
            name=seat.name,
            for_user=for_user,
            created=now,
            expires=now + timedelta(days=days),
        )
        note(act="invite", outcome=_say(seat), now=now, user=by, round=round)
    return row, token


def invite_administrator(*, now: datetime) -> str:
    """Make a one-time link that lets an administrator set a name and a password; return its token."""
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        Invitation.objects.create(
            token_hash=_hash(token), administrator=True, created=now, expires=now + timedelta(days=1)
        )
        note(act="invite", outcome="administrator", now=now)
    return token


def revoke_invitation(*, round: Round, invitation: int, now: datetime, by: Any = None) -> None:  # noqa: A002, ANN401
    """Make a link that was not used yet lead nowhere.

    Raises
    ------
    comity.errors.InputError
        When ``by`` is not of the secretariat.
    """
    with transaction.atomic():
        check_right(round, by, Act.SEAT_MEMBERS)
        open_ = Invitation.objects.filter(pk=invitation, round_id=round.pk, used=None, revoked=False)
        if open_.update(revoked=True):
            note(act="revoke invitation", outcome=str(invitation), now=now, user=by, round=round)


def find_invitation(token: str, now: datetime) -> Invitation | None:
    """Return the invitation of a token that can still be used, or None."""
    return (
        Invitation.objects.select_related("round", "delegation", "for_user")
        .filter(token_hash=_hash(token), used=None, revoked=False, expires__gt=now)
        .first()
    )


def accept_invitation(
    *,
    token: str,
    now: datetime,
    user: Any = None,  # noqa: ANN401
    username: str = "",
    password: str | None = None,
    email: str = "",
) -> Any:  # noqa: ANN401
    """Use a link: take its seat with the account that is signed in, or with a new one; return the account.

    Raises
    ------
    comity.errors.InputError
        When the link was used, is over, or the new account is not accepted.
    """
    with transaction.atomic():
        used = Invitation.objects.filter(token_hash=_hash(token), used=None, revoked=False, expires__gt=now)
        if not used.update(used=now):
            msg = say("this link was used already, was taken back, or is over; ask for a new one")
            raise InputError(msg, key="link")
        row = Invitation.objects.select_related("round", "delegation", "for_user").get(
            token_hash=_hash(token)
        )
        if row.for_user is not None:
            user = row.for_user
        elif user is None:
            user = make_user(
                username=username, password=password, email=email, now=now, administrator=row.administrator
            )
        if row.administrator and not user.is_staff:
            user.is_staff = True
            user.save(update_fields=["is_staff"])
        if row.round is not None:
            code = None if row.delegation is None else row.delegation.code
            seat_member(round=row.round, user=user, seat=Seat(Role(row.role), code, row.name), now=now)
    return user


def _say(seat: Seat) -> str:
    return seat.role.value if seat.delegation is None else f"{seat.role.value}, {seat.delegation}"
