"""What each kind of consent is called, above the words of the call that ask for it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.calls import ConsentKind
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

CONSENTS: Final[Mapping[ConsentKind, str]] = MappingProxyType(
    {
        ConsentKind.GALLERY: N_("Pubblicazione nella galleria"),
        ConsentKind.SOCIAL: N_("Pubblicazione sui social"),
        ConsentKind.DOWNLOAD: N_("Copie per chi visita la galleria"),
    }
)
