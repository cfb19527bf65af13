"""What the programs log of a whole visit: events, and no secret or personal address."""

import json
from urllib.parse import parse_qs, urlsplit

from tests.support.running_product import PASSWORD, RunningProduct
from tests.support.steps import NOORD, eventually_signed_out, sign_in, start


def test_a_whole_visit_leaves_no_secret_in_any_log(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")
    sign_in(browser, "demo.manager", "a-Password-mistyped")
    sign_in(browser, "demo.manager")
    start(browser, NOORD, "estate-agent")
    secrets = {PASSWORD, "a-Password-mistyped", "cadastrefinder-demo-secret", "an.peeters@"}
    for url in browser.trail:
        sent = parse_qs(urlsplit(url).query)
        secrets |= {value for name in ("code", "state", "nonce") for value in sent.get(name, ())}
    secrets |= set(browser.cookies().values())
    browser.open(f"{product.addresses.portal}/sign-in")
    secrets |= set(browser.cookies().values())
    browser.open(f"{product.addresses.cadastrefinder}/sign-out")
    secrets |= {value for url in browser.trail for value in parse_qs(urlsplit(url).query).get("id_token_hint", ())}
    assert eventually_signed_out(browser, product.addresses.cadastrefinder)

    logs = {path.name: path.read_text("utf-8") for path in product.logs.glob("*.log")}

    assert {"provider.log", "portal.log", "worker.log"} <= set(logs)
    assert len(secrets) >= 8
    assert [name for name, text in logs.items() for secret in secrets if len(secret) > 4 and secret in text] == []


def test_events_are_lines_of_json_with_the_request_they_belong_to(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.portal}/sign-in")
    sign_in(browser, "demo.manager")

    written = (product.logs / "portal.log").read_text("utf-8").splitlines()
    lines = [json.loads(line) for line in written if line.startswith("{")]  # the server adds its own

    assert any(line["event"] == "portal_signed_in" and line["request_id"] for line in lines)
