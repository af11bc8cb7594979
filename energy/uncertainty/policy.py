"""What is assumed about errors that no meter's plate states. Each assumption has its reason beside it."""

from __future__ import annotations

from energy.graph.uncertain import DECLARED_U

# Meters behind current transformers of one family (same maker, type and batch) share the ratio error of the cores; the
# electronics err each by itself. How much is common is not published: half of the variance is an assumption, between
# independent meters (0) and the closure test's strict case (1, `graph/uncertain.py`).
CT_FAMILY_RHO = 0.5

# A declared power (idle, loss curve, base load) was never tried on site.
DECLARED_RELATIVE_U = DECLARED_U
