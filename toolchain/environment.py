"""The environment in which Pulumi finds our engines and nothing else."""

from __future__ import annotations

import os

from toolchain.paths import toolchain_dir


def engine_environment() -> dict[str, str]:
    """Return what to add to a process's environment: our engines first on PATH, Pulumi's home in the toolchain folder.

    Pulumi may neither look for updates nor fetch plugins by itself: what runs is what was pinned.
    """
    root = toolchain_dir()
    return {
        "PATH": os.pathsep.join([str(root / "bin"), os.environ.get("PATH", os.defpath)]),
        "PULUMI_HOME": str(root / "pulumi-home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
