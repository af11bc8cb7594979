"""Pod Security of a namespace: a profile of the Kubernetes Pod Security Standards, pinned to a version."""

from __future__ import annotations

_VERSION = "v1.35"
_DOMAIN = "pod-security.kubernetes.io"
_MODES = ("enforce", "audit", "warn")


def pod_security(profile: str) -> dict[str, str]:
    """Return the labels that hold a namespace to `profile` (privileged, baseline or restricted) in all three modes."""
    return {f"{_DOMAIN}/{mode}{suffix}": value for mode in _MODES
            for suffix, value in (("", profile), ("-version", _VERSION))}


POD_SECURITY = pod_security("restricted")
