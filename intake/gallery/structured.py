"""What machines read on a clip's page: schema.org's VideoObject, as search engines want it.

Source: schema.org/VideoObject; Google, "Video structured data" (required: name, thumbnailUrl, uploadDate).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake.gallery.captions import PublicCaptions
    from intake.gallery.clips import PublicClip


def video_object(clip: PublicClip, captions: Sequence[PublicCaptions], public_url: str) -> dict[str, Any]:
    """Describe a clip as one JSON-LD object."""
    spoken = captions[0] if captions else None
    return {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": clip.name,
        "description": clip.quote or clip.summary,
        "thumbnailUrl": [clip.poster_url],
        "uploadDate": clip.published_at.isoformat(timespec="seconds"),
        "duration": iso_duration(clip.duration_s),
        "contentUrl": clip.media_url,
        "embedUrl": clip.embed_url,
        "url": clip.url,
        "width": clip.width_px,
        "height": clip.height_px,
        "encodingFormat": "video/mp4",
        "contentSize": str(clip.size_bytes),
        "inLanguage": clip.language,
        "isFamilyFriendly": True,
        "creator": {
            "@type": "Person",
            "name": clip.title,
            "jobTitle": clip.role,
            "worksFor": {"@type": "Organization", "name": clip.organisation},
        },
    } | ({} if spoken is None else _read(spoken, public_url))


def iso_duration(seconds: float) -> str:
    """Write a length as ISO 8601 does, in whole seconds: `PT1M54S`."""
    minutes, rest = divmod(max(round(seconds), 1), 60)
    return "PT" + (f"{minutes}M" if minutes else "") + (f"{rest}S" if rest else "")


def _read(spoken: PublicCaptions, public_url: str) -> dict[str, Any]:
    return {
        "transcript": "\n\n".join(spoken.transcript),
        "caption": {
            "@type": "MediaObject",
            "contentUrl": public_url + spoken.url,
            "encodingFormat": "text/vtt",
            "inLanguage": spoken.language,
        },
    }
