"""What the helpdesk does with an account, each act as a value; the provider carries them out.

Each has a page of its own, which says what will happen and asks why.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.closing.helpdesk_person import Account
from core.infra.messages import N_
from portal.helpdesk.forms import ReasonOption
from portal.helpdesk.words import FOR_ERASING, FOR_PEOPLE, FOR_UNLINKING

# What the provider says of the account: see `readAccount` in the description of its interface.
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PersonAct:
    """One act: its address, its words, why it may be done, and when it makes sense.

    `has_cause`: the provider takes the finer reason too. `needs_second`: somebody else must agree.
    """

    code: str
    label: str
    question: str
    consequences: tuple[str, ...]
    yes: str
    reasons: tuple[ReasonOption, ...]
    is_possible: Callable[[Account, Told], bool]
    done: str
    has_cause: bool = False
    needs_second: bool = False


def _waits(_account: Account, told: Told) -> bool:
    return bool(told.get("waits_for_activation"))


def _has_eid(account: Account, _told: Told) -> bool:
    return account.eid is not None


def _has_sessions(_account: Account, told: Told) -> bool:
    return bool(told.get("sessions"))


def _can_recover(account: Account, _told: Told) -> bool:
    return account.is_activated


def _stays(account: Account, _told: Told) -> bool:
    return account.erasure_due_at is None


def _goes(account: Account, _told: Told) -> bool:
    return account.erasure_due_at is not None


def _always(_account: Account, _told: Told) -> bool:
    return True


ACTS: Mapping[str, PersonAct] = {
    act.code: act
    for act in (
        PersonAct(
            code="resend-activation",
            label=N_("Send the activation code again"),
            question=N_("Send the activation code again?"),
            consequences=(
                N_("A new code goes to the address that waits for one; an earlier code no longer works."),
                N_("You do not see the code."),
            ),
            yes=N_("Yes, send it"),
            reasons=FOR_PEOPLE,
            is_possible=_waits,
            done="helpdesk-resend-activation",
        ),
        PersonAct(
            code="send-recovery",
            label=N_("Send a mail to choose a new password"),
            question=N_("Send a mail to choose a new password?"),
            consequences=(
                N_("A link goes to the person's own address. Until it is used the old password works."),
                N_("You do not see the link."),
            ),
            yes=N_("Yes, send it"),
            reasons=FOR_PEOPLE,
            is_possible=_can_recover,
            done="helpdesk-send-recovery",
        ),
        PersonAct(
            code="sign-out-everywhere",
            label=N_("Sign out everywhere"),
            question=N_("Sign this person out everywhere?"),
            consequences=(
                N_("Every browser and every tool in which the person is signed in ends within seconds."),
                N_("What is not saved in a tool may be lost."),
            ),
            yes=N_("Yes, sign out everywhere"),
            reasons=FOR_PEOPLE,
            is_possible=_has_sessions,
            done="helpdesk-sign-out-everywhere",
        ),
        PersonAct(
            code="unlink-eid",
            label=N_("Remove the link with the identity card"),
            question=N_("Remove the link with the identity card?"),
            consequences=(
                N_("The person can no longer sign in with the card, and is signed out wherever they did."),
                N_("Usages that need a linked card close until a card is linked again."),
                N_("The card can then be linked to another account. The person is told by mail."),
            ),
            yes=N_("Yes, remove the link"),
            reasons=FOR_UNLINKING,
            is_possible=_has_eid,
            done="helpdesk-unlink-eid",
            has_cause=True,
        ),
        PersonAct(
            code="request-erasure",
            label=N_("Let the account be deleted"),
            question=N_("Let this account be deleted?"),
            consequences=(
                N_("The account goes in fourteen days. Until then the person can undo it themselves."),
                N_("The person is told by mail."),
            ),
            yes=N_("Yes, delete in fourteen days"),
            reasons=FOR_PEOPLE,
            is_possible=_stays,
            done="helpdesk-request-erasure",
        ),
        PersonAct(
            code="undo-erasure",
            label=N_("Keep the account after all"),
            question=N_("Keep this account after all?"),
            consequences=(N_("The account stays as it is. The person is told by mail."),),
            yes=N_("Yes, keep it"),
            reasons=FOR_PEOPLE,
            is_possible=_goes,
            done="helpdesk-undo-erasure",
        ),
        PersonAct(
            code="anonymise",
            label=N_("Erase the account at once"),
            question=N_("Erase this account at once?"),
            consequences=(
                N_("Every personal value is erased for good; nobody can undo it. History and bookkeeping stay."),
                N_("Memberships end, and with them what tools rest on their accreditations."),
                N_("It is done only when a second person of the helpdesk agrees, within three days."),
            ),
            yes=N_("Yes, ask a second person"),
            reasons=FOR_ERASING,
            is_possible=_always,
            done="helpdesk-asked",
            has_cause=True,
            needs_second=True,
        ),
    )
}
