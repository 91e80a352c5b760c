"""How a clip or a gallery gets elsewhere: what to copy into another page, and where a link to it can be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from intake.domain.frames import Frame, frame_of, gallery_frame
from intake.gallery.oembed import gallery_embed_url, iframe
from intake.web.services import services

if TYPE_CHECKING:
    from intake.domain.calls import Call
    from intake.gallery.clips import PublicClip

WIDTHS_PX: Final = (320, 480, 640)
"""The widths to choose from: of a telephone, a column of text, and what a landscape usually has."""

GALLERY_WIDTHS_PX: Final = (360, 640, 960)

_COMPONENT: Final = Markup(
    '<script type="module" src="{script_url}"></script>\n'
    '<video-testimonials call="{call}"><a href="{gallery_url}">{words}</a></video-testimonials>'
)


@dataclass(frozen=True, kw_only=True)
class Embedding:
    """What somebody copies who wants to show something of ours in a page of their own.

    Attributes:
        page_url: For programs that make a player of an address by themselves, as WordPress does.
        html: The lines with the iframe, as large as it usually is.
        component: The lines for all of the call's clips without a frame.
        preview_url: What the iframe shows.
        frames: The sizes to choose from, the usual one among them.
    """

    page_url: str
    html: str
    component: str
    preview_url: str
    frames: tuple[Frame, ...]
    usual: Frame


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Where a link to a clip can be sent without anybody else's script."""

    mail_url: str
    whatsapp_url: str


def embedding_of_clip(clip: PublicClip, call: Call) -> Embedding:
    """Say how another page shows a clip."""
    usual = frame_of(clip.width_px, clip.height_px)
    sizes = {usual, *(frame_of(clip.width_px, clip.height_px, max_width_px=width_px) for width_px in WIDTHS_PX)}
    return Embedding(
        page_url=clip.url,
        html=iframe(clip.embed_url, usual, f"{clip.title}, {clip.organisation}"),
        component=_component(call),
        preview_url=clip.embed_url,
        frames=tuple(sorted(sizes, key=lambda frame: frame.width_px)),
        usual=usual,
    )


def embedding_of_gallery(call: Call, title: str) -> Embedding:
    """Say how another page shows all of a call's clips; *title* is what the frame is called."""
    usual, embed_url = gallery_frame(), gallery_embed_url(call)
    return Embedding(
        page_url=_gallery_url(call),
        html=iframe(embed_url, usual, title, scrolls=True),
        component=_component(call),
        preview_url=embed_url,
        frames=tuple(gallery_frame(max_width_px=width_px) for width_px in GALLERY_WIDTHS_PX),
        usual=usual,
    )


def sharing_of(clip: PublicClip) -> Sharing:
    """Say where a clip's address can be sent."""
    subject = quote(clip.name)
    body = quote(_("Guarda questo videomessaggio: %(url)s", url=clip.url))
    return Sharing(mail_url=f"mailto:?subject={subject}&body={body}", whatsapp_url=f"https://wa.me/?text={body}")


def _component(call: Call) -> str:
    words = _("Guarda i videomessaggi")
    # The same for every language: the element asks its page.
    script_url = services().settings.public_url + url_for("gallery.video_testimonials").partition("?")[0]
    return str(_COMPONENT.format(script_url=script_url, call=call.slug, gallery_url=_gallery_url(call), words=words))


def _gallery_url(call: Call) -> str:
    return services().settings.public_url + url_for("gallery.show_gallery", call_slug=call.slug)
