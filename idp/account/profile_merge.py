"""Two windows edited one profile: what the slower one is shown, with nothing lost of what was typed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.people.own_profile import Profile
from core.people.profile_rules import Judged
from idp.account.profile_form import FormTexts, stored_texts

_ROWS = "further_addresses"


@dataclass(frozen=True, slots=True)
class Merged:
    """The form to go on with.

    `changed` are the fields that were saved in the meantime. Those that were typed in as well keep
    what was typed and stand in `contested`; the others hold what was saved.
    """

    texts: FormTexts
    changed: tuple[str, ...]
    contested: tuple[str, ...]


def merge(stored: Profile, judged: Judged, typed: FormTexts, seen: Mapping[str, str]) -> Merged:
    """Return what was typed, on top of what is stored now; `seen` is what the form was made from."""
    changed = stored.changed_since(seen)
    present, made = stored_texts(stored), judged.profile.fingerprints()
    wrong = {_ROWS if found.row is not None else found.field for found in judged.refused}
    touched = {name for name in changed if name in wrong or made[name] != seen.get(name)}
    fields = {
        name: present.fields[name] if name in changed and name not in touched else text
        for name, text in typed.fields.items()
    }
    rows = present.rows if _ROWS in changed and _ROWS not in touched else typed.rows
    contested = tuple(
        name
        for name in changed
        if name in touched and (rows != present.rows if name == _ROWS else fields.get(name) != present.fields.get(name))
    )
    return Merged(FormTexts(fields, rows), changed, contested)
