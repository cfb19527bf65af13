"""Sixty-four parallel uses of what is good once: one winner, on both pairs of stores."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from idp.oidc import codes
from idp.oidc.clients import find_client
from idp.wiring import Services
from tests.idp.oidc.racers import USES, Answer, Request, by_processes, by_threads
from tests.support.databases import IS_POSTGRES
from tests.support.fapi_party import FapiParty
from tests.support.grants import (
    ASSERTION_TYPE,
    REDIRECT_URI,
    VERIFIER,
    a_client,
    a_grant,
    a_key,
    a_person,
    a_public_client,
    an_application,
    an_assertion,
    ask_userinfo,
    basic,
    granted,
    public_jwks,
    refresh,
)  # fmt: skip

_CODE = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}


@dataclass(frozen=True)
class Race:
    """A request that only one may be answered, what the others hear, and what must be true afterwards."""

    request: Request
    lost: tuple[int, str]
    won: int = 200
    after: Callable[[dict[str, Any]], None] = lambda _members: None

    def judge(self, answers: list[Answer]) -> None:
        """Assert that there is one winner, and that each of the others heard what it should."""
        winners = [answer for answer in answers if answer.status == self.won]
        others = [(answer.status, _error(answer)) for answer in answers if answer.status != self.won]
        assert (len(answers), len(winners)) == (USES, 1)
        assert set(others) == {self.lost}
        [winner] = winners
        self.after(json.loads(winner.text) if winner.text.startswith("{") else {})


def _error(answer: Answer) -> str | None:
    found = re.search(r'"error":"(\w+)"|data-code="([\w-]+)"', answer.text)
    return found and (found.group(1) or found.group(2))


def a_code(services: Services, app: Flask) -> Race:
    """And what the winner got ends, because the code was seen twice (RFC 6749 section 4.1.2)."""
    client = a_client(services)
    code = codes.issue(services.store, a_grant(services, client, a_person(services)))

    def after(members: dict[str, Any]) -> None:
        assert ask_userinfo(app.test_client(), members["access_token"]).status_code == 401

    return Race(Request("POST", "/token", {**_CODE, "code": code}, basic(client)), (400, "invalid_grant"), after=after)


def a_refresh_token(services: Services, app: Flask) -> Race:
    """And the winner goes on: its family is alive (oidc.md 2.7)."""
    client = a_public_client(services)
    first = granted(services, app.test_client(), client, a_grant(services, client, a_person(services, "bert.janssens")))
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "client_id": client.client_id}

    def after(members: dict[str, Any]) -> None:
        assert members["refresh_token"] != first["refresh_token"]
        assert refresh(app.test_client(), client, members["refresh_token"]).status_code == 200

    return Race(Request("POST", "/token", form), (400, "invalid_grant"), after=after)


def a_client_assertion(services: Services, app: Flask) -> Race:
    """RFC 7523 section 3, item 7."""
    key = a_key()
    client = a_client(
        services, secret=None, token_endpoint_auth_method="private_key_jwt", jwks=public_jwks(key),
        token_endpoint_auth_signing_alg="ES256",
    )  # fmt: skip
    proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": an_assertion(services, client, key)}

    return Race(Request("POST", "/token", {"grant_type": "client_credentials", **proof}), (401, "invalid_client"))


def a_pushed_request(services: Services, app: Flask) -> Race:
    """RFC 9126 section 4; whoever comes second sees a page, as no redirect address is known any more."""
    party = FapiParty(services, app.test_client()).store()
    query = urlencode({"client_id": party.client_id, "request_uri": party.pushed(party.request())})

    return Race(Request("GET", f"/authorize?{query}"), (400, "request-uri-spent"), won=303)


def a_dpop_proof(services: Services, app: Flask) -> Race:
    """RFC 9449 section 11.1, at a resource."""
    party = FapiParty(services, app.test_client()).store(redirect_uris=(REDIRECT_URI,))
    with services.database.reading() as session:
        client = find_client(session, party.client_id)
    assert client is not None
    grant = a_grant(services, client, a_person(services, "carla.maes"), scope=("openid", "profile"))
    form: dict[str, Any] = {**_CODE, "code": codes.issue(services.store, grant)}
    tokens = party.call("/token", **form).get_json()
    assert party.ask_userinfo(tokens["access_token"]).status_code == 200
    url = party.metadata["userinfo_endpoint"]
    proof = party.proof("GET", url, access_token=tokens["access_token"])
    headers = {"Authorization": f"DPoP {tokens['access_token']}", "DPoP": proof}
    return Race(Request("GET", "/userinfo", headers=headers), (401, "invalid_dpop_proof"))


RACES = (a_code, a_refresh_token, a_client_assertion, a_pushed_request, a_dpop_proof)


@pytest.mark.parametrize("prepare", RACES, ids=lambda prepare: prepare.__name__)
def test_of_64_parallel_uses_one_wins(services: Services, prepare: Callable[[Services, Flask], Race]) -> None:
    app = an_application(services)
    race = prepare(services, app)

    race.judge(by_threads(app, race.request))


def test_of_64_parallel_uses_in_several_processes_one_wins(services: Services, request: pytest.FixtureRequest) -> None:
    """Threads of one process could be kept apart by something that processes do not share."""
    app = an_application(services)
    races = [prepare(services, app) for prepare in RACES]
    redis_url = request.getfixturevalue("redis_url") if IS_POSTGRES else None

    answers = by_processes(replace(services.settings, redis_url=redis_url), [race.request for race in races])

    for race, heard in zip(races, answers, strict=True):
        race.judge(heard)
