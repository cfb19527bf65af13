"""What the portal's lists cost, for the manager of an office with thousands of employees."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from urllib.parse import urljoin

import requests

from core.organisations.queries import find_by_company_number
from development.bench import wallet_lines
from development.bench.floor import BARE
from development.bench.http_client import Browser, UnexpectedAnswer, form_of
from development.bench.server import Server
from development.bench.world import MANAGER, MANY_OFFICES, PASSWORD, Measured
from idp.demo.crowd import company_number

_WARM_UP, _ROUNDS, _IN_ROUND = 10, 8, 10
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the portal, who opens it, and its address."""

    name: str
    username: str
    path: str


def pages(organisation_id: str) -> tuple[Page, ...]:
    """Return what is measured; the organisation is the one with thousands of employees."""
    office = f"/organisations/{organisation_id}"
    return (
        Page("portal: my organisations, 20 of them", MANY_OFFICES, "/"),
        Page("portal: 50 of 5,000 employees", MANAGER, f"{office}/employees"),
        Page("portal: employees found by name", MANAGER, f"{office}/employees?search=number+48"),
        Page("portal: access of 50 of 5,000", MANAGER, f"{office}/tools/cadastrefinder/estate-agent/access"),
        Page("portal: tools of an organisation", MANAGER, f"{office}/tools"),
        Page("portal: history of an organisation", MANAGER, f"{office}/history"),
        Page("portal: 50 of 100,000 transactions", MANAGER, f"{office}/wallet"),
        Page("portal: transactions by amount, in the middle", MANAGER, f"{office}/wallet?sort=amount&after=50005"),
        Page("portal: transactions that failed", MANAGER, f"{office}/wallet?status=failed"),
        Page("portal: a receipt as PDF", MANAGER, f"{office}/wallet/transactions/{wallet_lines.ONE}/receipt.pdf"),
    )


def measure(server: Server, floor: Server, measured: Measured) -> Iterator[tuple[str, float, float]]:
    """Yield each page's name, the microseconds of the portal's processes for one request, and of a bare one."""
    bare = Browser(floor.port)
    signed_in = {name: _sign_in(measured, name) for name in (MANAGER, MANY_OFFICES)}
    office = _large_office(measured)
    with measured.services.database.transaction() as session:
        wallet_lines.fill(session, office)
    for page in pages(office):
        browser = Browser(server.port, cookies=signed_in[page.username])
        yield page.name, _microseconds(server, browser, page.path), _microseconds(floor, bare, BARE)


def _microseconds(server: Server, browser: Browser, path: str) -> float:
    for _ in range(_WARM_UP):
        _open(browser, path)
    rounds = []
    for _ in range(_ROUNDS):
        before = server.cpu_microseconds()
        for _ in range(_IN_ROUND):
            _open(browser, path)
        rounds.append((server.cpu_microseconds() - before) / _IN_ROUND)
    return median(rounds)


def _open(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    if answer.status != 200:
        raise UnexpectedAnswer(f"{path}: {answer.status} {answer.body[:200]!r}")


def _large_office(measured: Measured) -> str:
    with measured.services.database.reading() as session:
        found = find_by_company_number(session, company_number(1))
    assert found is not None
    return found


def _sign_in(measured: Measured, username: str) -> dict[str, str]:
    """Sign somebody in at the portal through the provider, as a browser does; return the portal's cookies."""
    with requests.Session() as browser:
        page = browser.get(f"http://localhost:{measured.portal_port}/sign-in", timeout=_SECONDS)
        fields = {"username": username, "password": PASSWORD}
        while page.url.startswith(f"http://localhost:{measured.port}/"):
            token, action = form_of(page.text, page.status_code)
            target = urljoin(page.url, action)
            page = browser.post(target, data={"csrf_token": token, **fields}, timeout=_SECONDS)
            fields = {"decision": "skip"}
        return {cookie.name: cookie.value or "" for cookie in browser.cookies}
