"""What can be done to a membership: the button, the question before it, what follows, and the word on `yes`."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from flask_babel import gettext as _

from core.infra.messages import N_
from core.organisations.employee_lists import OneEmployee
from core.organisations.states import MembershipStatus
from portal.employees.pages import Act


class Deed(StrEnum):
    """An act about a membership; the value is the end of its path."""

    REFUSE = "refuse"
    BLOCK = "block"
    ACTIVATE = "activate"
    REMOVE = "remove"
    PROMOTE = "promote"
    DEMOTE = "demote"


class _Words(NamedTuple):
    id: str
    label: str
    question: str
    consequence: str
    yes: str
    kind: str = "secondary"


_WORDS = {
    Deed.REFUSE: _Words(
        "refuse-employee",
        N_("Refuse"),
        N_("Refuse the request of %(person)s?"),
        N_("%(person)s does not become an employee and hears so by mail. They may ask again later."),
        N_("Yes, refuse"),
    ),
    Deed.BLOCK: _Words(
        "block-employee",
        N_("Block"),
        N_("Block %(person)s?"),
        N_("%(person)s can no longer work for your organisation, is signed out of its tools, and hears so by mail. "
           "You can activate them again at any time."),
        N_("Yes, block"),
    ),
    Deed.ACTIVATE: _Words(
        "activate-employee",
        N_("Activate"),
        N_("Activate %(person)s?"),
        N_("%(person)s can work for your organisation again, with the tools they had, and hears so by mail."),
        N_("Yes, activate"),
        "positive",
    ),
    Deed.REMOVE: _Words(
        "remove-employee",
        N_("Delete"),
        N_("Delete %(person)s from your organisation?"),
        N_("%(person)s no longer belongs to your organisation, is signed out of its tools, and hears so by mail. "
           "Their own account stays. What they did stays in the history."),
        N_("Yes, delete"),
    ),
    Deed.PROMOTE: _Words(
        "make-manager",
        N_("Make manager"),
        N_("Make %(person)s a manager?"),
        N_("A manager may do everything here: change the organisation's data, confirm and block employees, give access "
           "to tools, and make other managers. %(person)s hears so by mail."),
        N_("Yes, make manager"),
    ),
    Deed.DEMOTE: _Words(
        "make-member",
        N_("Make ordinary member"),
        N_("Make %(person)s an ordinary member?"),
        N_("%(person)s no longer manages your organisation, but goes on working for it with the same tools. "
           "They hear so by mail."),
        N_("Yes, make ordinary member"),
    ),
}  # fmt: skip

# Why an act is not possible for now, with the way on.
REFUSED = {
    "demote-first": N_(
        "%(person)s is a manager, and managers cannot shut each other out. "
        "Make %(person)s an ordinary member first; after that you can go on."
    ),
    "last-manager": N_(
        "%(person)s is the only manager, and an organisation is never without one. "
        "Make another employee manager first; after that you can go on."
    ),
    "disputed": N_(
        "Somebody claims this organisation. Until our helpdesk has decided, nobody becomes a manager and no "
        "manager loses that role."
    ),
}


def act(deed: Deed, employee: OneEmployee, url: str) -> Act:
    """Return an act about an employee in the language of the page; `url` is the employee's page."""
    said = _WORDS[deed]
    return Act(
        code=said.id,
        label=_(said.label),
        url=f"{url}/{deed.value}",
        question=_(said.question, person=employee.name),
        consequence=_(said.consequence, person=employee.name),
        yes=_(said.yes),
        kind=said.kind,
    )


def possible(employee: OneEmployee) -> Iterator[Deed]:
    """Yield what a manager can do about an employee as they stand now."""
    match employee.status:
        case MembershipStatus.REQUESTED:
            yield from (Deed.REFUSE, Deed.BLOCK)
        case MembershipStatus.ACTIVE if employee.is_manager:
            yield Deed.DEMOTE
        case MembershipStatus.ACTIVE:
            yield from (Deed.PROMOTE, Deed.BLOCK, Deed.REMOVE)
        case MembershipStatus.BLOCKED:
            yield from (Deed.ACTIVATE, Deed.REMOVE)
        case MembershipStatus.INVITED:
            yield Deed.REMOVE
        case MembershipStatus.REFUSED | MembershipStatus.LEFT:
            return
