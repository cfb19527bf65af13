"""A person with every standard claim, browsers at the provider, and relying parties of the suite."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from idp.oidc.profiles import Profile
from idp.wiring import Services
from tests.support.fapi_party import FapiParty, NewFapiParty
from tests.support.relying_party import NewParty, RelyingParty
from tests.support.sign_in import Browser


@pytest.fixture
def browser(idp: Callable[[], FlaskClient], demo: Services) -> Browser:
    """Return a browser that was never here before."""
    return Browser(idp())


@pytest.fixture
def new_browser(idp: Callable[[], FlaskClient], demo: Services) -> Callable[[], Browser]:
    """Return a maker of browsers that were never here before."""
    return lambda: Browser(idp())


@pytest.fixture
def new_party(idp: Callable[[], FlaskClient], demo: Services) -> NewParty:
    """Return a maker of relying parties; the arguments are members of their registration."""

    def make(method: str = "client_secret_basic", *, mode: str | None = None, **members: object) -> RelyingParty:
        return RelyingParty(demo, idp(), mode).register(method, **members)

    return make


@pytest.fixture
def new_fapi_party(idp: Callable[[], FlaskClient], demo: Services) -> NewFapiParty:
    """Return a maker of FAPI clients: the profile, and members of the stored client."""

    def make(profile: Profile = Profile.FAPI2_SECURITY, *, mode: str | None = None, **members: object) -> FapiParty:
        return FapiParty(demo, idp(), mode).store(profile, **members)

    return make


@pytest.fixture(params=[None, "form_post"], ids=["query", "form_post"])
def party(request: pytest.FixtureRequest, new_party: NewParty) -> RelyingParty:
    """Return a party of oidcc-basic, and the same of oidcc-formpost-basic."""
    return new_party(mode=request.param)
