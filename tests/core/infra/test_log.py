"""The log: one JSON object a line, and nothing in it that would open a door or name a person."""

import io
import json
import logging
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis.strategies import text

from core.infra import log
from core.infra.log import MASK, SecretFilter, clean

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl"
SECRET = "Zx7-secret-value_9"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Yield what the configured log writes; the root logger is put back afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    log.configure("DEBUG", stream)
    yield stream
    root.handlers[:], root.level = before


def written(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_its_fields(lines: io.StringIO) -> None:
    log.event("code_redeemed", client_id="tool", person_id="usr_1", count=3, first=True, missing=None)

    (line,) = written(lines)
    assert line.pop("time")
    assert line == {
        "level": "info",
        "event": "code_redeemed",
        "client_id": "tool",
        "person_id": "usr_1",
        "count": 3,
        "first": True,
        "missing": None,
    }


def test_line_breaks_in_values_do_not_make_new_lines(lines: io.StringIO) -> None:
    log.event("tried", username='anna\n{"event": "forged"}')

    assert len(lines.getvalue().splitlines()) == 1


def test_the_request_stands_in_every_line_while_it_lasts(lines: io.StringIO) -> None:
    token = log.request_id.set("req-1")
    log.event("inside")
    log.request_id.reset(token)
    log.event("outside")

    assert [line.get("request_id") for line in written(lines)] == ["req-1", None]


@pytest.mark.parametrize(
    "name",
    [
        "code",
        "authorization_code",
        "activation_code",
        "token",
        "access_token",
        "refresh_token",
        "logout_token",
        "id_token_hint",
        "client_secret",
        "client_assertion",
        "password",
        "smtp_password",
        "code_verifier",
        "national_number",
        "cookie",
        "authorization",
        "private_key",
        "session_id",
        "nonce",
        "Client_Secret",
    ],
)
def test_fields_that_hold_secrets_are_masked(lines: io.StringIO, name: str) -> None:
    log.event("seen", log.INFO, trace=None, **{name: SECRET})

    assert SECRET not in lines.getvalue()
    assert written(lines)[0][name] == MASK


@pytest.mark.parametrize("name", ["client_id", "error_code", "status_code", "token_type", "jti", "sid", "codes_left"])
def test_fields_that_hold_none_are_kept(lines: io.StringIO, name: str) -> None:
    log.event("seen", log.INFO, trace=None, **{name: "value"})

    assert written(lines)[0][name] == "value"


@pytest.mark.parametrize(
    "running",
    [
        f"GET /callback?code={SECRET}&state=x",
        f"grant_type=authorization_code&code={SECRET}&code_verifier={SECRET}",
        f'{{"access_token": "{SECRET}", "token_type": "Bearer"}}',
        f"{{'refresh_token': '{SECRET}'}}",
        f"client_secret: {SECRET}",
        f"password = {SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"authorization: DPoP {SECRET}",
        f"Basic {SECRET}",
        f"Cookie: immo-idp={SECRET}",
        f"postgresql://immo:{SECRET}@db/immo",
        TOKEN,
        f"token {TOKEN} was refused",
        "mail to anna.peeters+immo@example.co.be refused",
        "national number 85.07.30-033.61",
        "national number 85073003361",
    ],
)
def test_running_text_is_cleaned_of_secrets_and_persons(running: str) -> None:
    cleaned = clean(running)

    for hidden in (SECRET, TOKEN, TOKEN.split(".")[1], "anna.peeters", "033.61", "85073003361"):
        assert hidden not in cleaned


@pytest.mark.parametrize(
    "harmless",
    [
        "worker_started",
        "GET /interaction/9f2c HTTP/1.1 200",
        "listening on 127.0.0.1:8080",
        "2026-11-02T09:00:00.000+00:00",
        "error_code=invalid_grant client_id=tool",
        "org_01k9abcdefghjkmnpqrstvwxyz",
        "decoding took 12 ms",
    ],
)
def test_harmless_text_stays_as_it_is(harmless: str) -> None:
    assert clean(harmless) == harmless


@given(text(alphabet="eyJcodetken@=:. 0123456789-_\"'/\n", max_size=60))
def test_the_quick_look_overlooks_nothing(anything: str) -> None:
    assert clean(anything) == anything or log._SUSPICIOUS.search(anything)
    for pattern, _ in log._MASKS:
        assert pattern.search(anything) is None or log._SUSPICIOUS.search(anything)


@given(text(alphabet="eyJcodetkenBasic0123456789_", max_size=60))
def test_no_mask_finds_anything_in_one_word(rest: str) -> None:
    assert not any(pattern.search(f"usr_{rest}") for pattern, _ in log._MASKS)
    assert not any(pattern.search(f"e{rest}") for pattern, _ in log._MASKS)


@pytest.mark.parametrize(
    "piece", ["a.", "a_code", "code=", "//a:", "eyJ", "eyJaaaa.", "a@", "a@b.", "12.", "1 ", "Basic "]
)
def test_hostile_text_does_not_make_the_log_slow(piece: str) -> None:
    started = time.process_time()

    clean(piece * 500_000)

    assert time.process_time() - started < 1


def test_what_libraries_log_passes_the_same_filter(lines: io.StringIO) -> None:
    logging.getLogger("werkzeug").info("POST /token?code=%s from %s", SECRET, "anna@example.be")
    logging.getLogger("some.library").debug("headers: %r", {"Authorization": f"Bearer {SECRET}"})

    assert SECRET not in lines.getvalue()
    assert "anna@example.be" not in lines.getvalue()
    assert [line["logger"] for line in written(lines)] == ["werkzeug", "some.library"]


def test_tracebacks_are_cleaned_and_stand_in_the_line(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"client_secret={SECRET} of anna@example.be")
    except ValueError as error:
        log.event("failed", log.ERROR, trace=error)
        logging.getLogger("flask").exception("unhandled")

    assert SECRET not in lines.getvalue()
    assert "anna@example.be" not in lines.getvalue()
    assert all("ValueError" in str(line["traceback"]) for line in written(lines))


def test_a_record_with_wrong_arguments_is_still_a_line(lines: io.StringIO) -> None:
    logging.getLogger("some.library").info("%d of %d", 1)  # noqa: PLE1206 - what is tested

    assert written(lines)[0]["event"] == "%d of %d"


def test_no_value_silences_the_log(lines: io.StringIO) -> None:
    log.event("seen", surrogate="\ud800", huge=10**30, odd=object(), nothing="")

    (line,) = written(lines)
    assert line["huge"] == 10**30
    assert line["surrogate"] == "\ud800"


def test_authlib_never_logs_below_warning(lines: io.StringIO) -> None:
    """It writes whole token requests at DEBUG."""
    logging.getLogger("authlib.oauth2.rfc6749").debug("request with everything in it")
    logging.getLogger("authlib.oauth2.rfc6749").warning("something is wrong")

    assert [line["event"] for line in written(lines)] == ["something is wrong"]


def test_a_level_above_warning_holds_for_authlib_too() -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    log.configure("ERROR", stream)
    logging.getLogger("authlib").warning("not now")
    log.configure("INFO", stream)
    root.handlers[:], root.level = before

    assert stream.getvalue() == ""


def test_the_filter_lets_every_record_pass() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (TOKEN,), None)

    assert SecretFilter().filter(record) is True
    assert record.getMessage() == MASK
