"""The one renderer of refusals at token-like endpoints."""

from collections.abc import Callable

import pytest
from werkzeug.exceptions import BadRequest
from werkzeug.test import Client

from core.infra.errors import Unavailable
from core.proof.challenge import Scheme
from core.proof.step_up import Demand
from core.web.programs import Answer, Endpoint, ProgramRequest, Programs
from idp.oidc import error_response, errors
from idp.oidc.device_errors import DeviceCodeReplayed
from idp.oidc.error_response import NoToken
from idp.oidc.errors import ProtocolError
from idp.oidc.proof_errors import InsufficientUserAuthentication, InvalidDpopProof, UseDpopNonce
from tests.support.grants import assert_refused
from tests.support.programs import nobody

# Those that say more than what is the same for all of their kind.
_MADE: dict[type[ProtocolError], Callable[[], ProtocolError]] = {
    errors.CodeReplayed: lambda: errors.CodeReplayed("grt_1"),
    DeviceCodeReplayed: lambda: DeviceCodeReplayed("grt_1", was_just_now=False),
    UseDpopNonce: lambda: UseDpopNonce("a-nonce"),
    InsufficientUserAuthentication: lambda: InsufficientUserAuthentication(Demand(("urn:level",), 60)),
}


def _raising(error: Exception) -> Client:
    def view(_ground: None, _request: ProgramRequest) -> Answer:
        raise error

    return Client(
        Programs(
            nobody,
            [Endpoint("/", {"GET": view})],
            ground=None,
            headers={},
            refuse=error_response.refuse,
            wrong_method=error_response.wrong_method,
        )
    )


def _kinds(kind: type[ProtocolError]) -> list[type[ProtocolError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _kinds(child))]


@pytest.mark.parametrize("kind", _kinds(ProtocolError), ids=lambda kind: kind.__name__)
def test_every_refusal_is_told_in_the_words_of_oauth(kind: type[ProtocolError]) -> None:
    response = _raising(_MADE.get(kind, kind)()).get("/")

    assert_refused(response, kind.error, kind.status)
    assert ("WWW-Authenticate" in response.headers) == (kind.status == 401 or kind is errors.InsufficientScope)


def test_the_details_stay_inside() -> None:
    response = _raising(errors.InvalidGrant(person_id="usr_secret", family_id="grt_secret")).get("/")

    assert "secret" not in response.text


def test_what_we_depend_on_and_does_not_answer_is_told_as_such() -> None:
    response = _raising(Unavailable("store-unavailable", host="internal")).get("/")

    assert_refused(response, "temporarily_unavailable", 503)
    assert response.headers["Retry-After"] == "5"
    assert "internal" not in response.text


def test_an_unexpected_error_tells_nothing_of_itself() -> None:
    response = _raising(RuntimeError("password=hunter2")).get("/")

    assert_refused(response, "server_error", 500)
    assert "hunter2" not in response.text


def test_a_request_that_werkzeug_refuses_is_a_bad_request() -> None:
    assert_refused(_raising(BadRequest("broken")).get("/"), "invalid_request")


def test_a_description_never_breaks_out_of_its_header() -> None:
    response = _raising(errors.InvalidToken('a"b\r\nSet-Cookie: x=1')).get("/")

    assert "Set-Cookie" not in response.headers
    assert response.headers["WWW-Authenticate"].count('"') == 6


def test_no_token_names_no_error() -> None:
    assert "error" not in _raising(NoToken()).get("/").headers["WWW-Authenticate"]
    assert "error" not in _raising(NoToken(*Scheme)).get("/").headers["WWW-Authenticate"]


def test_a_proof_is_refused_with_a_challenge_where_a_resource_was_called() -> None:
    """RFC 9449 sections 5 and 7.1: in the body at the token endpoint, with 401 at a resource."""
    at_resource = _raising(InvalidDpopProof().at_resource()).get("/")

    assert_refused(_raising(InvalidDpopProof()).get("/"), "invalid_dpop_proof")
    assert_refused(at_resource, "invalid_dpop_proof", 401)
    challenge = at_resource.headers["WWW-Authenticate"]
    assert challenge.startswith('DPoP realm="Immo-Connect", error="invalid_dpop_proof", ')
    assert challenge.endswith(', algs="ES256 PS256 EdDSA"')


def test_the_nonce_to_use_stands_in_the_answer() -> None:
    """RFC 9449 sections 8 and 9."""
    for error, status in ((UseDpopNonce("abc"), 400), (UseDpopNonce("abc").at_resource(), 401)):
        response = _raising(error).get("/")

        assert_refused(response, "use_dpop_nonce", status)
        assert response.headers["DPoP-Nonce"] == "abc"
