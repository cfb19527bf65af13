"""A real browser at the portal: every request is answered by the application itself, without a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route

from tests.support.windows import a_window


@contextmanager
def at_the_portal(
    chromium: Browser,
    client: FlaskClient,
    *,
    language: str = "en",
    width: int = 1280,
    scheme: str = "light",
    scripts: bool = True,
) -> Iterator[Page]:
    """Open a window whose cookies are those of a client that is signed in already."""
    portal = client.application.config["TEST_BASE_URL"]

    def answer(route: Route) -> None:
        parts = urlsplit(route.request.url)
        assert route.request.url.startswith(portal), route.request.url
        found = client.open(
            parts._replace(scheme="", netloc="").geturl(),
            method=route.request.method,
            data=route.request.post_data_buffer,
            content_type=route.request.headers.get("content-type"),
            headers={"Accept-Language": language},
        )
        hops = 0
        while found.status_code == 303 and urlsplit(found.location).netloc in {"", urlsplit(portal).netloc}:
            # The browser cannot be told to follow from here: it sees the page to which a form leads.
            found, hops = client.get(urlsplit(found.location)._replace(scheme="", netloc="").geturl()), hops + 1
            assert hops < 5, found.location
        route.fulfill(status=found.status_code, headers=dict(found.headers.to_wsgi_list()), body=found.data)

    with a_window(chromium, language=language, width=width, scheme=scheme, scripts=scripts) as page:
        page.route("**/*", answer)
        yield page
