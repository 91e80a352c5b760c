"""What pages ask of a bucket that send browsers to its objects: addresses, signed where not everybody may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from intake.domain.submissions import ObjectKey

VIEW_LINK_S: Final = 3600
"""Life of a signed view link in seconds: longer than anybody looks at one clip, shorter than a working day."""

KEEP_LINK_S: Final = 60
"""Life of a signed link to save a copy, in seconds: a browser that was sent on to it follows it at once."""


class ViewLinks(Protocol):
    """What a moderator's page asks of the private bucket."""

    def view_link(self, key: ObjectKey) -> str:
        """Sign a link by which a browser may read one object for `VIEW_LINK_S` seconds. Asks nobody."""
        ...


class KeepLinks(Protocol):
    """What letting visitors keep a copy asks of the gallery bucket."""

    def keep_link(self, key: ObjectKey, file_name: str) -> str:
        """Sign a link by which a browser saves one object as *file_name*, begun within `KEEP_LINK_S`. Asks nobody.

        Args:
            file_name: Letters, digits, hyphens and a point: it stands in a header.
        """
        ...


class PublicLinks(Protocol):
    """What public pages ask of the gallery bucket."""

    def public_link(self, key: ObjectKey) -> str:
        """Return the address under which everybody may read an object of this bucket. Asks nobody."""
        ...
