"""Readings: what meters and the cluster counted, per settlement interval, or a refusal that says what is missing."""
