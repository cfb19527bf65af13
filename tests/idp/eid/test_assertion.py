"""The token of a card, as others make it: parsed within limits, verified over origin and nonce."""

from datetime import UTC, datetime

import pytest

from core.infra.http import OutboundHttp
from core.infra.settings import Settings
from idp.eid.assertion import parse, verify_signature
from idp.eid.certificates import named, require_login_purpose
from idp.eid.intermediates import Intermediates
from idp.eid.problems import EidProblem, EidRefused
from idp.eid.trust import Trust
from tests.support.web_eid_vectors import ISSUERS, ORIGIN, ROOTS, vector

CHRISTMAS_EVE = datetime(2024, 12, 24, tzinfo=UTC)


@pytest.mark.parametrize("name", ["ecc", "rsa"])
def test_public_belgian_tokens_verify_up_to_their_root(base_settings: Settings, name: str) -> None:
    public = vector(name)
    http = OutboundHttp(base_settings.outbound, base_settings.mode)
    trust = Trust(ROOTS, Intermediates(ISSUERS, http=http, hosts=()))

    assertion = parse(public.token)
    verify_signature(assertion, origin=ORIGIN, nonce=public.nonce)
    require_login_purpose(assertion.certificate)
    chain = trust.chain(assertion.certificate, now=CHRISTMAS_EVE)
    holder = named(assertion.certificate)

    assert chain.issuer.subject.rfc4514_string() == "CN=eID TEST EC Citizen CA,C=BE"
    assert chain.root.subject.rfc4514_string() == "CN=eID TEST EC Root CA,C=BE"
    assert (holder.given_names, holder.family_name) == ("Nora Angèle", "Specimen")
    assert holder.number.reveal() == "01050399864"


@pytest.mark.parametrize("name", ["ecc", "rsa"])
def test_token_of_another_nonce_or_origin_is_refused(name: str) -> None:
    public = vector(name)
    assertion = parse(public.token)

    for origin, nonce in ((ORIGIN, "A" * 43 + "="), ("https://elsewhere.example", public.nonce)):
        with pytest.raises(EidRefused) as refused:
            verify_signature(assertion, origin=origin, nonce=nonce)
        assert refused.value.problem is EidProblem.BAD_SIGNATURE
