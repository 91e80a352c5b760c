"""What machines read on a clip's page: schema.org's VideoObject, as search engines want it.

Source: schema.org/VideoObject; Google, "Video structured data" (required: name, thumbnailUrl, uploadDate).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake.gallery.clips import moment_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake.gallery.captions import PublicCaptions, PublicChapter, PublicWords
    from intake.gallery.clips import PublicClip


def video_object(clip: PublicClip, words: PublicWords, public_url: str) -> dict[str, Any]:
    """Describe a clip as one JSON-LD object."""
    spoken = words.captions[0] if words.captions else None
    return (
        {
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
        }
        | ({} if spoken is None else _read(spoken, public_url))
        | _parts(clip, words.chapters)
    )


def iso_duration(seconds: float) -> str:
    """Write a length as ISO 8601 does, in whole seconds: `PT1M54S`."""
    minutes, rest = divmod(max(round(seconds), 1), 60)
    return "PT" + (f"{minutes}M" if minutes else "") + (f"{rest}S" if rest else "")


def _parts(clip: PublicClip, chapters: Sequence[PublicChapter]) -> dict[str, Any]:
    # Source: Google, "Video structured data", Clip: name, startOffset, url; endOffset is recommended.
    if not chapters:
        return {}
    return {
        "hasPart": [
            {
                "@type": "Clip",
                "name": chapter.title,
                "startOffset": chapter.start_ms / 1000,
                "endOffset": chapter.end_ms / 1000,
                "url": moment_url(clip, chapter.start_ms / 1000),
            }
            for chapter in chapters
        ]
    }


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
