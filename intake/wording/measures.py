"""The only place for what each measured figure is called, and for how people write it: its unit ends its name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from babel.numbers import format_decimal

from intake.domain.facts import Confidence, StretchKind
from intake.wording import duration, file_size, say
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "integrated_lufs": N_("Volume medio"),
        "range_lu": N_("Differenza fra piano e forte"),
        "true_peak_dbtp": N_("Picco più alto"),
        "clipped_ratio": N_("Audio distorto"),
        "silence_ratio": N_("Quanto silenzio c'è"),
        "longest_silence_s": N_("Silenzio più lungo"),
        "noise_floor_dbfs": N_("Rumore nelle pause"),
        "speech_to_noise_db": N_("Voce sopra il rumore"),
        "quiet_channel_db": N_("Differenza fra i canali"),
        "channels": N_("Canali"),
        "duration_s": N_("Durata dell'audio"),
        "clipping_spike": N_("Onde tagliate"),
        "leading_silence_s": N_("Silenzio all'inizio"),
        "trailing_silence_s": N_("Silenzio alla fine"),
        "noise_confidence": N_("Affidabilità della misura"),
        "under_voice_db": N_("Voce sopra il rumore continuo"),
        "speech_s": N_("Quanto si parla"),
        "speech_ratio": N_("Parte del video in cui si parla"),
        "hum_hz": N_("Ronzio della corrente"),
        "speech_to_hum_db": N_("Voce sopra il ronzio"),
        "stereo_correlation": N_("Somiglianza fra i canali"),
        "dc_offset": N_("Spostamento dallo zero"),
    }
)
"""Every figure of `AudioLevels`."""

CONFIDENCES: Final[Mapping[Confidence, str]] = MappingProxyType(
    {Confidence.HIGH: N_("alta"), Confidence.MEDIUM: N_("media"), Confidence.LOW: N_("bassa")}
)

STRETCHES: Final[Mapping[StretchKind, str]] = MappingProxyType(
    {
        StretchKind.SILENCE: N_("Dove c'è silenzio"),
        StretchKind.CLIPPING: N_("Dove è distorto"),
        StretchKind.NOISE: N_("Dove c'è rumore"),
    }
)

VIDEO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "container": N_("Tipo di file"),
        "size_bytes": N_("Peso del file"),
        "duration_s": N_("Durata"),
        "declared_s": N_("Durata dichiarata"),
        "picture_s": N_("Durata dell'immagine"),
        "sound_s": N_("Durata dell'audio"),
        "last_keyframe_s": N_("Ultima immagine intera"),
        "hides_footage": N_("Contiene ancora parti tagliate"),
        "video_codec": N_("Codifica dell'immagine"),
        "video_profile": N_("Profilo"),
        "pixel_format": N_("Formato dei punti"),
        "color_transfer": N_("Curva dei colori"),
        "width_px": N_("Larghezza nel file"),
        "height_px": N_("Altezza nel file"),
        "dolby_vision_profile": N_("Profilo Dolby Vision"),
        "rotation_deg": N_("Rotazione"),
        "is_mirrored": N_("Specchiato"),
        "pixel_aspect": N_("Proporzione dei punti"),
        "frame_rate": N_("Immagini al secondo"),
        "is_rate_variable": N_("Ritmo variabile"),
        "is_interlaced": N_("Interlacciato"),
        "video_bit_rate_bps": N_("Dati dell'immagine al secondo"),
        "audio_codec": N_("Codifica dell'audio"),
        "audio_profile": N_("Profilo dell'audio"),
        "audio_channels": N_("Canali audio"),
        "audio_sample_rate_hz": N_("Campioni audio al secondo"),
        "audio_track": N_("Traccia audio, contando da 0"),
    }
)
"""Every figure of `VideoFacts`."""

UPRIGHT: Final = N_("Come si vede")

_BITS_PER_MEGABIT: Final = 1_000_000
_UNITS: Final = MappingProxyType(
    {"lufs": "LUFS", "lu": "LU", "dbtp": "dBTP", "dbfs": "dBFS", "db": "dB", "px": "px", "deg": "°", "hz": "Hz"}
)
_WRITERS: Final[Mapping[str, Callable[[float, str], str]]] = MappingProxyType(
    {
        "s": duration,
        "bytes": file_size,
        "ratio": lambda ratio, language: f"{format_decimal(ratio * 100, '0.##', locale=language)} %",
        "bps": lambda bps, language: f"{format_decimal(bps / _BITS_PER_MEGABIT, '0.#', locale=language)} Mbit/s",
    }
)


def figure(name: str, value: object, language: str) -> str:
    """Write the *value* of the field called *name* as people do; a dash where nothing was measured."""
    if isinstance(value, bool):
        return say(N_("sì") if value else N_("no"), language)
    if isinstance(value, Confidence):
        return say(CONFIDENCES[value], language)
    if not isinstance(value, int | float):
        return "–" if value is None else str(value)
    ending = name.rpartition("_")[2]
    if ending in _WRITERS:
        return _WRITERS[ending](value, language)
    return f"{format_decimal(value, '0.##', locale=language)} {_UNITS.get(ending, '')}".strip()
