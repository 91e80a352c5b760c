"""What the dashboard and the alerts ask."""

from __future__ import annotations

import json
from typing import Any, Final

import yaml

from tests.servers import PROJECT

MONITORING: Final = PROJECT / "deploy" / "monitoring"


def expressions() -> list[str]:
    """Every question that the dashboard and the alerts ask, in Prometheus's words."""
    panels = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    return [*asked, *(str(rule["expr"]) for rule in rules())]


def rules() -> list[dict[str, Any]]:
    """Every alert."""
    groups = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]
