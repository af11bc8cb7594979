"""What the API server's errors become."""

from __future__ import annotations

import json

import pytest

from tenancy.errors import RefusedError, RequestError, UnreachableError
from tenancy.refusals import refused

SERVER = "https://127.0.0.1:6443"
POLICY = ("services \"x\" is forbidden: ValidatingAdmissionPolicy 'estran-services' with binding 'estran-services' "
          "denied request: estran-services: a Service of type NodePort / un Service de type NodePort")


def body(message: str) -> str:
    return json.dumps({"kind": "Status", "message": message})


@pytest.mark.parametrize(("status", "message", "tenant", "kind", "what"), [
    (403, POLICY, "", RefusedError, "the policy estran-services of the site says no: estran-services: a Service"),
    (403, "no", "la-dune", RefusedError, "you are not allowed to act for the tenant la-dune: no"),
    (403, "no", "", RefusedError, "you are not allowed to do this: no"),
    (401, "Unauthorized", "", RefusedError, "the API server does not know you: Unauthorized"),
    (404, "not found", "x", RefusedError, "the cluster has no such object: not found"),
    (422, "spec.name: Invalid", "", RequestError, "the API server can't take this: spec.name: Invalid"),
    (429, "slow down", "", UnreachableError, "the API server can't answer now: slow down"),
    (503, "later", "", UnreachableError, "the API server can't answer now: later"),
])
def test_an_http_error_becomes_a_refusal_with_a_way_out(
    status: int, message: str, tenant: str, kind: type[Exception], what: str
) -> None:
    refusal = refused(status, body(message), SERVER, tenant)

    assert type(refusal) is kind
    assert refusal.what.format(**refusal.figures).startswith(what)
    assert refusal.where == SERVER
    assert refusal.remedy


def test_an_answer_that_is_not_a_status_is_quoted() -> None:
    assert "teapot" in str(refused(418, b"teapot", SERVER))
