"""The guide tells the truth: what it shows can be copied and run."""

import json
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.serving import make_server

from portal.api import refusals
from portal.api.guide import ADVICE
from portal.api.openapi import OPERATIONS
from tests.support.html_page import Page, parse
from tests.support.tool_calls import BASE, PURCHASE, ToolDesk

RESOURCE = f"https://portal.immo.test{BASE}"


def guide(desk: ToolDesk, language: str = "en") -> Page:
    answer = desk.client.get(f"/docs/wallet?language={language}")
    return parse("/docs/wallet", answer.status_code, dict(answer.headers), answer.text)


def example(desk: ToolDesk, section: str) -> str:
    """Return the text of an example, as somebody copies it."""
    shown = guide(desk).one(f"section[aria-labelledby={section}]")
    block = next(element for element in shown.walk() if element.tag == "pre")
    return "".join(part for code in block.walk() for part in code.content if isinstance(part, str))


def words_of(command: str) -> list[str]:
    """Return the words of a command as a shell reads them."""
    return shlex.split(command.replace("\\\n", ""))


@contextmanager
def served(desk: ToolDesk) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, desk.client.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_every_operation_and_every_refusal_is_explained_to_anybody(desk: ToolDesk, language: str) -> None:
    shown = guide(desk, language)

    assert (shown.status, shown.language) == (200, language)
    for operation in OPERATIONS:
        assert operation.path in shown.one(f"#operation-{operation.name}").text
    for kind in (*refusals.STATUSES, *ADVICE):
        assert kind.code in shown.text


def test_curl_that_it_shows_charges(desk: ToolDesk) -> None:
    program, url, *words = words_of(example(desk, "charge").replace("$ACCESS_TOKEN", desk.token(desk.bram)))
    options = list(zip(words[::2], words[1::2], strict=True))
    headers = dict(value.split(": ", maxsplit=1) for name, value in options if name == "--header")

    answer = desk.client.post(
        url.removeprefix("https://portal.immo.test"),
        data=dict(options)["--json"],
        content_type="application/json",
        headers=headers,
    )

    assert (program, answer.status_code) == ("curl", 201)
    assert set(answer.get_json()) == set(json.loads(example(desk, "charged")))
    assert desk.balance(desk.bram) == 750


def test_python_that_it_shows_says_where_to_recharge_and_charges_once(
    desk: ToolDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    token = desk.token(desk.bram)
    desk.post("/charges", token, {**PURCHASE, "amount_cents": 800})
    with served(desk) as url:
        program = example(desk, "python").replace("https://portal.immo.test", url)
        names: dict[str, Any] = {"access_token": token}

        exec(program, names)  # noqa: S102 - the program that is shown
        without_money = names["paid"]
        refused = desk.post("/charges", token, PURCHASE).get_json()
        desk.recharge(desk.bram, 500)
        for _ in range(2):
            exec(program, names)  # noqa: S102

    assert without_money is None
    assert refused == json.loads(example(desk, "refused").replace("…", desk.bram.organisation_id))
    assert refused["topup_url"] in capsys.readouterr().out
    assert names["paid"]["amount_cents"] == 250
    assert desk.balance(desk.bram) == 450


def test_token_it_shows_how_to_get_is_for_the_wallet_and_carries_what_a_charge_needs(desk: ToolDesk) -> None:
    words = words_of(example(desk, "token"))

    sent = dict(word.split("=", maxsplit=1) for word in words if "=" in word)
    assert words[1] == f"{desk.services.settings.issuer}/token"
    assert (sent["grant_type"], sent["resource"]) == ("refresh_token", RESOURCE)
    assert {"organization", "wallet:charge"} <= set(sent["scope"].split())
