"""Requirements and reasons in the words of a page. Pure: whoever shows them says how to translate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.accreditations.words import COLUMNS, LISTS
from core.infra.localised import Localised
from core.infra.messages import N_
from core.tools import explanations
from core.tools.context import Reason
from core.tools.explanations import Cause
from core.tools.needs import NeedLine

_LENT = N_("An accreditation that a colleague lends for this tool")
_PLACED = N_("%(accreditation)s (%(places)s)")


@dataclass(frozen=True, slots=True)
class NeedText:
    """One line of what is needed; `state` is met, missing, or other: not the person's own to have."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one page: `say` translates, with values by name; `kinds` are the names of accreditations."""

    say: Callable[..., str]
    language: str
    kinds: Mapping[str, Localised]

    def needs(self, groups: tuple[tuple[NeedLine, ...], ...]) -> tuple[tuple[NeedText, ...], ...]:
        """Return lines of what is needed: of each group one is enough."""
        return tuple(tuple(map(self._need, group)) for group in groups)

    def causes(self, reason: Reason | None) -> tuple[tuple[Cause, ...], ...]:
        """Return why something is closed: of each group it is enough to resolve one."""
        found = () if reason is None else explanations.missing(reason)
        return tuple(tuple(map(self._cause, group)) for group in found)

    def kind(self, code: str) -> str:
        """Return what a kind of accreditation is called."""
        return self.kinds.get(code, Localised(code, code, code)).text(self.language)

    def accreditation(self, kind: str, lists: tuple[str, ...], columns: tuple[str, ...]) -> str:
        """Return a kind with the lists and columns on which it stands."""
        known = (*(LISTS.get(name, name) for name in lists), *(COLUMNS.get(name, name) for name in columns))
        if not known:
            return self.kind(kind)
        return self.say(_PLACED, accreditation=self.kind(kind), places=", ".join(self.say(place) for place in known))

    def _need(self, line: NeedLine) -> NeedText:
        if line.kind is None:
            return NeedText(self.say(_LENT), "other")
        return NeedText(self.accreditation(line.kind, line.lists, line.columns), "met" if line.is_met else "missing")

    def _cause(self, cause: Cause) -> Cause:
        said = self.say(cause.text, accreditation=self.kind(cause.subject or ""))
        return Cause(said, self.say(cause.next_step), cause.subject, cause.code)
