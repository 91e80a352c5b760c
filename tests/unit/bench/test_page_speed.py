"""What is taken out of Lighthouse's report."""

from __future__ import annotations

from bench.page_speed import read_visit

CATEGORIES = ("performance", "accessibility", "best-practices")
REPORT = {
    "categories": {
        "performance": {"score": 0.97, "auditRefs": [{"id": "largest-contentful-paint", "weight": 25}]},
        "accessibility": {"score": 1, "auditRefs": [{"id": "skipped", "weight": 3}]},
        "best-practices": {"score": 1, "auditRefs": [{"id": "network-requests", "weight": 0}]},
    },
    "audits": {
        "largest-contentful-paint": {
            "numericValue": 1432.5,
            "score": 0.93,
            "scoreDisplayMode": "numeric",
            "title": "Largest Contentful Paint",
            "displayValue": "1.4\xa0s",
        },
        "skipped": {"score": None, "scoreDisplayMode": "notApplicable", "title": "Skipped"},
        "network-requests": {
            "score": 1,
            "scoreDisplayMode": "informative",
            "title": "Network Requests",
            "details": {
                "items": [
                    {"resourceType": "Document", "transferSize": 7000},
                    {"resourceType": "Script", "transferSize": 2500},
                    {"resourceType": "Font", "transferSize": 12000},
                    {"resourceType": "Image", "transferSize": 800},
                    {"resourceType": "Media", "transferSize": 200},
                    {},
                ]
            },
        },
    },
}


def test_what_is_missing_of_a_hundred_and_why() -> None:
    visit = read_visit(REPORT, CATEGORIES)

    assert {name: round(points) for name, points in visit.missing.items()} == {
        "performance": 3,
        "accessibility": 0,
        "best-practices": 0,
    }
    assert visit.findings == ("Largest Contentful Paint 1.4 s",)
    assert visit.largest_paint_s == 1.4325


def test_fonts_are_not_counted_nor_pictures_and_films_of_the_bare_page() -> None:
    visit = read_visit(REPORT, CATEGORIES)

    assert (visit.page_kb, visit.bare_kb, visit.script_kb) == (10.5, 9.5, 2.5)
