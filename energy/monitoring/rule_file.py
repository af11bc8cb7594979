"""The rule file of a site, as Prometheus loads it."""

from __future__ import annotations

import yaml

from energy.monitoring.alerts import alert_rules
from energy.monitoring.recording import recording_rules
from infra.inventory.site import Site

INTERVAL = "1m"


def rule_file(site: Site) -> str:
    """Return recording rules and alerts of the site in YAML, the same text for the same site."""
    groups = [
        {"name": f"estran-energy-{site.id}", "interval": INTERVAL, "rules": list(recording_rules(site))},
        {"name": f"estran-energy-{site.id}-alerts", "interval": INTERVAL, "rules": list(alert_rules(site))},
    ]
    return yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True, width=10_000)
