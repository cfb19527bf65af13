"""Settings: refused as a whole with every problem named, and nobody reads a secret off them."""

import ast
import inspect
from pathlib import Path

import pytest

from core.infra import client_tls_settings, eid_settings, register_settings, token_settings, wallet_settings
from core.infra import settings as module
from core.infra.errors import InvalidSettings
from core.infra.secret import Secret
from core.infra.settings import Mode, Registration, Settings

PRODUCTION = {
    "IMMO_MODE": "production",
    "IMMO_ISSUER": "https://login.immo-connect.example",
    "IMMO_PORTAL_URL": "https://portal.immo-connect.example",
    "IMMO_DATABASE_URL": "postgresql://immo:db-password@db.internal/immo",
    "IMMO_REDIS_URL": "redis://:redis-password@redis.internal:6379/0",
    "IMMO_KEYS_DIRECTORY": "/run/secrets/keys",
    "IMMO_SECRET": "7f4c9e1b2a6d8053e1f7a9c4b2d60835",
    "IMMO_NATIONAL_NUMBER_KEYS": "2026:1c7e5a90b3d2486fae01f7c65d9b8e24",
    "IMMO_SMTP_HOST": "mail.internal",
    "IMMO_SMTP_USER": "immo",
    "IMMO_SMTP_PASSWORD": "smtp-password",
    "IMMO_SMTP_STARTTLS": "1",
    "IMMO_PAYMENT_KEY": "live_a-key-of-the-payment-provider",
    "IMMO_BANK_IBAN": "BE48 3200 7018 4927",
    "IMMO_SELLER_NUMBER": "BE 0200.068.636",
}
HIDDEN = (
    *("db-password", "redis-password", "smtp-password", PRODUCTION["IMMO_SECRET"]),
    PRODUCTION["IMMO_NATIONAL_NUMBER_KEYS"].partition(":")[2],
    PRODUCTION["IMMO_PAYMENT_KEY"],
)


