"""The only list of the languages that people may speak in a clip."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SPOKEN_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "it": "italiano",
        "en": "English",
        "ar": "العربية",
        "bg": "български",
        "ca": "català",
        "cs": "čeština",
        "da": "dansk",
        "de": "Deutsch",
        "el": "Ελληνικά",
        "es": "español",
        "et": "eesti",
        "fi": "suomi",
        "fr": "français",
        "hr": "hrvatski",
        "hu": "magyar",
        "is": "íslenska",
        "lt": "lietuvių",
        "lv": "latviešu",
        "mt": "Malti",
        "nl": "Nederlands",
        "pl": "polski",
        "pt": "português",
        "ro": "română",
        "ru": "русский",
        "sk": "slovenčina",
        "sl": "slovenščina",
        "sq": "shqip",
        "sv": "svenska",
        "uk": "українська",
        "zh": "中文",
    }
)
"""Each code with the language's name in itself; Italian and English first. All of them a transcriber can be told.

Source: the official languages of the European Union but Irish, those of the CENTRINNO cities, and what else is spoken
much in Tuscany. The codes are Whisper's, which are BCP 47's.
"""
