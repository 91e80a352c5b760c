"""Why the embedded system does not start, as a sentence for the person at the keyboard."""

from __future__ import annotations


class CannotStartError(Exception):
    """Something on this machine is in the way; the message says what, and how to mend it."""
