"""The pages of the mailbox: plain, in the product's colours, without a script."""

from html import escape

from development.mail_server import Mail

_STYLE = """
:root { color-scheme: light dark; --surface: #f3f7f7; --raised: #fff; --text: #14282b; --quiet: #4c6367;
  --line: #c9d7d8; --accent: #0b5a63; }
@media (prefers-color-scheme: dark) { :root { --surface: #0e1a1c; --raised: #162629; --text: #e5eff0;
  --quiet: #a3b8bb; --line: #33484c; --accent: #6fc5cf; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
header { padding: 1rem; border-bottom: 1px solid var(--line); background: var(--raised); }
header p { margin: 0; color: var(--quiet); }
h1 { margin: 0; font-size: 1.25rem; }
main { max-width: 52rem; margin: 0 auto; padding: 1rem; }
ol { list-style: none; margin: 0; padding: 0; }
li { border-bottom: 1px solid var(--line); }
li a { display: block; padding: .75rem .25rem; color: inherit; text-decoration: none; }
li a:hover strong { text-decoration: underline; }
a { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.quiet { color: var(--quiet); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
pre, iframe { width: 100%; margin: 1rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: .25rem;
  background: var(--raised); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
iframe { min-height: 30rem; padding: 0; background: #fff; }
"""


def list_page(mails: tuple[Mail, ...]) -> str:
    """Return the page that lists all mails."""
    if not mails:
        return _page("Mailbox", "<p>No mail has been sent yet. What the product mails appears here.</p>")
    return _page("Mailbox", f"<ol>{''.join(_entry(mail) for mail in mails)}</ol>")


def mail_page(mail: Mail, number: str) -> str:
    """Return the page that shows one mail, as text and as its receiver's program would show it."""
    parts = [
        '<p><a href="/">All mails</a></p>',
        f'<p class="quiet">To {escape(", ".join(mail.to))}, from {escape(mail.sender)}, {_moment(mail)}</p>',
        f"<pre>{escape(mail.text)}</pre>",
    ]
    if mail.html:
        parts.append(f'<iframe src="/mails/{escape(number)}/html" title="The mail as HTML" sandbox></iframe>')
    return _page(mail.subject or "Without a subject", "".join(parts))


def missing_page() -> str:
    """Return the page for an address at which there is nothing."""
    return _page("There is no such mail", '<p><a href="/">All mails</a></p>')


def _entry(mail: Mail) -> str:
    subject = escape(mail.subject or "Without a subject")
    return (
        f'<li><a href="/mails/{mail.number}"><strong>{subject}</strong><br>'
        f'<span class="quiet">{escape(", ".join(mail.to))}, {_moment(mail)}</span></a></li>'
    )


def _moment(mail: Mail) -> str:
    moment = mail.sent_at.replace(microsecond=0)
    return f'<time datetime="{moment.isoformat()}">{moment:%Y-%m-%d %H:%M:%S} UTC</time>'


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - Mailbox</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><header><h1>{escape(title)}</h1><p>Immo-Connect, mails of the demo</p></header>"
        f"<main>{body}</main></body></html>"
    )
