"""What each action of the audit trail is called in the history of the organisation that it concerns (O10).

Source strings, translated where they are shown: who did it stands beside the sentence. `%(person)s` is
whom it concerns, `%(tool)s` a tool with the way it is used, `%(role)s` a role of that tool; where one is
not known any more, a neutral word stands for it. `%(fields)s` are the names of what was changed. An
action of an organisation without a sentence here fails a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.infra.messages import N_


class Kind(StrEnum):
    """What a sentence is about: what the page can be narrowed to, in the order in which it offers them."""

    EMPLOYEES = "employees"
    TOOLS = "tools"
    DATA = "data"
    WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class Sentence:
    """How an action reads; `by_reason` says it more closely where the trail tells why."""

    kind: Kind
    text: str
    by_reason: Mapping[str, str] = field(default_factory=dict)


KINDS = {
    Kind.EMPLOYEES: N_("Employees"),
    Kind.TOOLS: N_("Tools"),
    Kind.DATA: N_("Data of the organisation"),
    Kind.WALLET: N_("Wallet"),
}
UNKNOWN = N_("Something was changed.")
SOME_TOOL = N_("a tool")
SOME_ROLE = N_("a role")
# Who belonged to the organisation and has no account any more.
FORMER = N_("a former member")
# Colleagues, to somebody who is not or no longer among them.
SOME_COLLEAGUE = N_("a colleague")
SOME_MANAGER = N_("a manager")

# A person's own affair, under whichever organisation they work at that moment.
NOT_OF_THE_ORGANISATION = frozenset({"consent-given", "notices-chosen"})


def _employees(text: str) -> Sentence:
    return Sentence(Kind.EMPLOYEES, text)


def _tools(text: str, **by_reason: str) -> Sentence:
    return Sentence(Kind.TOOLS, text, {reason.replace("_", "-"): words for reason, words in by_reason.items()})


def _data(text: str) -> Sentence:
    return Sentence(Kind.DATA, text)


def _wallet(text: str) -> Sentence:
    return Sentence(Kind.WALLET, text)


_EMPLOYEES = {
    "membership-requested": _employees(N_("%(person)s asked to join.")),
    "membership-reminded": _employees(N_("The managers were reminded of the request of %(person)s.")),
    "membership-withdrawn": _employees(N_("%(person)s withdrew the request to join.")),
    "membership-expired": _employees(N_("The request or invitation of %(person)s ended without an answer.")),
    "membership-confirmed": _employees(N_("%(person)s was confirmed as an employee.")),
    "membership-refused": _employees(N_("The request of %(person)s was refused.")),
    "membership-blocked": _employees(N_("%(person)s was blocked.")),
    "membership-activated": _employees(N_("%(person)s is no longer blocked.")),
    "membership-removed": _employees(N_("%(person)s was removed from the organisation.")),
    "membership-invited": _employees(N_("%(person)s was invited.")),
    "membership-added": _employees(N_("%(person)s was added as an employee.")),
    "membership-accepted": _employees(N_("%(person)s accepted the invitation.")),
    "employee-looked-up": _employees(N_("An account was looked for, to be added.")),
    "employees-imported": _employees(N_("Employees were added from a file.")),
    "invitation-sent": _employees(N_("Somebody was invited by mail.")),
    "invitation-sent-again": _employees(N_("An invitation by mail was sent again.")),
    "invitation-withdrawn": _employees(N_("An invitation by mail was withdrawn.")),
    "invitation-turned-down": _employees(N_("An invitation by mail was turned down.")),
    "invitation-expired": _employees(N_("An invitation by mail ended without an answer.")),
    "invitation-declined": _employees(N_("%(person)s declined the invitation.")),
    "membership-left": _employees(N_("%(person)s left the organisation.")),
    "membership-details-changed": _employees(N_("The employee data of %(person)s were changed.")),
    "membership-ended-with-account": _employees(N_("A membership ended, because the account no longer exists.")),
    "membership-ended-with-organisation": _employees(
        N_("The request or invitation of %(person)s ended with the organisation.")
    ),
    "memberships-joined": _employees(N_("Two memberships of %(person)s became one.")),
    "manager-made": _employees(N_("%(person)s became a manager.")),
    "manager-appointed": _employees(N_("The helpdesk made %(person)s a manager.")),
    "manager-demoted": _employees(N_("%(person)s is no longer a manager.")),
}
_TOOLS = {
    "tool-registered": _tools(N_("%(tool)s was registered.")),
    "tool-registration-active": _tools(N_("%(tool)s can be used again.")),
    "tool-registration-suspended": _tools(
        N_("%(tool)s was suspended."),
        accreditation_lapsed=N_("%(tool)s was suspended, because the accreditation it rested on is no longer valid."),
        ownerless=N_("%(tool)s was suspended, because nobody has managed the organisation for thirty days."),
        requirement_changed=N_("%(tool)s was suspended, because nobody here meets what it requires now."),
        mandate_ended=N_("%(tool)s was suspended, because nobody lends an accreditation for it any more."),
    ),
    "tool-registration-ended": _tools(N_("The registration of %(tool)s was ended.")),
    "tool-access-requested": _tools(N_("%(person)s asked for access to %(tool)s.")),
    "tool-access-reminded": _tools(N_("The managers were reminded that %(person)s asks for access to %(tool)s.")),
    "tool-role-given": _tools(N_("%(person)s was given the role of %(role)s in %(tool)s.")),
    "tool-role-withdrawn": _tools(N_("The role of %(person)s in %(tool)s was taken away.")),
    "tool-access-refused": _tools(N_("%(person)s was refused access to %(tool)s.")),
    "tool-terms-accepted": _tools(N_("New terms of %(tool)s were accepted.")),
    "tool-access-blocked": _tools(N_("%(person)s was blocked in %(tool)s.")),
    "mandate-proposed": _tools(N_("It was proposed that %(tool)s rests on the accreditation of %(person)s.")),
    "mandate-accepted": _tools(N_("%(tool)s now rests on the accreditation of %(person)s, who accepted that.")),
    "mandate-declined": _tools(N_("%(person)s declined that %(tool)s rests on their accreditation.")),
    "mandate-renewed": _tools(N_("%(person)s renewed for a year that %(tool)s rests on their accreditation.")),
    "mandate-expired": _tools(
        N_("%(tool)s no longer rests on the accreditation of %(person)s: it was not renewed within the year.")
    ),
    "mandate-withdrawn": _tools(N_("%(tool)s no longer rests on the accreditation of %(person)s.")),
}
_DATA = {
    "organisation-added": _data(N_("The organisation was added.")),
    "organisation-changed": _data(N_("The data were changed: %(fields)s.")),
    "organisation-verified": _data(N_("It was verified that the organisation is who it says it is.")),
    "company-differences-found": _data(N_("The company register says something else than the organisation's data.")),
    "company-suggestion-taken": _data(N_("Data were taken over from the company register.")),
    "company-suggestion-declined": _data(N_("What the company register says was not taken over.")),
    "organisation-closing": _data(N_("According to the company register, the company has stopped.")),
    "organisation-reopened": _data(N_("The company register names the company as active again.")),
    "dispute-opened": _data(N_("%(person)s claimed the organisation as theirs.")),
    "dispute-evidence-noted": _data(N_("The helpdesk noted what was proven in the dispute about the organisation.")),
    "dispute-withdrawn": _data(N_("%(person)s withdrew the claim to the organisation.")),
    "dispute-ended": _data(N_("The dispute about the organisation ended, because the claimant is gone.")),
    "dispute-settled": _data(N_("The dispute about the organisation was settled.")),
    "organisation-ended": _data(N_("The organisation ended here with its last member.")),
}
_WALLET = {
    "wallet-control-changed": _wallet(N_("The limits for everybody, or the warning of a low balance, were changed.")),
    "wallet-rights-changed": _wallet(N_("What %(person)s may do with the wallet was changed.")),
    "wallet-transfer-sent": _wallet(N_("Money was transferred to the wallet of another organisation.")),
    "wallet-transfer-received": _wallet(N_("Money was transferred from the wallet of another organisation.")),
    "bank-entry-booked": _wallet(N_("A transfer was put on the wallet by Immo-Connect.")),
    "wallet-corrected": _wallet(N_("The balance of the wallet was corrected by Immo-Connect.")),
    "wallet-recharged": _wallet(N_("The wallet was recharged online.")),
    "wallet-recharge-refunded": _wallet(N_("An online payment for the wallet was paid back.")),
    "wallet-recharge-charged-back": _wallet(N_("An online payment for the wallet was undone by the payer's bank.")),
    "wallet-recharge-returned": _wallet(N_("What had been taken back of an online payment came back to the wallet.")),
}

SENTENCES: Mapping[str, Sentence] = {**_EMPLOYEES, **_TOOLS, **_DATA, **_WALLET}


def actions_of(kind: Kind) -> frozenset[str]:
    """Return the actions that a kind stands for."""
    return frozenset(action for action, sentence in SENTENCES.items() if sentence.kind is kind)
