"""The measurements: each does its path often enough and returns microseconds of the server for one."""

from collections.abc import Callable, Iterator

from development.bench import journeys
from development.bench.http_client import Answer, Browser, UnexpectedAnswer, bearer
from development.bench.journeys import Tool
from development.bench.server import Server
from development.bench.world import API, MANY_OFFICES, PASSWORD, Measured
from idp.demo.crowd import username

_WARM_UP = 50
_TIMES = 600
_SIGN_INS = 25


class Measurements:
    """One signed-in person at a running server, and what is measured there."""

    def __init__(self, server: Server, measured: Measured) -> None:
        self._server = server
        self._measured = measured
        self._browser = Browser(server.port)
        for tool in (measured.rs256, measured.es256, measured.public):
            self._sign_in_once(tool)

    def silent_sign_in(self) -> float:
        """Measure /authorize with a running session and a chosen context."""
        request = self._measured.rs256.request(prompt="none")
        return self._measure(lambda: _expect(self._browser.get(request), 303))

    def code_to_tokens(self, tool: Tool) -> float:
        """Measure the redemption of a code."""
        codes = self._codes(tool)
        return self._measure(lambda: _expect(tool.redeem(self._browser, next(codes)), 200))

    def refresh_with_rotation(self) -> float:
        """Measure a refresh whose token is new each time."""
        tool = self._measured.public
        token = journeys.tokens(tool.redeem(self._browser, next(self._codes(tool, 1))))["refresh_token"]

        def refresh() -> None:
            nonlocal token
            token = journeys.tokens(tool.refresh(self._browser, token))["refresh_token"]

        return self._measure(refresh)

    def userinfo(self) -> float:
        """Measure /userinfo."""
        token = self._access_token()
        return self._measure(lambda: _expect(self._browser.get("/userinfo", bearer(token)), 200))

    def introspect(self) -> float:
        """Measure /introspect of a token whose audience the asking client is."""
        tool = self._measured.rs256
        request = tool.request(prompt="none", resource=API)
        code = self._browser.get(request).query("code")
        form = {"token": journeys.tokens(tool.redeem(self._browser, code))["access_token"]}
        asker = self._measured.api.credentials()

        def ask() -> None:
            answer = _expect(self._browser.post("/introspect", form, asker), 200)
            if b'"active":true' not in answer.body.replace(b" ", b""):
                raise UnexpectedAnswer("the token is not active")

        return self._measure(ask)

    def client_credentials(self) -> float:
        """Measure a token for a tool without a person."""
        form = {"grant_type": "client_credentials", "resource": API}
        proof = self._measured.api.credentials()
        return self._measure(lambda: _expect(self._browser.post("/token", form, proof), 200))

    def document(self, path: str) -> float:
        """Measure a document that is the same for everybody."""
        return self._measure(lambda: _expect(self._browser.get(path), 200))

    def password_sign_in(self) -> float:
        """Measure the sending of the sign-in form: argon2id and the new session."""
        spent = 0.0
        for number in range(1, _SIGN_INS + 1):
            browser = Browser(self._server.port)
            page = journeys.open_sign_in(browser, self._measured.rs256)
            before = self._server.cpu_microseconds()
            journeys.send_password(browser, page, username(number), PASSWORD)
            spent += self._server.cpu_microseconds() - before
        return spent / _SIGN_INS

    def context_page(self) -> float:
        """Measure the context choice of somebody with twenty organisations."""
        browser = Browser(self._server.port)
        tool = self._measured.rs256
        page = journeys.send_password(browser, journeys.open_sign_in(browser, tool), MANY_OFFICES, PASSWORD)
        answer = browser.get(page.location())
        path = answer.location()
        _expect(browser.get(path), 200)
        return self._measure(lambda: _expect(browser.get(path), 200), times=100)

    def memory_growth(self, requests: int) -> tuple[float, float]:
        """Return the worker's memory now, and by how much it grew over so many requests, in MiB."""
        before = self._server.memory_bytes()
        token = self._access_token()
        paths = ("/userinfo", "/jwks", "/.well-known/openid-configuration", self._measured.rs256.request(prompt="none"))
        for number in range(requests):
            self._browser.get(paths[number % len(paths)], bearer(token))
        return before / 2**20, (self._server.memory_bytes() - before) / 2**20

    def _measure(self, act: Callable[[], object], *, times: int = _TIMES) -> float:
        for _ in range(min(_WARM_UP, times)):
            act()
        before = self._server.cpu_microseconds()
        for _ in range(times):
            act()
        return (self._server.cpu_microseconds() - before) / times

    def _codes(self, tool: Tool, count: int = _TIMES + _WARM_UP) -> Iterator[str]:
        # All at once: the measurement must not contain the requests that make them.
        return iter([journeys.silent_code(self._browser, tool) for _ in range(count)])

    def _access_token(self) -> str:
        tool = self._measured.rs256
        return journeys.tokens(tool.redeem(self._browser, next(self._codes(tool, 1))))["access_token"]

    def _sign_in_once(self, tool: Tool) -> None:
        page = journeys.open_sign_in(self._browser, tool)
        if b'name="password"' in page.body:
            answer = journeys.send_password(self._browser, page, username(1), PASSWORD)
            page = self._browser.follow(answer)
        journeys.choose_first_context(self._browser, page)


def floor(server: Server, path: str) -> float:
    """Measure one path of the floor."""
    browser = Browser(server.port)
    for _ in range(_WARM_UP):
        browser.get(path)
    before = server.cpu_microseconds()
    for _ in range(_TIMES):
        _expect(browser.get(path), 200)
    return (server.cpu_microseconds() - before) / _TIMES


def _expect(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise UnexpectedAnswer(f"{answer.status} instead of {status}: {answer.body[:200]!r}")
    return answer
