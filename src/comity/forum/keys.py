"""Keys: a key for each delegation, wrapped by a master key that is kept outside the database.

AES-256 in Galois/counter mode (NIST SP 800-38D) from the library ``cryptography``; a nonce of 96 random bits
for each message. What a message is about goes in as associated data, so that a sealed sheet moved to another
delegation or name does not open.

Who may import me: actions, selectors and the door. Start at :func:`seal` and :func:`open_sealed`.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.errors import ComityError, InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SealBroken", "create_master", "make_key", "open_sealed", "read_master", "seal", "unwrap", "wrap"]

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_HEAD: Final = "comity master key 1: "


class SealBroken(ComityError):  # noqa: N818
    """What is stored does not open: another key, another place, or somebody changed it."""


def make_key() -> bytes:
    """Return a new random key.

    Examples
    --------
    >>> len(make_key())
    32
    """
    return AESGCM.generate_key(bit_length=8 * _KEY_BYTES)


def create_master(path: Path) -> None:
    """Write a new master key that only its owner may read; a key that is there already is left alone.

    Raises
    ------
    comity.errors.InputError
        When the file cannot be written.
    """
    words = _HEAD + base64.b64encode(make_key()).decode() + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        msg = f"cannot write the master key {path}: {error.strerror}"
        raise InputError(msg, key="COMITY_KEY_FILE", accepted="a file that can be written") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(words)
        file.flush()
        os.fsync(file.fileno())


def read_master(path: Path) -> bytes:
    """Return the master key of a file.

    Raises
    ------
    comity.errors.InputError
        When there is no such file, or it holds no master key.
    """
    try:
        words = path.read_text(encoding="ascii")
    except FileNotFoundError:
        msg = (
            f"there is no master key at {path}; private sheets cannot be opened or saved without it. Put the "
            "copy that you kept back there; 'comity forum' makes a new one only where no delegation has a key"
        )
        raise InputError(msg, key="COMITY_KEY_FILE", accepted="a file written by 'comity forum'") from None
    except (OSError, UnicodeError) as error:
        msg = f"the master key {path} cannot be read"
        raise InputError(msg, key="COMITY_KEY_FILE", accepted="a file written by 'comity forum'") from error
    try:
        found = base64.b64decode(words.removeprefix(_HEAD).strip(), validate=True)
    except binascii.Error:
        found = b""
    if not words.startswith(_HEAD) or len(found) != _KEY_BYTES:
        msg = f"{path} holds no master key"
        raise InputError(msg, key="COMITY_KEY_FILE", accepted="a file written by 'comity forum'")
    return found


def seal(key: bytes, words: bytes, about: str) -> bytes:
    """Return sealed words; ``about`` says what they are and is not kept.

    Examples
    --------
    >>> key = make_key()
    >>> open_sealed(key, seal(key, b"at most 12", "r/ALB/red lines"), "r/ALB/red lines")
    b'at most 12'
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, words, about.encode())


def open_sealed(key: bytes, sealed: bytes, about: str) -> bytes:
    """Return what :func:`seal` sealed.

    Raises
    ------
    SealBroken
        When the key, the place or the content is another one.
    """
    try:
        return AESGCM(key).decrypt(bytes(sealed[:_NONCE_BYTES]), bytes(sealed[_NONCE_BYTES:]), about.encode())
    except (InvalidTag, ValueError):
        msg = "what is stored does not open: the key is another one, or it was changed"
        raise SealBroken(msg) from None


def wrap(master: bytes, key: bytes, about: str) -> bytes:
    """Return the key of a delegation, sealed under the master key.

    Examples
    --------
    >>> master, key = make_key(), make_key()
    >>> unwrap(master, wrap(master, key, "r/ALB"), "r/ALB") == key
    True
    """
    return seal(master, key, f"key of {about}")


def unwrap(master: bytes, wrapped: bytes, about: str) -> bytes:
    """Return the key of a delegation.

    Raises
    ------
    comity.errors.InputError
        When the master key is not the one it was wrapped with.
    """
    try:
        return open_sealed(master, wrapped, f"key of {about}")
    except SealBroken:
        msg = "this master key does not open the key of this delegation; it is another forum's, or a new one"
        raise InputError(
            msg, key="COMITY_KEY_FILE", accepted="the master key with which this forum was begun"
        ) from None
