"""Live power by Prometheus' own rules, and alerts where the graph stops closing; settled figures stay the ledger's."""
