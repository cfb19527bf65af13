"""The description is true: whatever it allows is taken, whatever it forbids is refused, each answer is as it says."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from core.infra.ids import new_id
from portal.api.openapi import document
from tests.support.tool_calls import BASE, PURCHASE, ToolDesk

_CHECKS = [
    not_a_server_error,
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]
_ALLOWED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much)
# A fixed choice of examples, as they were found: shrinking one would take minutes.
_PHASES = (Phase.generate,)
# What is allowed by the description may still be too much for the wallet, the hold or the charge, or come too late.
_LEGITIMATE = {
    "insufficient-funds",
    "not-found",
    "hold-over",
    "capture-too-large",
    "refund-too-large",
    "reference-used",
    "idempotency-key-reused",
}


@pytest.fixture
def operations(desk: ToolDesk) -> list[APIOperation[Any, Any, Any, Any]]:
    """Return the operations as schemathesis reads them from the application."""
    schema = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", desk.client.application)
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


@pytest.fixture
def known_ids(desk: ToolDesk) -> list[str]:
    """Return charges and holds that calls may be about, and what nothing is called."""
    token = desk.token(desk.bram)
    paths = ("/charges", "/holds", "/holds", "/holds")
    return [*(desk.post(path, token, PURCHASE).get_json()["id"] for path in paths), new_id("txn")]


@settings(max_examples=80, derandomize=True, database=None, phases=_PHASES, suppress_health_check=_ALLOWED)
@given(data=st.data())
def test_calls_by_the_description_and_against_it_are_answered_as_it_says(
    desk: ToolDesk, operations: list[Any], known_ids: list[str], data: st.DataObject
) -> None:
    token = desk.token(desk.bram, scope="wallet:charge wallet:read")
    mode = data.draw(st.sampled_from(GenerationMode))
    case: Case[Any] = data.draw(data.draw(st.sampled_from(operations)).as_strategy(generation_mode=mode))
    if mode is GenerationMode.POSITIVE and "id" in case.path_parameters:
        case.path_parameters["id"] = data.draw(st.sampled_from(known_ids))

    answer = case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=_CHECKS)

    if mode is GenerationMode.POSITIVE and answer.status_code >= 400:
        assert answer.json()["code"] in _LEGITIMATE, (case.body, case.query, case.headers, answer.json())


def test_every_example_is_as_described_and_those_of_buying_are_taken(desk: ToolDesk) -> None:
    described = document("https://login.immo.test", f"https://portal.immo.test{BASE}")
    contents = [
        content
        for path in described["paths"].values()
        for operation in path.values()
        for said in [operation.get("requestBody", {}), *operation["responses"].values()]
        for kind, content in said.get("content", {}).items()
        if kind == "application/json"
    ]

    for content in contents:
        Draft202012Validator(content["schema"]).validate(content["example"])
    for path in ("/charges", "/holds"):
        buying = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"]
        answer = desk.post(path, desk.token(desk.bram), {**buying, "reference": path})
        assert answer.status_code == 201, answer.text
        assert (
            answer.get_json().keys()
            == described["paths"][path]["post"]["responses"]["201"]["content"]["application/json"]["example"].keys()
        )
    assert len(contents) == 8 + 5


def test_the_description_is_read_without_a_token(desk: ToolDesk) -> None:
    answer = desk.client.get(f"{BASE}/openapi.json")

    assert answer.get_json() == document(desk.provider.issuer, f"https://portal.immo.test{BASE}")


def test_a_price_is_whole_however_json_writes_it(desk: ToolDesk) -> None:
    assert desk.post("/charges", desk.token(desk.bram), {**PURCHASE, "amount_cents": 250.0}).status_code == 201

    assert desk.balance(desk.anna) == 750
