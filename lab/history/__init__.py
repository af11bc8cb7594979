"""A month of the plant inside a real Prometheus: written as OpenMetrics, made into blocks once, then served."""
