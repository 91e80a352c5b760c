"""What programs ask on a sender's behalf: a call's rules, and where a submission stands."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify

from intake import wording
from intake.actions import submitting
from intake.db import backlog, queries
from intake.db.engine import reading, writing
from intake.submit.bearer import bearers_submission
from intake.submit.status import ahead_of
from intake.web.language import page_language
from intake.web.links import clip_url
from intake.web.services import services

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask.typing import ResponseReturnValue

    from intake.domain.call_parts import Choice
    from intake.domain.calls import LocalText, OrganisationKind
    from intake.domain.checks import Check
    from intake.domain.facts import AudioLevels, VideoFacts

LEVELS: Final = (
    "integrated_lufs",
    "range_lu",
    "true_peak_dbtp",
    "clipped_ratio",
    "silence_ratio",
    "noise_floor_dbfs",
    "speech_to_noise_db",
    "channels",
)

VIDEO: Final = (
    "duration_s",
    "width_px",
    "height_px",
    "rotation_deg",
    "frame_rate",
    "video_codec",
    "audio_codec",
    "size_bytes",
)


def describe_call(call_slug: str) -> ResponseReturnValue:
    """Answer a call's rules, script and consents."""
    parts = services()
    with reading(parts.engine) as connection:
        call = queries.find_call(connection, call_slug)
    return jsonify(
        **asdict(call.rules),
        slug=call.slug,
        is_open=call.is_open(parts.clock()),
        title=_texts(call.title),
        brief=_texts(call.brief),
        noise_advice=_texts(call.noise_advice),
        script=[{"title": _texts(step.title), "text": _texts(step.text)} for step in call.steps],
        consents=[
            {
                "kind": consent.kind,
                "version": consent.version,
                "required": consent.required,
                "text": _texts(consent.text),
                "text_sha256": {language: consent.text_sha256(language) for language in consent.text.words},
            }
            for consent in call.consents
        ],
        organisation_kinds=_labelled(call.organisation_kinds),
        fields=[
            {"name": field.name, "label": _texts(field.label), "choices": _labelled(field.choices)}
            for field in call.fields
        ],
        event=call.event
        and {
            "starts_at": call.event.starts_at.isoformat(),
            "time_zone": call.event.time_zone,
            "agenda": _texts(call.event.agenda),
        },
    )


def describe_submission() -> ResponseReturnValue:
    """Answer where the bearer's submission stands."""
    submission = bearers_submission()
    with reading(services().engine) as connection:
        work = backlog.work_on(connection, submission.id)
        ahead = ahead_of(connection, submission, work)
        public_url = clip_url(connection, submission)
    return _uncached(
        jsonify(
            state=submission.state,
            working=work.is_working,
            position=None if ahead is None else ahead + 1,
            progress=asdict(work.progress) if work.progress else None,
            checks=[_check(check) for check in submission.checks],
            levels=_named(LEVELS, submission.levels),
            video=_named(VIDEO, submission.video),
            clip_url=public_url and services().settings.public_url + public_url,
            reason=submission.decision_reason,
        )
    )


def withdraw_submission() -> ResponseReturnValue:
    """Take the bearer's submission back; repeatable."""
    submission, parts = bearers_submission(), services()
    with writing(parts.engine) as connection:
        submitting.withdraw(connection, submission.id, actor="sender", now=parts.clock())
    return describe_submission()


def _check(check: Check) -> dict[str, Any]:
    return {
        "code": check.code,
        "verdict": check.verdict,
        "reason": check.reason,
        "measured": check.measured,
        "limit": check.limit,
        "unit": check.unit,
        "message": wording.sentence(check, page_language()),
    }


def _named(names: Iterable[str], facts: AudioLevels | VideoFacts | None) -> Mapping[str, Any] | None:
    return {name: getattr(facts, name) for name in names} if facts is not None else None


def _texts(text: LocalText) -> dict[str, str]:
    return dict(text.words)


def _labelled(choices: Iterable[OrganisationKind | Choice]) -> list[dict[str, Any]]:
    return [{"value": choice.value, "label": _texts(choice.label)} for choice in choices]


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
