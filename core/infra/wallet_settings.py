"""What the operator says about money: the payment provider, our bank account, who sells, the access point."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from stdnum import bic, iban
from stdnum.be import vat
from stdnum.exceptions import ValidationError

from core.infra import setting_parsers as parsers
from core.infra.secret import Secret
from core.infra.setting_reader import Reader

_SANDBOX_URL = "http://localhost:8084"
_PROVIDER_URL = "https://api.mollie.com"
_SANDBOX_KEY = "test_demo-only-key-that-production-refuses"
_DEMO_IBAN = "BE71096123456769"
_DEMO_SELLER = "0100003040"
_KEY = re.compile(r"(test|live)_[A-Za-z0-9_-]{20,100}")
_ACCESS_TOKEN = re.compile(r"access_[A-Za-z0-9_-]{20,100}")
_MINIMUM_SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class PaymentSettings:
    """The payment provider, and the bounds of one online payment in cents (W6).

    What it paid out it tells only to `access_token`, one for the whole organisation, in the sandbox to the key.
    """

    url: str
    key: Secret = field(repr=False)
    minimum_cents: int
    maximum_cents: int
    access_token: Secret | None = field(repr=False)

    @property
    def is_live(self) -> bool:
        """Tell whether the key moves real money."""
        return self.key.reveal().startswith("live_")


@dataclass(frozen=True, slots=True)
class BankSettings:
    """The account that transfers go to, as people copy it."""

    iban: str
    bic: str
    holder: str


@dataclass(frozen=True, slots=True)
class SellerSettings:
    """The company that sells what tools charge, as invoices name it; its VAT number is BE and `number`."""

    number: str
    name: str
    street_address: str
    postal_code: str
    locality: str


@dataclass(frozen=True, slots=True)
class AccessPointSettings:
    """Where electronic invoices are handed over for the Peppol network."""

    url: str
    secret: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class WalletSettings:
    """All of it; without an access point invoices wait in their queue."""

    payments: PaymentSettings
    bank: BankSettings
    seller: SellerSettings
    access_point: AccessPointSettings | None


def read_wallet(reader: Reader, *, is_production: bool) -> WalletSettings:
    """Read what concerns money; `refused_in_production` says which defaults production does not take."""
    return WalletSettings(
        payments=_payments(reader, is_production=is_production),
        bank=BankSettings(
            iban=reader.read("IMMO_BANK_IBAN", "our account for transfers", _iban, default=_DEMO_IBAN),
            bic=reader.read("IMMO_BANK_BIC", "its bank", _bic, default="GKCCBEBB"),
            holder=reader.read("IMMO_BANK_HOLDER", "whose account it is", parsers.text, default="Immo-Connect"),
        ),
        seller=_seller(reader),
        access_point=_access_point(reader),
    )


def refused(wallet: WalletSettings, *, is_production: bool) -> Iterator[tuple[str, str]]:
    """Yield what this mode does not take, each with its setting."""
    if wallet.payments.minimum_cents > wallet.payments.maximum_cents:
        yield "IMMO_PAYMENT_MINIMUM", "must not be above IMMO_PAYMENT_MAXIMUM"
    if wallet.payments.is_live and not is_production:
        yield "IMMO_PAYMENT_KEY", "a live key moves real money: only production takes one"
    if not is_production:
        return
    if not wallet.payments.is_live:
        yield "IMMO_PAYMENT_KEY", "production refuses test keys; set the live one"
    if not wallet.payments.url.startswith("https://"):
        yield "IMMO_PAYMENT_URL", "production needs https"
    if wallet.bank.iban == _DEMO_IBAN:
        yield "IMMO_BANK_IBAN", "production refuses the account of the demo"
    if wallet.seller.number == _DEMO_SELLER:
        yield "IMMO_SELLER_NUMBER", "production refuses the company of the demo"


def _payments(reader: Reader, *, is_production: bool) -> PaymentSettings:
    read = reader.read
    return PaymentSettings(
        url=read(
            "IMMO_PAYMENT_URL",
            "the payment provider",
            parsers.base_url,
            default=_PROVIDER_URL if is_production else _SANDBOX_URL,
        ),
        key=read("IMMO_PAYMENT_KEY", "our key there", _key, default=_SANDBOX_KEY, secret=True),
        minimum_cents=read("IMMO_PAYMENT_MINIMUM", "least euros of one online payment", _cents, default="50"),
        maximum_cents=read("IMMO_PAYMENT_MAXIMUM", "most euros of one online payment", _cents, default="5000"),
        access_token=reader.read_optional(
            "IMMO_PAYMENT_ACCESS_TOKEN", "our token there that may read settlements", _access_token, secret=True
        ),
    )


def _seller(reader: Reader) -> SellerSettings:
    read = reader.read
    return SellerSettings(
        number=read("IMMO_SELLER_NUMBER", "company number of who sells", _company_number, default=_DEMO_SELLER),
        name=read("IMMO_SELLER_NAME", "its name on invoices", parsers.text, default="Immo-Connect"),
        street_address=read("IMMO_SELLER_STREET", "street and number of its seat", parsers.text, default="Wetstraat 1"),
        postal_code=read("IMMO_SELLER_POSTAL_CODE", "postal code of its seat", parsers.text, default="1000"),
        locality=read("IMMO_SELLER_LOCALITY", "town of its seat", parsers.text, default="Brussel"),
    )


def _access_point(reader: Reader) -> AccessPointSettings | None:
    url = reader.read_optional("IMMO_ACCESS_POINT_URL", "where electronic invoices are handed over", parsers.base_url)
    secret = reader.read_optional("IMMO_ACCESS_POINT_SECRET", "our secret there", _secret, secret=True)
    if (url is None) != (secret is None):
        reader.refuse("IMMO_ACCESS_POINT_SECRET", "goes together with IMMO_ACCESS_POINT_URL")
    return AccessPointSettings(url, secret) if url is not None and secret is not None else None


def _key(value: str) -> Secret:
    if not _KEY.fullmatch(value):
        raise ValueError("must begin with test_ or live_, as the provider gives it")
    return Secret(value)


def _access_token(value: str) -> Secret:
    if not _ACCESS_TOKEN.fullmatch(value):
        raise ValueError("must begin with access_, as the provider gives it")
    return Secret(value)


def _secret(value: str) -> Secret:
    if len(value) < _MINIMUM_SECRET_LENGTH:
        raise ValueError(f"must have at least {_MINIMUM_SECRET_LENGTH} characters")
    return Secret(value)


def _cents(value: str) -> int:
    try:
        cents = Decimal(value) * 100
    except InvalidOperation:
        raise ValueError("must be an amount in euros such as 50 or 50.00") from None
    if not cents.is_finite() or cents != cents.to_integral_value() or not 1 <= cents <= 100_000_00:
        raise ValueError("must be an amount in euros such as 50 or 50.00, at most 100,000")
    return int(cents)


def _iban(value: str) -> str:
    # Without the list of Belgian banks, which knows none that was founded after it.
    return _checked(lambda written: iban.validate(written, check_country=False), value, "must be an IBAN")


def _bic(value: str) -> str:
    return _checked(bic.validate, value, "must be a BIC")


def _company_number(value: str) -> str:
    return _checked(vat.validate, value, "must be a Belgian company number")


def _checked(validate: Callable[[str], str], value: str, problem: str) -> str:
    try:
        return validate(value)
    except ValidationError:
        raise ValueError(problem) from None
