"""What every page must be: usable by everybody, and no wider than a small phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tests.servers import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE: Final = PROJECT / "intake" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
WCAG_2_2_AA: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
WIDTHS_PX: Final = (1280, 360)
NARROWEST_PX: Final = 320
"""Source: WCAG 2.2, success criterion 1.4.10."""

_SOME_ITALIAN: Final = """
    che chi con cosa dal dalla dei del della delle di dopo fino gli hai ho il inviato l la le lo ma nei nel nella non
    nuovo ogni oppure per perché più poi puoi quando quello questa questo se sei sono su sul suo tua tuo tuoi tutti un
    una uno accessibilità annulla avanti cerca controlli durata entra errore esci galleria indirizzo invia partecipa
    passo redazione riprova rumore scegli voce
"""
ITALIAN: Final = frozenset(_SOME_ITALIAN.split())
"""Words that no English page of ours has a reason to hold."""

THE_AUTHORITY: Final = "Garante per la protezione dei dati personali"
"""A name, the same in every language."""


def barriers(page: Page) -> list[str]:
    """Everything on a page that keeps somebody out, on a desk and on a phone."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = [barrier for width_px in WIDTHS_PX for barrier in _barriers_at(page, width_px)]
    page.set_viewport_size({"width": NARROWEST_PX, "height": 700})
    overflow_px = page.evaluate("document.documentElement.scrollWidth") - NARROWEST_PX
    return found + [f"{overflow_px} px wider than {NARROWEST_PX}"] * (overflow_px > 0)


def italian_words(page: Page) -> set[str]:
    """The Italian words that a page says or hides, folded parts and labels included."""
    texts: list[str] = page.evaluate(
        r"""() => [...document.querySelectorAll(':not(code, kbd, script)')].filter((element) =>
            element.closest('[lang]').lang === document.documentElement.lang).flatMap((element) => [
            ...[...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
            ...[...element.attributes]
              .filter(({ name }) => /^(alt|aria-label|title|placeholder|content|data-.*)$/.test(name))
              .filter(({ name }) => !/^data-(key|arrived|upload-token)$/.test(name))
              // An address holds a secret, as two names for scripts do, and a secret any letters.
              .filter(({ value }) => !/^(https?:)?\/\S*$/.test(value))
              .map(({ value }) => value),
        ])"""
    )
    return {
        word for text in texts for word in re.findall(r"[^\W\d_]+", text.replace(THE_AUTHORITY, "").lower())
    } & ITALIAN


def _barriers_at(page: Page, width_px: int) -> list[str]:
    page.set_viewport_size({"width": width_px, "height": 800})
    options = {"runOnly": {"type": "tag", "values": WCAG_2_2_AA}, "preload": False, "resultTypes": ["violations"]}
    answer: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']} at {width_px} px: {node['html']}"
        for violation in answer["violations"]
        for node in violation["nodes"]
    ]
