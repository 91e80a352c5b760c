"""The only place that makes, hashes, seals and opens secrets: of senders, of invitations, of hooks; and signs links."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from intake.domain.submissions import Token

TOKEN_BYTES: Final = 24
"""192 random bits; the contract asks for 128 at least."""


def mint() -> Token:
    """Make a new secret, fit for a URL."""
    return Token(secrets.token_urlsafe(TOKEN_BYTES))


def hash_of(untrusted_token: str) -> str:
    """Return the hash a row is looked up by. A fast hash will do: nobody guesses 192 bits."""
    return hashlib.sha256(untrusted_token.encode()).hexdigest()


def seal(token: Token, secret_key: str) -> str:
    """Encrypt a secret for the row, so that a copy of the database opens no status page."""
    return _box(secret_key).encrypt(token.encode()).decode()


def unseal(sealed: str, secret_key: str) -> Token:
    """Decrypt a secret from its row.

    Raises:
        cryptography.fernet.InvalidToken: `SECRET_KEY` was changed since.
    """
    return Token(_box(secret_key).decrypt(sealed.encode()).decode())


def sign(text: str, secret_key: str) -> str:
    """Return *text* with a signature, fit for a URL: whoever brings it back has it from us."""
    return f"{text}.{_signature(text, secret_key)}"


def signed_text(untrusted_signed: str, secret_key: str) -> str | None:
    """Return what was signed; None where it was not we who did."""
    text, _, signature = untrusted_signed.rpartition(".")
    is_ours = hmac.compare_digest(signature.encode(), _signature(text, secret_key).encode())
    return text if is_ours else None


def _signature(text: str, secret_key: str) -> str:
    return hmac.new(secret_key.encode(), f"intake signed link {text}".encode(), hashlib.sha256).hexdigest()[:32]


def _box(secret_key: str) -> Fernet:
    # A key of its own: what signs cookies must not open these.
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"intake sender token").derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(key))
