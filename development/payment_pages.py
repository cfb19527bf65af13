"""The pages of the payment sandbox: plain, in the product's colours, without a script."""

from html import escape

from development.payment_book import METHODS, Amount, Book, Payment, Settlement

_STYLE = """
:root { color-scheme: light dark; --surface: #f3f7f7; --raised: #fff; --text: #14282b; --quiet: #4c6367;
  --line: #c9d7d8; --accent: #0b5a63; --on-accent: #fff; }
@media (prefers-color-scheme: dark) { :root { --surface: #0e1a1c; --raised: #162629; --text: #e5eff0;
  --quiet: #a3b8bb; --line: #33484c; --accent: #6fc5cf; --on-accent: #0e1a1c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
header { padding: 1rem; border-bottom: 1px solid var(--line); background: var(--raised); }
header p { margin: 0; color: var(--quiet); }
h1 { margin: 0; font-size: 1.25rem; }
h2 { margin: 0; font-size: 1.05rem; }
main { max-width: 52rem; margin: 0 auto; padding: 1rem; display: grid; gap: 1rem; }
section { padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--raised); }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-top: .75rem; }
fieldset { display: flex; flex-wrap: wrap; gap: .25rem 1rem; width: 100%; margin: 0; border: 1px solid var(--line);
  border-radius: .25rem; }
label { display: inline-flex; gap: .4rem; align-items: center; min-height: 1.75rem; }
input[type=number], input[type=text] { width: 7rem; padding: .4rem; font: inherit; }
button { padding: .5rem .9rem; min-height: 2.5rem; border: 1px solid var(--accent); border-radius: .25rem;
  background: transparent; color: var(--accent); font: inherit; cursor: pointer; }
button.primary { background: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.quiet { color: var(--quiet); overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.amount { font-size: 1.75rem; margin: 0; font-variant-numeric: tabular-nums; }
"""
_METHOD_NAMES = {"bancontact": "Bancontact", "creditcard": "Card (Visa, Mastercard, Maestro)"}
_WEBHOOKS = {"now": "at once", "twice": "twice at the same moment", "late": "20 seconds late", "never": "never"}


def checkout_page(payment: Payment) -> str:
    """Return the page at which a payer chooses how the payment ends."""
    about = f'<p class="amount">{_money(payment.amount)}</p><p class="quiet">{escape(payment.description)}</p>'
    if payment.status != "open":
        back = f'<p><a id="return" href="{escape(payment.return_url)}">Back to the shop</a></p>'
        return _page("Payment", f"<section>{about}<p>This payment is {payment.status}.</p>{back}</section>")
    methods = _radios("How it is paid", "method", {name: _METHOD_NAMES[name] for name in METHODS})
    webhooks = _radios("The webhook comes", "webhook", _WEBHOOKS)
    buttons = (
        '<button class="primary" id="pay-paid" name="outcome" value="paid">Pay</button>'
        '<button id="pay-failed" name="outcome" value="failed">Fail</button>'
        '<button id="pay-cancelled" name="outcome" value="canceled">Cancel</button>'
        '<button id="pay-expired" name="outcome" value="expired">Let it expire</button>'
        '<button id="pay-open" name="outcome" value="open">Go back without a decision</button>'
    )
    form = f'<form method="post" action="/checkout/{payment.id}">{methods}{webhooks}{buttons}</form>'
    return _page("Pay", f"<section>{about}<p>No money moves here: choose what happens.</p>{form}</section>")


def desk_page(book: Book, *, is_down: bool) -> str:
    """Return the page with all payments and what can be done to them."""
    state = "The API answers 503 until you end that." if is_down else "The API answers."
    words = "Let the API answer again" if is_down else "Let the API fail"
    head = f"<section><p>{state}</p>{_form('/down', words)}{_form('/settlements', 'Pay out what is not settled')}"
    head += "".join(_settled(one) for one in book.settlements()) + "</section>"
    payments = "".join(_payment(one) for one in book.payments())
    return _page("Payments", head + (payments or "<p>No payment was asked for yet.</p>"))


def missing_page() -> str:
    """Return the page for what is not there, or cannot be done."""
    return _page("This is not possible", '<p><a href="/">All payments</a></p>')


def _payment(payment: Payment) -> str:
    at = f"/payments/{payment.id}"
    webhooks = escape(", ".join(payment.announced) or "none")
    parts = [
        f"<h2>{_money(payment.amount)}, {payment.status}</h2>",
        f'<p class="quiet">{payment.id}, {escape(payment.description)}, webhooks answered: {webhooks}</p>',
        _form(f"{at}/announce", "Send the webhook"),
    ]
    if payment.status == "open":
        parts.append(f'<p><a href="/checkout/{payment.id}">Choose how it ends</a></p>')
        fields = _field("currency", "text", payment.amount.currency) + _field("cents", "number", payment.amount.cents)
        parts.append(_form(f"{at}/amount", "Say another amount", fields + _silent()))
    if payment.status == "paid":
        parts.append(_form(f"{at}/refund", "Refund", _field("cents", "number", payment.amount.cents) + _silent()))
        parts.append(_form(f"{at}/chargeback", "Charge it back", _silent()))
    for refund in payment.refunds:
        named = _hidden("refund", refund.id)
        parts.append(f'<p class="quiet">Refund {refund.id}: {refund.cents} cents, {refund.status}</p>')
        parts += [
            _form(f"{at}/refund-status", words, named + _hidden("status", status))
            for status, words in (("refunded", "It arrives"), ("failed", "It fails"))
            if refund.status == "processing"
        ]
    for taken in payment.chargebacks:
        parts.append(f'<p class="quiet">Chargeback {taken.id}{", reversed" if taken.reversed_at else ""}</p>')
        if taken.reversed_at is None:
            parts.append(_form(f"{at}/reverse", "Reverse it", _hidden("chargeback", taken.id)))
    return f'<section data-payment="{payment.id}">{"".join(parts)}</section>'


def _settled(one: Settlement) -> str:
    paid = Amount("EUR", one.gross_cents - one.fees_cents)
    return f'<p class="quiet">{one.reference}: {_money(paid)} after fees of {_money(Amount("EUR", one.fees_cents))}</p>'


def _form(action: str, words: str, fields: str = "") -> str:
    return f'<form method="post" action="{action}">{fields}<button>{words}</button></form>'


def _field(name: str, kind: str, value: object) -> str:
    return f'<label>{name} <input type="{kind}" name="{name}" value="{escape(str(value))}" required></label>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _silent() -> str:
    return '<label><input type="checkbox" name="webhook" value="never"> without a webhook</label>'


def _radios(legend: str, name: str, options: dict[str, str]) -> str:
    boxes = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"{"" if place else " checked"}> {words}</label>'
        for place, (value, words) in enumerate(options.items())
    )
    return f"<fieldset><legend>{legend}</legend>{boxes}</fieldset>"


def _money(amount: Amount) -> str:
    return f"{escape(amount.currency)} {amount.cents / 100:,.2f}"


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - Payment sandbox</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><header><h1>{escape(title)}</h1><p>Payment sandbox of the Immo-Connect demo</p></header>"
        f"<main>{body}</main></body></html>"
    )
