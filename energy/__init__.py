"""From the facility meter to each tenant, nothing lost: readings, graph, allocation, carbon, report. See METHOD.md."""
