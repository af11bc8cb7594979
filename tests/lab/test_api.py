"""The lab's own calls to its API server, and what they say when it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.inventory.site import Site
from lab.api import Api
from lab.errors import UnreachableError
from lab.identities import Keys, prepare_keys
from lab.state import LabState


def test_no_server(demo: Site, tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    prepare_keys(demo, keys)
    api = Api("https://127.0.0.1:9", keys.pair("ca"), keys.pair("admin"))
    with pytest.raises(UnreachableError, match="The lab's API server does not answer") as refusal:
        api.get("/api")
    assert "estran lab up" in refusal.value.remedy
    api.close()


@pytest.mark.engine
def test_refusal_shows_the_server_s_own_words(lab: LabState) -> None:
    keys = lab.layout.keys
    api = Api(f"https://127.0.0.1:{lab.ports['kube-apiserver']}", keys.pair("ca"), keys.pair("admin"))
    with pytest.raises(UnreachableError, match=r"refused GET /api/v1/nodes/atlantis: nodes .atlantis. not found"):
        api.get("/api/v1/nodes/atlantis")
    assert api.find("/api/v1/nodes/atlantis") is None
    found = api.find("/api/v1/nodes/gpu-1")
    assert found is not None
    assert found["metadata"]["annotations"]["estran.fr/lab-digest"]
    api.close()
