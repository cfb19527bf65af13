"""The form of "my data": its fields as text, from what is stored and from what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from core.infra.messages import N_
from core.people.detail_errors import Problem
from core.people.facts import Address
from core.people.own_profile import MOST_FURTHER_ADDRESSES, FurtherAddress, Profile
from core.people.phone_numbers import phone_for_reading
from core.people.picture_encoding import PictureProblem
from core.people.profile_rules import Refused, Typed
from core.people.web_addresses import Network
from idp.web.page import FieldError

PICTURE_FIELD = "picture"
ROW_FIELDS = ("label", "street_address", "postal_code", "locality", "country")
_EMPTY_ROW = dict.fromkeys(ROW_FIELDS, "")
# In the order of the page, which is that of the summary of errors.
FIELDS = (
    *("given_name", "family_name", "middle_name", "nickname", "birthdate", "place_of_birth", "gender", "nationality"),
    *("phone_number", "website", "profile_url"),
    *(network.value for network in Network),
    *("street_address", "postal_code", "locality", "country"),
    *("language", "locale", "zoneinfo"),
)
_MESSAGES: Mapping[Problem, str] = {
    Problem.MISSING: N_("Fill this in."),
    Problem.TOO_LONG: N_("This is too long. Shorten it."),
    Problem.UNPRINTABLE: N_("This contains a character that cannot be shown. Type it again."),
    Problem.UNKNOWN_CHOICE: N_("Choose one of the possibilities."),
    Problem.PHONE_NUMBER: N_("This is not a telephone number. Write it as 0470 55 01 22, or as +31 20 555 01 10."),
    Problem.POSTAL_CODE: N_("This is not a postal code of the country. A Belgian one has four digits."),
    Problem.COUNTRY_MISSING: N_("Choose the country of this address."),
    Problem.LOCALITY_MISSING: N_("Fill in the town of this address."),
    Problem.DATE: N_("This is not a date. Write the day, the month and the year, as in 16/04/1979."),
    Problem.BIRTHDATE: N_("Nobody with an account can be born on this day. Check the year."),
    Problem.WEB_ADDRESS: N_("This is not the address of a web page. Write it as https://www.example.be."),
    Problem.OTHER_NETWORK: N_("This is not a page of this network. Copy the address from your profile there."),
    Problem.LOCKED: N_("This comes from your identity card and cannot be changed here."),
}
_PICTURE_MESSAGES: Mapping[PictureProblem, str] = {
    PictureProblem.TOO_LARGE: N_("This file is larger than 8 MB. Choose a smaller picture."),
    PictureProblem.TOO_MANY_PIXELS: N_("This picture has more than 40 million pixels. Choose a smaller one."),
    PictureProblem.NO_PICTURE: N_("This file is not a picture that can be shown. Choose a JPEG, PNG or WebP file."),
    PictureProblem.BROKEN: N_("This picture is damaged. Open and save it again, or choose another one."),
}


@dataclass(frozen=True, slots=True)
class FormTexts:
    """The form's texts: by field, and by row and field of the further addresses.

    A field that is locked has none.
    """

    fields: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...] = field(default=())

    def typed(self) -> Typed:
        """Return what the rules judge."""
        return Typed(self.fields, self.rows)

    def with_row(self) -> "FormTexts":
        """Return the form with one more, empty address, as far as there may be one."""
        return FormTexts(self.fields, (*self.rows, _EMPTY_ROW)[:MOST_FURTHER_ADDRESSES])

    def without_row(self, row: int) -> "FormTexts":
        """Return the form without one of its further addresses."""
        return FormTexts(self.fields, (*self.rows[:row], *self.rows[row + 1 :]))


def field_id(name: str, row: int | None = None) -> str:
    """Return the id and name of an input: `given-name`, `further-0-locality`."""
    plain = name.replace("_", "-")
    return plain if row is None else f"further-{row}-{plain}"


def stored_texts(profile: Profile) -> FormTexts:
    """Return how a profile stands in the form, locked fields as well."""
    values = profile.values()
    texts = {name: str(values[name] or "") for name in FIELDS}
    texts["phone_number"] = phone_for_reading(texts["phone_number"])
    return FormTexts(texts, tuple(map(_row, profile.further_addresses)))


def sent_texts(sent: MultiDict[str, str]) -> FormTexts:
    """Return what was typed; a field that is not in the form has no text."""
    fields = {name: sent[field_id(name)] for name in FIELDS if field_id(name) in sent}
    filled = (row for row in range(MOST_FURTHER_ADDRESSES) if field_id("label", row) in sent)
    rows = ({name: sent.get(field_id(name, row), "") for name in ROW_FIELDS} for row in filled)
    return FormTexts(fields, tuple(rows))


def field_errors(refused: tuple[Refused, ...]) -> tuple[FieldError, ...]:
    """Return the errors as the page shows them, in the order of its fields."""
    place = {name: position for position, name in enumerate(FIELDS)}
    rank = {name: position for position, name in enumerate(ROW_FIELDS)}

    def order(problem: Refused) -> tuple[int, int, int]:
        if problem.row is None:
            return place[problem.field], 0, 0
        return place["country"], 1 + problem.row, rank[problem.field]

    return tuple(
        FieldError(field_id(found.field, found.row), _(_MESSAGES[found.problem]))
        for found in sorted(refused, key=order)
    )


def picture_error(problem: PictureProblem) -> FieldError:
    """Return what is wrong with a picture that was chosen."""
    return FieldError(PICTURE_FIELD, _(_PICTURE_MESSAGES[problem]))


def unread_error() -> FieldError:
    """Return what is wrong with a form so large that nothing of it was read."""
    text = _(
        "What you sent was too large, so nothing of it was read: neither the picture nor what you "
        "typed was kept. Fill in your changes again, with a picture of at most 8 MB."
    )
    return FieldError(PICTURE_FIELD, text)


def _row(further: FurtherAddress) -> Mapping[str, str]:
    address: Address = further.address
    texts = {name: getattr(address, name) or "" for name in ROW_FIELDS if name != "label"}
    return {"label": further.label, **texts}
