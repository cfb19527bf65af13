"""The identity card on pages: what the script that talks to it is told, and what a person confirms (E1, E2)."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode, urlsplit

from core.infra.settings import Settings
from core.web import csrf, headers
from idp.eid.problems import EidProblem
from idp.web.eid_next_step import EidWords
from idp.web.eid_words import WORDS

# The field of a form that says which card its page showed.
CARD_MARK = "card"
# What is stored of a card. Its photo is not, so it is not asked for either.
_LINKED_FILES = ("identity", "address")


class CardUse(StrEnum):
    """What the card is read for: the `purpose` of `/eid/challenge`, and where the answer goes (`/eid/<use>`)."""

    LOGIN = "login"
    LINK = "link"


class CardDecision(StrEnum):
    """What a button of these pages says in the field `decision`."""

    SKIP = "skip"
    BACK = "back"
    CANCEL = "cancel"
    STORE = "store"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class CardDialogue:
    """What the page's script needs: where a challenge is fetched and the answer posted, and what is read.

    The script posts JSON to `answer_url`: `uid` (where there is one), `csrf` (`csrf_token`), `token`,
    `files` (those of `wanted_files`, where the program can read them) and `source`. The answer is
    `{"next": path}`, or `{"problem": code, "next": path of its page}`. `agent_url` is where the card
    agent listens; the page's content security policy names it.
    """

    use: CardUse
    challenge_url: str
    answer_url: str
    csrf_token: str
    agent_url: str
    uid: str | None = None
    wanted_files: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[tuple[EidProblem, EidWords], ...]:
        """Return what can go wrong, with its words: all of them stand in the page."""
        return tuple(WORDS.items())


@dataclass(frozen=True, slots=True)
class CardFact:
    """One thing that a card says of its holder, ready to show; `before` is what the account says now, if it differs.

    `name` is the name of the profile's field, for ids.
    """

    name: str
    label: str
    value: str = field(repr=False)
    before: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CardToStore:
    """What will be stored and locked once it is confirmed; `is_renewal`, that the account is linked already.

    `address` are the lines of the card's address, only where it is taken over: an account without one gets
    it, unlocked. `not_read` are the labels of what this reading could not prove and therefore stays as it is.
    `mark` comes back with the form, in the field `CARD_MARK`.
    """

    facts: tuple[CardFact, ...]
    is_renewal: bool = False
    address: tuple[str, ...] | None = field(default=None, repr=False)
    not_read: tuple[str, ...] = ()
    mark: str = ""


def dialogue(settings: Settings, use: CardUse, *, binding: str, uid: str | None = None) -> CardDialogue:
    """Return what the script of a page is told, and let this page reach the card agent.

    `binding` is the secret that the page's forms are bound to.
    """
    agent = settings.eid.agent_url
    headers.open_connection(origin_of(agent))
    asked = {"purpose": use.value, **({} if uid is None else {"uid": uid})}
    return CardDialogue(
        use=use,
        challenge_url=f"/eid/challenge?{urlencode(asked)}",
        answer_url=f"/eid/{use.value}",
        csrf_token=csrf.token(settings.secret, binding),
        agent_url=agent,
        uid=uid,
        wanted_files=_LINKED_FILES if use is CardUse.LINK else (),
    )


def problem_url(problem: EidProblem, uid: str | None = None, day: date | None = None) -> str:
    """Return the path of the page about a problem; `uid` is the interaction that it leads back to, `day` since when."""
    known = {"uid": uid, "day": None if day is None else day.isoformat()}
    query = urlencode({name: value for name, value in known.items() if value is not None})
    return f"/eid/problem/{problem.value}" + (f"?{query}" if query else "")


def origin_of(address: str) -> str:
    """Return the origin of an address of the operator's."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
