"""What the two pages of "my data" show: one to read, one to edit (A10, A11)."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from flask_babel import gettext as _

from core.people.facts import Address
from core.people.own_profile import MOST_FURTHER_ADDRESSES, FurtherAddress, Profile
from core.people.picture_encoding import BYTES_MAX
from core.people.pictures import EncodedPicture
from core.people.profile_editing import OwnProfile, PictureChange
from core.people.web_addresses import Network
from idp.account.page import Frame
from idp.account.profile_form import FormTexts, field_id, stored_texts
from idp.account.profile_words import Option, address_lines, label, options, value_text
from idp.web.page import FieldError

_GENERAL = (
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "birthdate",
    "place_of_birth",
    "gender",
    "nationality",
)
_CONTACT = ("phone_number", "website", "profile_url")
_LANGUAGE = ("language", "locale", "zoneinfo")
_LINKS = frozenset({"website", "profile_url", *(network.value for network in Network)})


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, in lines: none where it is not known; `url` makes it a link."""

    id: str
    label: str
    lines: tuple[str, ...]
    is_locked: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Facts under one heading, or what to say where there is none."""

    id: str
    heading: str
    facts: tuple[Fact, ...]
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Portrait:
    """The picture as a page may show it; without one, the person's initials.

    `elsewhere` is the address of a picture that is not ours: no page of ours loads it.
    """

    initials: str
    url: str | None = None
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """The person's data to read."""

    template: ClassVar[str] = "account/profile.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    name: str
    username: str
    email: str
    portrait: Portrait
    groups: tuple[Group, ...]
    has_eid: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A picture that was chosen and not saved; `name` brings it back with the form."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class EditPage:
    """The person's data to edit, with one save for everything.

    `seen` are fingerprints of what the form was made from. `notes` say at a field, by its id, what
    was saved there in the meantime. `focus` is the id of the field to begin with.
    """

    template: ClassVar[str] = "account/profile_edit.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    csrf_token: str
    seen: str
    username: str
    email: str
    texts: FormTexts
    locked: Mapping[str, Fact]
    portrait: Portrait
    draft: Draft | None = None
    is_picture_removed: bool = False
    errors: tuple[FieldError, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    changed_elsewhere: tuple[str, ...] = ()
    is_unsaved: bool = False
    focus: str | None = None

    @property
    def picture_bytes_max(self) -> int:
        """Return how large a file may be, so that a script can say so before it is sent."""
        return BYTES_MAX

    @property
    def may_add_address(self) -> bool:
        """Tell whether there may be one more address."""
        return len(self.texts.rows) < MOST_FURTHER_ADDRESSES

    def label(self, name: str) -> str:
        """Return what a field is called."""
        return label(name)

    def options(self, name: str, stored: str) -> tuple[Option, ...]:
        """Return what may be chosen in a field."""
        return options(name, stored)

    @property
    def networks(self) -> tuple[str, ...]:
        """Return the fields of the social networks."""
        return tuple(network.value for network in Network)


def groups(own: OwnProfile) -> tuple[Group, ...]:
    """Return what is known of a person, in the order of the form; of networks only those with a page."""
    social = tuple(fact for fact in _facts(own, tuple(network.value for network in Network)) if fact.lines)
    return (
        Group("general", _("General data"), _facts(own, _GENERAL)),
        Group("contact", _("Contact"), _facts(own, _CONTACT)),
        Group("social", _("Social media"), social, _("You have added no pages on social media.")),
        Group("addresses", _("Addresses"), _addresses(own.profile), _("You have added no addresses.")),
        Group("language-and-time", _("Language and time"), _facts(own, _LANGUAGE)),
    )


def locked_facts(own: OwnProfile) -> Mapping[str, Fact]:
    """Return by field what comes from the identity card."""
    return {fact.id.replace("-", "_"): fact for fact in _facts(own, tuple(sorted(own.locked)))}


def portrait(own: OwnProfile, pictures_url: str) -> Portrait:
    """Return how a person's picture is shown on a page of ours."""
    details = own.profile.details
    names = [name for name in (details.given_name, details.family_name) if name] or [own.username]
    initials = "".join(name[0] for name in names).upper()
    url = details.picture_url
    if url is None:
        return Portrait(initials)
    if not url.startswith(pictures_url):
        return Portrait(initials, elsewhere=url)
    return Portrait(initials, url=f"/pictures/{url.removeprefix(pictures_url)}")


def draft(name: str | None, picture: EncodedPicture | PictureChange) -> Draft | None:
    """Return a new picture as a page shows it before it is saved anywhere that has an address."""
    if name is None or not isinstance(picture, EncodedPicture):
        return None
    return Draft(name, f"data:{picture.media_type};base64,{b64encode(picture.content).decode()}")


def complete(texts: FormTexts, stored: Profile) -> FormTexts:
    """Return the form with what is stored in the fields that were not in it."""
    return FormTexts({**stored_texts(stored).fields, **texts.fields}, texts.rows)


def notes(stored: Profile, contested: tuple[str, ...]) -> Mapping[str, str]:
    """Return by the id of a field what was saved there while its owner typed something else."""
    values = stored.values()
    found = {}
    for name in contested:
        if name == "further_addresses":
            continue
        saved = value_text(name, values[name])
        text = _("Saved in the meantime: %(value)s", value=saved) if saved else _("Emptied in the meantime.")
        found[field_id(name)] = text
    return found


def _addresses(profile: Profile) -> tuple[Fact, ...]:
    details = profile.details
    main = Address(details.street_address, details.locality, details.postal_code, details.country)
    found = (FurtherAddress(_("Main address"), main), *profile.further_addresses)
    facts = (Fact(f"address-{number}", one.label, address_lines(one.address)) for number, one in enumerate(found))
    return tuple(fact for fact in facts if fact.lines)


def _facts(own: OwnProfile, names: tuple[str, ...]) -> tuple[Fact, ...]:
    values = own.profile.values()
    return tuple(
        Fact(
            id=name.replace("_", "-"),
            label=label(name),
            lines=tuple(text for text in (value_text(name, values[name]),) if text),
            is_locked=name in own.locked,
            url=str(values[name]) if name in _LINKS and values[name] else None,
        )
        for name in names
    )
