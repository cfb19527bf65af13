"""The form of a kind of accreditation, and what a change of it would do."""

import re

from flask_babel import gettext as _
from flask_babel import ngettext

from core.accreditations import kind_editing
from core.accreditations.errors import UnusablePattern
from core.accreditations.holders import Kind
from core.accreditations.kind_editing import LONGEST_PATTERN, EditedKind, PatternPreview
from core.accreditations.rules import AttachesTo
from core.infra.forms import NOT_OFFERED, Reading
from core.infra.localised import Localised
from core.infra.messages import N_
from core.web.locale import current_language
from portal.operations.asking import (
    Field,
    Foreseen,
    Question,
    not_found,
)
from portal.operations.opening import Part
from portal.operations.tool_forms import LANGUAGES
from portal.staff_area import Desk

URL = Part.KINDS.value
_CODE = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
_ADAPTER = re.compile(r"[a-z][a-z0-9-]*")
_GIVE = N_("Fill this in.")
_NO_CODE = N_("A code is small letters and digits with dots or dashes between them, such as be.biv: 40 at most.")
_NO_PATTERN = N_("This pattern cannot be used: it is no regular expression, or it could take for ever.")
_NO_ADAPTER = N_("This is small letters, digits and dashes.")
_ATTACHES = {AttachesTo.PERSON: N_("A person"), AttachesTo.ORGANISATION: N_("An organisation")}


def foreseen(desk: Desk, wanted: Kind) -> Foreseen:
    """Return whose numbers the pattern of a kind would refuse."""
    with desk.services.database.reading() as session:
        found: PatternPreview = kind_editing.preview(session, wanted.code, wanted.number_pattern)
    return Foreseen(
        sentences=(
            ngettext("%(num)s entry is of this kind.", "%(num)s entries are of this kind.", found.holders),
            ngettext(
                "%(num)s number does not fit the pattern.", "%(num)s numbers do not fit the pattern.", found.refused
            ),
            _("What is there stays. A register that names such a number is refused from now on."),
        ),
        named=tuple((number, "") for number in found.numbers),
        further=found.refused - len(found.numbers),
    )


def question(desk: Desk, known: EditedKind | None) -> Question:
    """Return the form of a kind, of a new one where None is known."""
    code = None if known is None else known.kind.code
    with desk.services.database.reading() as session:
        others = [one.kind for one in kind_editing.edited_kinds(session)]
    aliases = tuple(
        (one.code, f"{one.name.text(current_language())} ({one.code})")
        for one in others
        if one.alias_of is None and one.code != code
    )
    pattern = _("A regular expression that the whole number must fit, of 100 characters at most.")
    adapter = _("Empty: it comes from files that are read in.")
    return Question(
        code="kind",
        part=Part.KINDS,
        title=_("Add a kind of accreditation") if code is None else _("Change %(code)s", code=code),
        back_url=URL if code is None else f"{URL}/{code}",
        back=_("Kinds of accreditation") if code is None else code,
        url=f"{URL}/new" if code is None else f"{URL}/{code}/edit",
        fields=(
            *((Field("code", _("Code"), required=True, longest=40),) if code is None else ()),
            *(
                Field(f"name_{language}", f"{_('Name')} ({_(said)})", required=True)
                for language, said in LANGUAGES.items()
            ),
            Field("issuer", _("Who issues it"), required=True),
            Field("number_pattern", _("Pattern of its numbers"), required=True, hint=pattern, longest=LONGEST_PATTERN),
            Field(
                *("attaches_to", _("Given to"), "select"),
                options=tuple((value.value, _(label)) for value, label in _ATTACHES.items()),
            ),
            Field("register_adapter", _("How its register is asked"), hint=adapter, longest=40),
            Field("alias_of", _("Another word for"), "select", (("", _("None: a kind of its own")), *aliases)),
        ),
        version=0 if known is None else known.version,
        yes=_("Save"),
        is_foreseen=True,
    )


def taking_back(desk: Desk, known: EditedKind, to: int) -> Question:
    """Return the question before a former version is set anew; raise `NotFound`."""
    code = known.kind.code
    with desk.services.database.reading() as session:
        former = next((one for one in kind_editing.earlier_kinds(session, code) if one.version == to), None)
    if former is None:
        raise not_found(kind=code, version=str(to))
    changes = tuple(
        _("%(what)s: “%(then)s” instead of “%(now)s”", what=label, then=then, now=now)
        for (label, now), (_label, then) in zip(facts(known.kind), facts(former.kind), strict=True)
        if now != then
    )
    return Question(
        code="take-back",
        part=Part.KINDS,
        title=_("Set version %(number)s anew?", number=to),
        lead=known.kind.name.text(current_language()),
        back_url=f"{URL}/{code}",
        back=code,
        url=f"{URL}/{code}/versions/{to}",
        consequences=(*(changes or (_("Nothing: it stands so already."),)), *foreseen(desk, former.kind).sentences),
        version=known.version,
        yes=_("Yes, set it anew"),
    )


def filled_in(kind: Kind) -> dict[str, str]:
    """Return the form of a kind, filled in."""
    return {
        **{f"name_{language}": kind.name.text(language) for language in LANGUAGES},
        "issuer": kind.issuer,
        "number_pattern": kind.number_pattern,
        "attaches_to": kind.attaches_to.value,
        "register_adapter": kind.register_adapter or "",
        "alias_of": kind.alias_of or "",
    }


def facts(kind: Kind) -> tuple[tuple[str, str], ...]:
    """Return what a kind is, label by label."""
    return (
        *((f"{_('Name')} ({_(said)})", kind.name.text(language)) for language, said in LANGUAGES.items()),
        (_("Who issues it"), kind.issuer),
        (_("Pattern of its numbers"), kind.number_pattern),
        (_("Given to"), _(_ATTACHES[kind.attaches_to])),
        (_("How its register is asked"), kind.register_adapter or "-"),
        (_("Another word for"), kind.alias_of or "-"),
    )


def read(desk: Desk, reading: Reading, code: str | None) -> Kind:
    """Read a kind; its code too where it is new."""
    known = code or reading.text("code", longest=40, required=_NO_CODE) or ""
    if known and not _CODE.fullmatch(known):
        reading.refuse("code", _NO_CODE)
    names = [reading.text(f"name_{language}", longest=200, required=_GIVE) or "" for language in LANGUAGES]
    issuer = reading.text("issuer", longest=200, required=_GIVE)
    pattern = reading.checked("number_pattern", _pattern, wrong=_NO_PATTERN, required=_GIVE)
    attaches_to = reading.choice("attaches_to", AttachesTo, required=NOT_OFFERED)
    adapter = reading.text("register_adapter", longest=40)
    if adapter is not None and not _ADAPTER.fullmatch(adapter):
        reading.refuse("register_adapter", _NO_ADAPTER)
    alias = reading.text("alias_of", longest=40)
    if alias is not None and alias not in _kinds(desk):
        reading.refuse("alias_of", NOT_OFFERED)
    return Kind(
        code=known,
        name=Localised(*names),
        issuer=issuer or "",
        number_pattern=pattern or "",
        attaches_to=attaches_to or AttachesTo.PERSON,
        register_adapter=adapter,
        alias_of=alias,
    )


def _kinds(desk: Desk) -> set[str]:
    with desk.services.database.reading() as session:
        return {one.kind.code for one in kind_editing.edited_kinds(session) if one.kind.alias_of is None}


def _pattern(typed: str) -> str:
    if not typed.isprintable():
        raise UnusablePattern
    kind_editing.require_pattern(typed.strip())
    return typed.strip()
