"""`/docs/wallet`: how a tool lets an organisation's wallet pay, made of the operations of the interface."""

from collections.abc import Iterator, Mapping

from flask import Blueprint
from flask_babel import gettext as _

from core.closing.spending import ContextClosed, MayNotPay, MayNotSee
from core.infra.errors import ImmoError, NotFound, RateLimited, Unavailable
from core.infra.messages import N_
from core.wallet.errors import (
    CaptureTooLarge,
    HoldOver,
    IdempotencyKeyReused,
    InsufficientFunds,
    InvalidAmount,
    LimitReached,
    ReferenceUsed,
    RefundTooLarge,
    WalletFrozen,
)
from core.web import document
from core.web.document import Cell, Document, Link, Row, Section, Table
from core.web.json_shapes import InvalidInput
from portal.api import guide_examples as examples
from portal.api.openapi import OPERATIONS
from portal.api.operation import Operation
from portal.api.protect import BASE, audience
from portal.api.refusals import InsufficientScope, KeyMissing, NoContext, TokenMissing, TokenRefused
from portal.wiring import services

bp = Blueprint("docs-wallet", __name__)

PATH = "/docs/wallet"

# What to do about each refusal; what a tool does not cause itself stands first.
ADVICE: Mapping[type[ImmoError], str] = {
    InsufficientFunds: N_("Show topup_url to your user. Under the same key the charge may come again."),
    WalletFrozen: N_("A payment to the wallet was taken back. Show topup_url: it works again once that is made up."),
    LimitReached: N_("A manager limited what this person spends. Only a manager can change that."),
    MayNotPay: N_("A manager decided that this person does not pay. The claim can of the wallet says so before."),
    MayNotSee: N_("A manager decided that this person does not see the balance."),
    ContextClosed: N_("The person lost the context since they signed in. Send them through a sign-in again."),
    TokenMissing: N_("Send an access token of the wallet in the header Authorization."),
    TokenRefused: N_("The token has expired, was revoked or is for another resource. Ask for a new one."),
    InsufficientScope: N_("The token does not carry the scope that the challenge names."),
    NoContext: N_("The token speaks of no organisation: ask for the scope organization when your user signs in."),
    KeyMissing: N_("Send an Idempotency-Key with whatever changes something."),
    IdempotencyKeyReused: N_("You used this key for something else. Make a new one for each purchase."),
    ReferenceUsed: N_("You used this reference for another charge or hold. Find it by its reference."),
    HoldOver: N_("The hold was captured, voided or has expired."),
    CaptureTooLarge: N_("Capture no more than was held."),
    RefundTooLarge: N_("Refund no more than is left of the charge."),
    InvalidAmount: N_("Amounts are whole cents above zero, and within what the description says."),
    InvalidInput: N_("The errors say which members are wrong, and how."),
    NotFound: N_("There is none, or it is not yours."),
    RateLimited: N_("Wait as many seconds as Retry-After says."),
    Unavailable: N_("Try again with the same key after as many seconds as Retry-After says."),
}


@bp.get(PATH)
def page() -> str:
    """Show how to charge a wallet, to anybody, in the language of the reader."""
    settings = services().settings
    resource = audience(settings)
    return document.render(
        Document(
            title=_("Charging a wallet"),
            lead=_("What your user buys in your tool is paid from the wallet of the organisation they act for."),
            sections=(
                _before(resource),
                _token(settings.issuer, resource),
                *_charge(resource, f"{settings.portal_url}/organisations/…/wallet/recharge"),
                _again(),
                _refusals(),
                _operations(),
            ),
            links=(
                Link(_("The same for programs (OpenAPI 3.1)"), f"{BASE}/openapi.json"),
                Link(_("Claims"), f"{settings.issuer}/docs/claims"),
            ),
        )
    )


def _before(resource: str) -> Section:
    return Section(
        id="before",
        heading=_("Before you begin"),
        paragraphs=(
            _("Your client has to belong to a tool, and an operator has to register this resource for it. In the demo"
              " CadastreFinder is all of that, and shows how it looks in a program."),
            _("Say the price before your user buys: the wallet asks nobody again."),
        ),
        example=resource,
    )  # fmt: skip


def _token(issuer: str, resource: str) -> Section:
    return Section(
        id="token",
        heading=_("A token for the wallet"),
        paragraphs=(
            _("Name the resource in the authorization request, beside the scopes wallet, wallet:charge and, to read the"
              " balance, wallet:read (RFC 8707). When you redeem the code, name %(userinfo)s as resource; ask for a"
              " token of the wallet when something is bought: it is for the wallet alone and lives five minutes.",
              userinfo=f"{issuer}/userinfo"),
            _("Its claim about the wallet says in can what the person may do, and in max_charge the limit of one charge"
              " in cents, where a manager set one. What was decided since counts all the same."),
        ),
        example=examples.token_request(f"{issuer}/token", resource),
    )  # fmt: skip


def _charge(resource: str, topup_url: str) -> Iterator[Section]:
    charge = _named("charge")
    yield Section(
        id="charge",
        heading=_("Charge"),
        paragraphs=(
            _("Amounts are whole cents with VAT. Which organisation pays stands in the token and nowhere else. The"
              " description is what its bookkeeper reads."),
        ),
        example=examples.with_curl(charge, resource),
    )  # fmt: skip
    yield Section(id="charged", heading=_("What it answers"), example=examples.answer(charge))
    yield Section(
        id="refused",
        heading=_("What it answers where money is missing"),
        paragraphs=(_("How much is missing is not said: that is between the organisation and its people."),),
        example=examples.refusal(topup_url),
    )
    yield Section(id="python", heading=_("The same in Python"), example=examples.with_python(charge, resource))


def _again() -> Section:
    return Section(
        id="again",
        heading=_("Sent again"),
        paragraphs=(
            _("Make the Idempotency-Key when your user sees the price, and keep it before you charge. Where no answer"
              " came, send the same once more with the same key: it is paid once, and Idempotency-Replayed: true says"
              " that this is the earlier answer."),
            _("What was refused left nothing behind, and may come again under its key."),
        ),
    )  # fmt: skip


def _refusals() -> Section:
    rows = (
        Row(f"error-{kind.code}", (Cell(kind.code, is_code=True), Cell(_(advice)))) for kind, advice in ADVICE.items()
    )
    return Section(
        id="refusals",
        heading=_("When it refuses"),
        paragraphs=(_("Refusals are problem details (RFC 9457). Decide by code, never by title."),),
        table=Table((_("Code"), _("What to do")), tuple(rows)),
    )


def _operations() -> Section:
    return Section(
        id="operations",
        heading=_("All operations"),
        paragraphs=(
            _("A hold sets an amount aside until you know the price. What your client made itself it may also capture,"
              " void, refund and find with a token of its own (client credentials), which carries no scope."),
        ),
        table=Table(
            (_("Operation"), _("Scope"), _("With a token of its own"), _("Does")),
            tuple(_row(operation) for operation in OPERATIONS),
        ),
    )  # fmt: skip


def _row(operation: Operation) -> Row:
    return Row(
        f"operation-{operation.name}",
        (
            Cell(f"{operation.method} {operation.path}", is_code=True),
            Cell(_(" or ").join(operation.scope), is_code=True),
            Cell(_("yes") if operation.is_for_client else _("no")),
            Cell(_(operation.summary)),
        ),
    )


def _named(name: str) -> Operation:
    return next(operation for operation in OPERATIONS if operation.name == name)