def problems(environment: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(InvalidSettings) as refused:
        Settings.from_environment(environment)
    return refused.value.problems


def test_demo_needs_nothing_but_its_mode() -> None:
    settings = Settings.from_environment({"IMMO_MODE": "demo", "PATH": "/bin"})

    assert settings.mode is Mode.DEMO
    assert settings.issuer == "http://localhost:8080"
    assert settings.registration is Registration.OPEN
    assert not settings.is_https


def test_production_accepts_what_is_complete() -> None:
    settings = Settings.from_environment(PRODUCTION)

    assert settings.database_url == "postgresql+psycopg://immo:db-password@db.internal/immo"
    assert settings.registration is Registration.CLOSED
    assert settings.secret.reveal() == PRODUCTION["IMMO_SECRET"]
    assert settings.mail.smtp_password is not None
    assert settings.mail.smtp_password.reveal() == "smtp-password"
    assert settings.is_https


@pytest.mark.parametrize("mode", [None, "", "Production", "prod", "demo "])
def test_there_is_no_default_mode(mode: str | None) -> None:
    environment = {} if mode is None else {"IMMO_MODE": mode}

    assert [problem.partition(":")[0] for problem in problems(environment)] == ["IMMO_MODE"]


BAD = [
    ("IMMO_ISSUER", "localhost:8080"),
    ("IMMO_ISSUER", "ftp://localhost"),
    ("IMMO_ISSUER", "http://"),
    ("IMMO_ISSUER", "http://localhost:8080/"),
    ("IMMO_ISSUER", "http://localhost:8080?x=1"),
    ("IMMO_ISSUER", "http://localhost:8080#x"),
    ("IMMO_ISSUER", "http://localhost:99999"),
    ("IMMO_ISSUER", "http://user@localhost"),
    ("IMMO_ISSUER", "http://local host"),
    ("IMMO_ISSUER", "http://[::1"),
    ("IMMO_PORTAL_URL", "portal"),
    ("IMMO_PORTAL_URL", "http://localhost:8080"),
    ("IMMO_DATABASE_URL", "mysql://localhost/immo"),
    ("IMMO_DATABASE_URL", "sqlite:/relative.sqlite3"),
    ("IMMO_DATABASE_URL", "sqlite:///"),
    ("IMMO_DATABASE_URL", "sqlite:///:memory:"),
    ("IMMO_REDIS_URL", "localhost:6379"),
    ("IMMO_SECRET", "short"),
    ("IMMO_SECRET", "a" * 64),
    ("IMMO_NATIONAL_NUMBER_KEYS", "a:too-short"),
    ("IMMO_NATIONAL_NUMBER_KEYS", "1c7e5a90b3d2486fae01f7c65d9b8e24"),
    ("IMMO_NATIONAL_NUMBER_KEYS", ",".join(["a:1c7e5a90b3d2486fae01f7c65d9b8e24"] * 2)),
    ("IMMO_EID_AGENT_URL", "20786"),
    ("IMMO_EID_OCSP_CERTIFICATE_ID", "md5"),
    ("IMMO_EID_OCSP_NONCE_REQUIRED", "maybe"),
    ("IMMO_EID_MTLS_URL", "http://card.immo-connect.example"),
    ("IMMO_EID_MTLS_SECRET", "short"),
    ("IMMO_MTLS_URL", "http://mtls.immo-connect.example"),
    ("IMMO_MTLS_PROXY_SECRET", "short"),
    ("IMMO_MTLS_AUTHORITIES", "/no/such/bundle.pem"),
    ("IMMO_MTLS_AUTHORITIES", "README.md"),
    ("IMMO_REGISTERS", "be.biv"),
    ("IMMO_REGISTERS", "be.biv=register.internal"),
    ("IMMO_REGISTERS", "be.biv=https://one.example,be.biv=https://two.example"),
    ("IMMO_REGISTER_SECRETS", "be.biv:too-short"),
    ("IMMO_REGISTER_SECRETS", "be.biv:of-a-register-that-is-not-asked-anywhere"),
    ("IMMO_SIGNING_TOKEN", "keys/no-such-file.toml"),
    ("IMMO_SIGNING_TOKEN_PIN", "without-a-token"),
    ("IMMO_REGISTRATION", "everybody"),
    ("IMMO_DPOP_NONCE", "never"),
    ("IMMO_STAFF_ACR", "password"),
    ("IMMO_BREACHED_PASSWORDS_URL", "yes"),
    ("IMMO_BREACHED_PASSWORDS_URL", "https://range.example/"),
    ("IMMO_OPERATIONS_BIND", "9000"),
    ("IMMO_OPERATIONS_BIND", "localhost:x"),
    ("IMMO_OPERATIONS_BIND", "::1:9000"),
    ("IMMO_TRUSTED_PROXIES", "-1"),
    ("IMMO_TRUSTED_PROXIES", "10"),
    ("IMMO_TRUSTED_PROXIES", "two"),
    ("IMMO_LOG_LEVEL", "info"),
    ("IMMO_SMTP_PORT", "0"),
    ("IMMO_SMTP_PORT", "65536"),
    ("IMMO_SMTP_PORT", "²"),
    ("IMMO_SMTP_STARTTLS", "yes"),
    ("IMMO_SMTP_PASSWORD", "without-a-user"),
    ("IMMO_MAIL_SENDER", "nobody"),
    ("IMMO_MAIL_SENDER", "a b@example.be"),
    ("IMMO_MAIL_SENDER", "a@example.be\nBcc: b@example.be"),
    ("IMMO_SUPPORT_ADDRESS", "@example.be"),
    ("IMMO_OUTBOUND_ALLOW", "10.0.0.1"),
    ("IMMO_OUTBOUND_ALLOW", "10.0.0.1:0"),
    ("IMMO_OUTBOUND_ALLOW", "*:443"),
    ("IMMO_OUTBOUND_ALLOW", "10.0.0.0/8:443"),
    ("IMMO_OUTBOUND_ALLOW", "https://10.0.0.1:443"),
    ("IMMO_OUTBOUND_ALLOW", "good:443,::1:443"),
    ("IMMO_OUTBOUND_INSECURE", "true"),
    ("IMMO_PAYMENT_URL", "api.payments.example"),
    ("IMMO_PAYMENT_KEY", "no-key-of-the-provider"),
    ("IMMO_PAYMENT_KEY", "live_only-production-moves-real-money"),
    ("IMMO_PAYMENT_ACCESS_TOKEN", "live_a-key-and-no-token-for-it"),
    ("IMMO_PAYMENT_MINIMUM", "free"),
    ("IMMO_PAYMENT_MINIMUM", "0.001"),
    ("IMMO_PAYMENT_MAXIMUM", "NaN"),
    ("IMMO_PAYMENT_MAXIMUM", "1000000"),
    ("IMMO_BANK_IBAN", "BE71096123456768"),
    ("IMMO_BANK_BIC", "NOBANK"),
    ("IMMO_SELLER_NUMBER", "0200068637"),
    ("IMMO_ACCESS_POINT_URL", "access-point.example"),
    ("IMMO_ACCESS_POINT_SECRET", "short"),
    ("IMMO_SECERT", "a misspelt name"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_named_and_not_repeated(name: str, value: str) -> None:
    found = problems({"IMMO_MODE": "test", name: value})

    assert len(found) == 1
    assert found[0].startswith(f"{name}: ") or (name, value) == ("IMMO_SMTP_PASSWORD", "without-a-user")
    assert len(value) < 4 or value not in found[0]


def test_all_problems_are_named_at_once() -> None:
    bad = dict(BAD)

    found = problems({"IMMO_MODE": "none", **bad})

    assert {problem.partition(":")[0] for problem in found} == {"IMMO_MODE", *bad}
    assert len(found) == len(bad) + 1


def test_every_setting_that_can_be_bad_is_tried_above() -> None:
    listed = {setting.name for setting in Settings.from_environment({"IMMO_MODE": "test"}).listing}
    # Any text is a path, a host or an account.
    anything = {
        "IMMO_EID_INTERMEDIATES",
        "IMMO_EID_TEST_ROOTS",
        "IMMO_STORE_PATH",
        "IMMO_KEYS_DIRECTORY",
        "IMMO_SMTP_HOST",
        "IMMO_SMTP_USER",
        "IMMO_BANK_HOLDER",
        *(f"IMMO_SELLER_{name}" for name in ("NAME", "STREET", "POSTAL_CODE", "LOCALITY")),
    }

    assert listed - anything - {"IMMO_MODE"} == {name for name, _ in BAD} - {"IMMO_SECERT"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IMMO_ISSUER", "http://login.immo-connect.example"),
        ("IMMO_ISSUER", "https://localhost"),
        ("IMMO_PORTAL_URL", "http://portal.immo-connect.example"),
        ("IMMO_PORTAL_URL", "https://127.0.0.1:8081"),
        ("IMMO_SECRET", ""),
        ("IMMO_PAYMENT_KEY", "test_a-key-that-moves-no-money"),
        ("IMMO_PAYMENT_URL", "http://payments.example"),
        ("IMMO_BANK_IBAN", ""),
        ("IMMO_SELLER_NUMBER", ""),
        ("IMMO_NATIONAL_NUMBER_KEYS", ""),
        ("IMMO_EID_TEST_ROOTS", "keys/development/eid"),
        ("IMMO_KEYS_DIRECTORY", "keys/development"),
        ("IMMO_KEYS_DIRECTORY", str(Path("keys/development").absolute())),
        ("IMMO_KEYS_DIRECTORY", ""),
        ("IMMO_REGISTRATION", "open"),
        ("IMMO_STAFF_ACR", "pwd"),
        ("IMMO_OUTBOUND_INSECURE", "1"),
        ("IMMO_SMTP_STARTTLS", "0"),
    ],
)
def test_production_refuses_what_demo_allows(name: str, value: str) -> None:
    found = problems({**PRODUCTION, name: value})

    assert [problem.partition(":")[0] for problem in found] == [name]


def test_production_may_hand_mail_to_its_own_machine_unencrypted() -> None:
    local = {**PRODUCTION, "IMMO_SMTP_HOST": "localhost", "IMMO_SMTP_STARTTLS": "0"}

    assert not Settings.from_environment(local).mail.smtp_starttls


@pytest.mark.parametrize("name", ["IMMO_ISSUER", "IMMO_PORTAL_URL"])
@pytest.mark.parametrize("host", ["login.immo-connect.example", "127.0.0.1", "localhost.example"])
def test_demo_serves_localhost_only(name: str, host: str) -> None:
    found = problems({"IMMO_MODE": "demo", name: f"http://{host}:9000"})

    assert found == (f"{name}: demo mode serves localhost only",)


def test_the_operators_allow_list_is_read_as_pairs() -> None:
    allowed = {"IMMO_MODE": "test", "IMMO_OUTBOUND_ALLOW": "10.0.0.1:443, Register.Internal:8443,[fd00::1]:80,"}

    settings = Settings.from_environment(allowed)

    assert settings.outbound.allow == {("10.0.0.1", 443), ("register.internal", 8443), ("fd00::1", 80)}


def test_variables_of_others_are_none_of_our_business() -> None:
    others = {"IMMO_MODE": "test", "HOME": "/root", "IMMOBILE": "1", "IMMO_CONFORMANCE_SUITE": "https://suite.example"}

    assert Settings.from_environment(others).mode is Mode.TEST


def test_no_secret_shows_in_any_form_of_the_settings() -> None:
    settings = Settings.from_environment(PRODUCTION)

    shown = [repr(settings), str(settings), f"{settings.secret}", repr(settings.mail), repr(settings.listing)]

    assert [hidden for hidden in HIDDEN if any(hidden in text for text in shown)] == []


def test_no_secret_shows_in_the_problems() -> None:
    found = problems({**PRODUCTION, "IMMO_DATABASE_URL": "mysql://immo:db-password@host/immo", "IMMO_LOG_LEVEL": "x"})

    assert [hidden for hidden in HIDDEN if hidden in repr(found)] == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql://immo:pass@host:5432/immo", "postgresql://immo:***@host:5432/immo"),
        ("postgresql://immo:p@ss/word@host/immo", "postgresql://immo:***@host/immo"),
        ("postgresql://host/immo?user=immo&password=pass", "postgresql://host/immo?user=immo&password=***"),
        ("postgresql://immo@host/immo", "postgresql://immo@host/immo"),
        ("sqlite:///var/immo.sqlite3", "sqlite:///var/immo.sqlite3"),
        ("sqlite:////srv/immo.sqlite3", "sqlite:////srv/immo.sqlite3"),
    ],
)
def test_passwords_in_addresses_are_masked_where_settings_are_listed(given: str, shown: str) -> None:
    settings = Settings.from_environment({"IMMO_MODE": "test", "IMMO_DATABASE_URL": given})

    assert [setting.value for setting in settings.listing if setting.name == "IMMO_DATABASE_URL"] == [shown]


