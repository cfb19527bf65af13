"""Keys are rotated for the module that asks for it, through the operator's commands and over HTTP."""

import json
import os
import threading
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from core.infra.clock import FixedClock
from core.infra.settings import Settings
from tests.conformance.plans import ROTATION, plans
from tests.conformance.provider import Provider
from tests.conformance.run import run_all
from tests.conformance.small_suite import Instance, small_suite
from tests.conformance.suite import Suite
from tests.conformance.verdict import Verdict

pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def provider(idp_app: Flask, settings: Settings, clock: FixedClock) -> Iterator[Provider]:
    """Yield the provider over HTTP; a minute goes by with each request, so that its workers read keys anew."""

    def passing_time(environ: Any, start_response: Any) -> Iterable[bytes]:
        clock.advance(timedelta(minutes=1))
        return idp_app(environ, start_response)

    server = make_server("127.0.0.1", 0, passing_time, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IMMO_")}
    own = {
        "IMMO_MODE": "test", "IMMO_ISSUER": settings.issuer, "IMMO_PORTAL_URL": settings.portal_url,
        "IMMO_DATABASE_URL": settings.database_url, "IMMO_STORE_PATH": str(settings.store_path),
        "IMMO_KEYS_DIRECTORY": str(settings.keys_directory), "IMMO_SECRET": "a-secret-of-the-tests-and-nobody-else",
        "IMMO_SMTP_HOST": "127.0.0.1",
    }  # fmt: skip
    yield Provider(f"http://127.0.0.1:{server.server_port}", {**kept, **own})
    server.shutdown()
    thread.join()
    server.server_close()


def published(configuration: Mapping[str, Any]) -> set[str]:
    """Return the identifiers of the keys that the provider publishes."""
    home = configuration["server"]["discoveryUrl"].removesuffix("/.well-known/openid-configuration")
    with urllib.request.urlopen(f"{home}/jwks") as response:
        return {key["kid"] for key in json.load(response)["keys"]}


def rotating(configuration: Mapping[str, Any]) -> Instance:
    """Be the module: look, wait to be started, look again."""
    before = published(configuration)

    def compare(instance: Instance) -> None:
        instance.statuses = ["FINISHED"]
        instance.result = "PASSED" if published(configuration) > before else "FAILED"

    return Instance(["CREATED", "CONFIGURED"], on_start=compare)


def test_keys_are_rotated_before_the_module_is_started(provider: Provider) -> None:
    wanted = [plan for plan in plans() if plan.only == ROTATION]
    said: list[str] = []

    with small_suite({"oidcc-server": rotating, ROTATION: rotating}) as small:
        counted = run_all(Suite(small.address), provider, wanted, said.append)

    assert counted == {Verdict.PASSED: 1}, said
    assert len(small.instances) == 1


def test_plans_with_certificates_are_left_out_aloud_where_there_is_no_mutual_tls(provider: Provider) -> None:
    wanted = [plan for plan in plans() if plan.row == 10]
    said: list[str] = []

    with small_suite({}) as small:
        counted = run_all(Suite(small.address), provider, wanted, said.append)

    assert counted == {"left out": len(wanted)}
    assert sum("LEFT OUT" in line for line in said) == len(wanted)
    assert small.plans == []


def test_clients_of_a_fapi_plan_are_registered_for_its_profile(provider: Provider) -> None:
    wanted = next(plan for plan in plans() if plan.row == 9)
    said: list[str] = []
    seen: list[str] = []

    def module(configuration: Mapping[str, Any]) -> Instance:
        seen.append(provider._idp("clients", "show", configuration["client"]["client_id"]))
        return Instance(["FINISHED"])

    with small_suite({"fapi2-security-profile-final-happy-flow": module}) as small:
        counted = run_all(Suite(small.address), provider, [wanted], said.append)

    assert counted == {Verdict.PASSED: 1}, said
    [shown] = map(json.loads, seen)
    assert shown["policy"]["profile"] == wanted.profile
