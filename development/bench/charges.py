"""What a charge of a wallet costs the portal: token, limits, idempotency, ledger and line, in one transaction."""

from dataclasses import replace
from statistics import median

from core.organisations.queries import find_by_company_number
from core.wallet import ledger, transactions
from core.wallet.ledger import About
from core.wallet.queries import wallet_of
from core.wallet.rules import top_up_entry
from core.wallet.states import EntryKind, TransactionKind
from core.wallet.transactions import Line
from development.bench import journeys
from development.bench.http_client import Browser, UnexpectedAnswer, bearer
from development.bench.measures import Figure
from development.bench.server import Server
from development.bench.world import PASSWORD, SIGNED_IN, Measured
from idp.demo.crowd import company_number

FLOOR = "/wallet-charge"
_PATH = "/api/wallet/v1/charges"
_WARM_UP, _ROUNDS, _IN_ROUND = 50, 8, 50


def measure(server: Server, floor: Server, measured: Measured) -> Figure:
    """Return the microseconds of the portal for one charge, and of the floor."""
    _recharge(measured)
    token = _token(measured)
    browser, bare = Browser(server.port), Browser(floor.port)
    for number in range(_WARM_UP):
        _charge(browser, token, number)
        bare.get(FLOOR)
    own, floors = [], []
    for number in range(_WARM_UP, _WARM_UP + _ROUNDS * _IN_ROUND, _IN_ROUND):
        before, floor_before = server.cpu_microseconds(), floor.cpu_microseconds()
        for further in range(_IN_ROUND):
            _charge(browser, token, number + further)
        own.append((server.cpu_microseconds() - before) / _IN_ROUND)
        for _ in range(_IN_ROUND):
            bare.get(FLOOR)
        floors.append((floor.cpu_microseconds() - floor_before) / _IN_ROUND)
    return Figure(median(own), median(floors))


def _charge(browser: Browser, token: str, number: int) -> None:
    purchase = {"amount_cents": 250, "currency": "EUR", "description": "Search", "reference": f"measured-{number}"}
    answer = browser.send_json(_PATH, purchase, {**bearer(token), "Idempotency-Key": f"measured-{number}"})
    if answer.status != 201:
        raise UnexpectedAnswer(f"{answer.status}: {answer.body[:200]!r}")


def _recharge(measured: Measured) -> None:
    """Put money on the wallet of the first of the other offices, where the charging person works."""
    services = measured.services
    with services.database.transaction() as session:
        office = find_by_company_number(session, company_number(2))
        assert office is not None
        wallet = wallet_of(session, office)
        assert wallet is not None
        now, cents = services.clock.now(), 10_000_00
        locked = ledger.lock(session, [wallet.id])
        entry = top_up_entry(EntryKind.TOP_UP_BANK, wallet.id, cents)
        entry_id = ledger.post(session, entry, About(reference="measured"), locked=locked, now=now)
        line = Line(TransactionKind.DEPOSIT_BANK, cents, description="", reference="measured")
        transactions.settled(session, locked[wallet.id], line, entry_id, now=now)


def _token(measured: Measured) -> str:
    """Sign somebody in at a tool that charges, and return the access token for the wallet."""
    tool = replace(measured.es256, scope=f"{measured.es256.scope} wallet:charge")
    browser, resource = Browser(measured.port), f"http://localhost:{measured.portal_port}/api/wallet/v1"
    answer = journeys.send_password(browser, journeys.open_sign_in(browser, tool), SIGNED_IN, PASSWORD)
    journeys.choose_first_context(browser, browser.follow(answer))
    code = browser.get(tool.request(prompt="none", resource=resource)).query("code")
    return journeys.tokens(tool.redeem(browser, code))["access_token"]