def test_every_variable_that_is_read_is_listed_with_its_meaning() -> None:
    trees = [
        ast.parse(Path(inspect.getfile(found)).read_text())
        for found in (
            *(module, client_tls_settings, eid_settings, register_settings),
            *(token_settings, wallet_settings),
        )
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    named = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    read = {name for name in named if name.startswith("IMMO_")}

    listing = Settings.from_environment({"IMMO_MODE": "test"}).listing

    assert {setting.name for setting in listing} == read
    assert [setting.name for setting in listing if len(setting.meaning) < 8] == []
    assert len({setting.name for setting in listing}) == len(listing)


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret("the value")

    assert (repr(secret), str(secret), f"{secret}", secret.reveal()) == ("***", "***", "***", "the value")
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize(
    ("mode", "given", "asked"),
    [
        ("demo", {}, None),
        ("test", {}, None),
        ("production", {"IMMO_BREACHED_PASSWORDS_URL": "off"}, None),
        ("demo", {"IMMO_BREACHED_PASSWORDS_URL": "https://range.example/of"}, "https://range.example/of"),
    ],
)
def test_breached_passwords_are_asked_for_where_an_operator_says_so(
    mode: str, given: dict[str, str], asked: str | None
) -> None:
    environment = PRODUCTION if mode == "production" else {"IMMO_MODE": mode}

    assert Settings.from_environment({**environment, **given}).breached_passwords_url == asked


def test_production_asks_for_breached_passwords_unless_told_otherwise() -> None:
    url = Settings.from_environment(PRODUCTION).breached_passwords_url

    assert url is not None and url.startswith("https://")


def test_each_host_name_asks_for_certificates_of_one_kind() -> None:
    """A certificate counts by the host name it comes to: programs', cards' and nobody's are apart."""
    card, programs = "https://card.immo-connect.example", "https://mtls.immo-connect.example"
    secrets = {"IMMO_EID_MTLS_SECRET": "c" * 32, "IMMO_MTLS_PROXY_SECRET": "p" * 32}
    own = {"IMMO_MODE": "test", "IMMO_ISSUER": "https://login.immo-connect.example", **secrets}

    apart = Settings.from_environment({**own, "IMMO_EID_MTLS_URL": card, "IMMO_MTLS_URL": programs})
    shared = problems({**own, "IMMO_EID_MTLS_URL": card, "IMMO_MTLS_URL": f"{card}/programs"})
    main = problems({**own, "IMMO_EID_MTLS_URL": card, "IMMO_MTLS_URL": own["IMMO_ISSUER"]})

    assert apart.client_tls is not None
    assert (apart.client_tls.url, apart.client_tls.authorities) == (programs, ())
    assert shared == main == ("IMMO_MTLS_URL: must be a host name of its own",)
