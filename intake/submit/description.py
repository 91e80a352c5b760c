"""What the API says of itself to senders' programs: the shape of everything they send and get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from intake.domain.calls import FIRST_LANGUAGE, Format
from intake.domain.checks import CheckCode, Verdict
from intake.domain.states import State
from intake.submit.announced import KEY_CHARACTERS, MOST_BYTES, SIGNED_AT_ONCE
from intake.web.openapi import Operation, list_of, named, parameter, record

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT: Final = {"type": "string"}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_URL: Final = {"type": "string", "format": "uri"}
_BYTES: Final = {"type": "integer", "minimum": 0}
_NUMBER: Final = {"type": ["number", "null"]}
_FIGURE: Final = {"type": ["number", "string", "null"]}
_LOCAL: Final = {"type": "object", "additionalProperties": _TEXT, "required": [FIRST_LANGUAGE]}
"""A text by language: Italian, and every other the call speaks."""


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest}


SCHEMAS: Final[Mapping[str, dict[str, Any]]] = {
    "Call": record(
        {
            "slug": _TEXT,
            "is_open": {"type": "boolean"},
            "title": _LOCAL,
            "brief": _LOCAL,
            "noise_advice": _LOCAL,
            "script": list_of(record({"title": _LOCAL, "text": _LOCAL})),
            "min_duration_s": {"type": "number"},
            "max_duration_s": {"type": "number"},
            "max_bytes": _BYTES,
            "min_short_side_px": {"type": "integer"},
            "warn_short_side_px": {"type": "integer"},
            "max_long_side_px": {"type": "integer"},
            "formats": list_of({"enum": list(Format)}),
            "sound_refuses": list_of({"enum": list(CheckCode)}),
            "consents": list_of(
                record(
                    {
                        "kind": _TEXT,
                        "version": _TEXT,
                        "required": {"type": "boolean"},
                        "text": _LOCAL,
                        "text_sha256": _LOCAL,
                    }
                )
            ),
            "organisation_kinds": list_of(record({"value": _TEXT, "label": _LOCAL})),
            "fields": list_of(
                record({"name": _TEXT, "label": _LOCAL, "choices": list_of(record({"value": _TEXT, "label": _LOCAL}))})
            ),
            "event": _or_null(record({"starts_at": _MOMENT, "time_zone": _TEXT, "agenda": _LOCAL})),
        }
    ),
    "File": record(
        {
            "name": {"type": "string", "minLength": 1, "description": "As the device calls it; shown, never used."},
            "size_bytes": {"type": "integer", "minimum": 1, "maximum": MOST_BYTES - 1},
            "type": {"type": ["string", "null"], "description": "The media type, where the device knows it."},
            "fingerprint": {
                "type": ["string", "null"],
                "maxLength": KEY_CHARACTERS,
                "description": "By which your program knows the file again; kept, never looked into.",
            },
        },
        optional=("type", "fingerprint"),
    ),
    "Letter": record(
        {
            "given_name": _text(100),
            "family_name": _text(100),
            "role": _text(150),
            "organisation": _text(200),
            "organisation_kind": {"type": "string", "description": "One of the call's `organisation_kinds`."},
            "email": _text(254) | {"format": "email"},
            "language": {
                "type": ["string", "null"],
                "description": "In which the sender is answered: `it`, or another that the pages speak, such as `en`.",
            },
            "choices": {
                "type": ["object", "null"],
                "additionalProperties": _TEXT,
                "description": "A value for each of the call's `fields`, by its name.",
            },
            "consent_gallery": {"type": "boolean"},
            "consent_social": {"type": ["boolean", "null"]},
            "consent_download": {"type": ["boolean", "null"]},
            "file": named("File"),
        },
        optional=("language", "choices", "consent_social", "consent_download"),
    ),
    "Upload": record({"part_bytes": _BYTES, "expires_at": _MOMENT}),
    "Announced": record({"token": _TEXT, "status_url": _URL, "upload": _or_null(named("Upload"))}),
    "NewFile": record({"file": named("File")}),
    "Begun": record({"upload": named("Upload")}),
    "Arrived": record(
        {
            "part_bytes": _BYTES,
            "expires_at": _MOMENT,
            "file": record({"name": _TEXT, "size_bytes": _BYTES, "fingerprint": {"type": ["string", "null"]}}),
            "parts": list_of(record({"part_number": {"type": "integer"}, "size_bytes": _BYTES})),
        }
    ),
    "PartNumbers": record(
        {
            "part_numbers": list_of({"type": "integer", "minimum": 1}) | {"minItems": 1, "maxItems": SIGNED_AT_ONCE},
        }
    ),
    "SignedParts": record(
        {
            "parts": list_of(
                record(
                    {
                        "part_number": {"type": "integer"},
                        "size_bytes": _BYTES,
                        "url": _URL,
                        "headers": {"type": "object", "additionalProperties": _TEXT},
                    }
                )
            )
        }
    ),
    "Receipt": record(
        {
            "id": {"type": "string", "format": "uuid"},
            "state": {"enum": list(State)},
            "received_at": _MOMENT,
            "file": record({"name": _TEXT, "size_bytes": _BYTES}),
        }
    ),
    "StateNow": record({"state": {"enum": list(State)}}),
    "Submission": record(
        {
            "state": {"enum": list(State)},
            "working": {"type": "boolean"},
            "position": {"type": ["integer", "null"]},
            "progress": _or_null(
                record({"percent": {"type": "integer"}, "remaining_s": {"type": ["integer", "null"]}})
            ),
            "checks": list_of(
                record(
                    {
                        "code": {"enum": list(CheckCode)},
                        "verdict": {"enum": list(Verdict)},
                        "reason": _TEXT,
                        "measured": _FIGURE,
                        "limit": _FIGURE,
                        "unit": {"type": ["string", "null"]},
                        "message": _TEXT,
                    }
                )
            ),
            "levels": _or_null(
                record(
                    dict.fromkeys(
                        (
                            "integrated_lufs",
                            "range_lu",
                            "true_peak_dbtp",
                            "clipped_ratio",
                            "silence_ratio",
                            "noise_floor_dbfs",
                            "speech_to_noise_db",
                            "channels",
                        ),
                        _NUMBER,
                    )
                )
            ),
            "video": _or_null(
                record(
                    {
                        "duration_s": _NUMBER,
                        "width_px": {"type": "integer"},
                        "height_px": {"type": "integer"},
                        "rotation_deg": {"type": "integer"},
                        "frame_rate": _NUMBER,
                        "video_codec": {"type": ["string", "null"]},
                        "audio_codec": {"type": ["string", "null"]},
                        "size_bytes": _BYTES,
                    }
                )
            ),
            "clip_url": {"type": ["string", "null"], "format": "uri"},
            "reason": {"type": ["string", "null"]},
        }
    ),
}

_LANGUAGE: Final = parameter("lang", "query", "In which sentences are answered.", pattern="^[a-z]{2,3}$")
_KEY: Final = parameter(
    "Idempotency-Key",
    "header",
    "Your own name for this submission: asked twice, it is made once.",
    minLength=1,
    maxLength=KEY_CHARACTERS,
)

DESCRIBE_CALL: Final = Operation(answer="Call")
ANNOUNCE: Final = Operation(
    answer="Announced", status=201, body="Letter", parameters=(_KEY, _LANGUAGE), problems=(410,)
)
DESCRIBE_SUBMISSION: Final = Operation(answer="Submission", parameters=(_LANGUAGE,))
WITHDRAW: Final = Operation(answer="Submission", parameters=(_LANGUAGE,))
DESCRIBE_UPLOAD: Final = Operation(answer="Arrived", parameters=(_LANGUAGE,), problems=(409, 410))
BEGIN_UPLOAD: Final = Operation(
    answer="Begun", status=201, body="NewFile", parameters=(_LANGUAGE,), problems=(409, 410)
)
GIVE_UP_UPLOAD: Final = Operation(answer="StateNow", parameters=(_LANGUAGE,), problems=(409, 410))
SIGN_UPLOAD: Final = Operation(answer="SignedParts", body="PartNumbers", parameters=(_LANGUAGE,), problems=(409, 410))
COMPLETE_UPLOAD: Final = Operation(answer="Receipt", parameters=(_LANGUAGE,), problems=(409, 410))
