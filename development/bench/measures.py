"""The measurements: each does its path often enough and returns microseconds of the server for one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from development.bench import journeys
from development.bench.http_client import Answer, Browser, UnexpectedAnswer, bearer
from development.bench.journeys import Tool
from development.bench.server import Server
from development.bench.world import API, MANY_OFFICES, PASSWORD, SIGNED_IN, Measured
from idp.demo.crowd import username

_WARM_UP = 50
_TIMES = 400
_ROUNDS = 8
_SIGN_INS = 24


@dataclass(frozen=True, slots=True)
class Figure:
    """Microseconds of a server for one request, and of the floor for the same."""

    measured: float
    floor: float


class Measurements:
    """One signed-in person at a running server, and what is measured there."""

    def __init__(self, server: Server, floor: Server, measured: Measured) -> None:
        self._server = server
        self._floor = floor
        self._floor_browser = Browser(floor.port)
        self._measured = measured
        self._browser = Browser(server.port)
        for tool in (measured.rs256, measured.es256, measured.public):
            self._sign_in_once(tool)

    def silent_sign_in(self, floor: str) -> Figure:
        """Measure /authorize with a running session and a chosen context."""
        request = self._measured.rs256.request(prompt="none")
        return self._measure(lambda: _expect(self._browser.get(request), 303), floor)

    def code_to_tokens(self, tool: Tool, floor: str) -> Figure:
        """Measure the redemption of a code."""
        codes = self._codes(tool)
        return self._measure(lambda: _expect(tool.redeem(self._browser, next(codes)), 200), floor)

    def refresh_with_rotation(self, floor: str) -> Figure:
        """Measure a refresh whose token is new each time."""
        tool = self._measured.public
        token = journeys.tokens(tool.redeem(self._browser, next(self._codes(tool, 1))))["refresh_token"]

        def refresh() -> None:
            nonlocal token
            token = journeys.tokens(tool.refresh(self._browser, token))["refresh_token"]

        return self._measure(refresh, floor)

    def userinfo(self, floor: str) -> Figure:
        """Measure /userinfo."""
        token = self._access_token()
        return self._measure(lambda: _expect(self._browser.get("/userinfo", bearer(token)), 200), floor)

    def introspect(self, floor: str) -> Figure:
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

        return self._measure(ask, floor)

    def client_credentials(self, floor: str) -> Figure:
        """Measure a token for a tool without a person."""
        form = {"grant_type": "client_credentials", "resource": API}
        proof = self._measured.api.credentials()
        return self._measure(lambda: _expect(self._browser.post("/token", form, proof), 200), floor)

    def document(self, path: str, floor: str) -> Figure:
        """Measure a document that is the same for everybody."""
        return self._measure(lambda: _expect(self._browser.get(path), 200), floor)

    def password_sign_in(self, floor: str) -> Figure:
        """Measure the sending of the sign-in form: argon2id and the new session."""
        spent = 0.0
        for number in range(1, _SIGN_INS + 1):
            browser = Browser(self._server.port)
            page = journeys.open_sign_in(browser, self._measured.rs256)
            before = self._server.cpu_microseconds()
            journeys.send_password(browser, page, username(number), PASSWORD)
            spent += self._server.cpu_microseconds() - before
        beside = _spent(self._floor, lambda: self._ask_floor(floor), _TIMES)
        return Figure(spent / _SIGN_INS, beside)

    def context_page(self, floor: str) -> Figure:
        """Measure the context choice of somebody with twenty organisations."""
        browser = Browser(self._server.port)
        tool = self._measured.rs256
        page = journeys.send_password(browser, journeys.open_sign_in(browser, tool), MANY_OFFICES, PASSWORD)
        answer = journeys.put_card_off(browser, browser.follow(page))
        path = browser.get(answer.location()).location()
        _expect(browser.get(path), 200)
        return self._measure(lambda: _expect(browser.get(path), 200), floor, times=80)

    def memory_growth(self, requests: int) -> float:
        """Return by how many MiB the worker's memory grew over so many requests.

        Four kinds in turn; the first hundred of each are not counted, they fill what is kept.
        """
        token = self._access_token()
        paths = ("/userinfo", "/jwks", "/.well-known/openid-configuration", self._measured.rs256.request(prompt="none"))

        def ask(times: int) -> None:
            for number in range(times):
                self._browser.get(paths[number % len(paths)], bearer(token))

        ask(100 * len(paths))
        before = self._server.memory_bytes()
        ask(requests)
        return (self._server.memory_bytes() - before) / 2**20

    def _measure(self, act: Callable[[], object], floor: str, *, times: int = _TIMES) -> Figure:
        """Return the median of some rounds, each beside its floor: a busy machine slows both alike."""
        in_round = times // _ROUNDS
        for _ in range(_WARM_UP):
            act()
            self._ask_floor(floor)
        own, floors = [], []
        for _ in range(_ROUNDS):
            own.append(_spent(self._server, act, in_round))
            floors.append(_spent(self._floor, lambda: self._ask_floor(floor), in_round))
        return Figure(median(own), median(floors))

    def _ask_floor(self, path: str) -> None:
        _expect(self._floor_browser.get(path), 200)

    def _codes(self, tool: Tool, count: int = _TIMES + _WARM_UP) -> Iterator[str]:
        # All at once: the measurement must not contain the requests that make them.
        return iter([journeys.silent_code(self._browser, tool) for _ in range(count)])

    def _access_token(self) -> str:
        tool = self._measured.rs256
        return journeys.tokens(tool.redeem(self._browser, next(self._codes(tool, 1))))["access_token"]

    def _sign_in_once(self, tool: Tool) -> None:
        page = journeys.open_sign_in(self._browser, tool)
        if b'name="password"' in page.body:
            answer = journeys.send_password(self._browser, page, SIGNED_IN, PASSWORD)
            page = self._browser.follow(answer)
        journeys.choose_first_context(self._browser, page)


def _spent(server: Server, act: Callable[[], object], times: int) -> float:
    before = server.cpu_microseconds()
    for _ in range(times):
        act()
    return (server.cpu_microseconds() - before) / times


def _expect(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise UnexpectedAnswer(f"{answer.status} instead of {status}: {answer.body[:200]!r}")
    return answer
