"""Samples of "my data" and of the accreditations."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

from PIL import Image

from core.accreditations.queries import KindFacts, MyAccreditation
from core.accreditations.rules import AccreditationStatus
from core.infra.localised import Localised
from core.people.facts import Address, PersonalDetails
from core.people.own_profile import LOCKED_BY_EID, FurtherAddress, Profile, fingerprints_to_text, locked_fields
from core.people.pictures import EncodedPicture
from core.people.profile_editing import OwnProfile
from core.people.web_addresses import Network
from core.tools.accreditation_uses import Purpose, Resting
from core.tools.states import RegistrationStatus
from core.web.name_menu import MenuEntry, NameMenu
from idp.account import profile_page
from idp.account.accreditations_page import AccreditationsPage, OtherKind, other_kind, own_accreditation
from idp.account.page import Frame, Section, Tab
from idp.account.profile_form import FormTexts, stored_texts
from idp.account.profile_page import EditPage, ProfilePage
from idp.web.page import FieldError, Page

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PICTURES = "https://login.immo.test/pictures/"
FULL = Profile(
    PersonalDetails(
        given_name="Anna",
        family_name="Peeters-Van den Broeck",
        middle_name="Maria Lieve",
        nickname="An",
        profile_url="https://www.een-heel-lang-kantoor-met-een-lange-naam.example/medewerkers/anna-peeters",
        picture_url=f"{PICTURES}abc",
        website="https://www.example.be",
        gender="female",
        birthdate=date(1979, 4, 16),
        place_of_birth="Antwerpen",
        nationality="Belg",
        zoneinfo="Europe/Brussels",
        locale="nl-BE",
        phone_number="+32470550122",
        street_address="Lange Leemstraat 112 bus 3",
        postal_code="2018",
        locality="Antwerpen",
        country="BE",
    ),
    "nl",
    {Network.LINKEDIN: "https://www.linkedin.com/in/anna", Network.X: "https://x.com/anna"},
    (FurtherAddress("Kantoor Gent", Address("Kerkstraat 1", "Gent", "9000", "BE")),),
)
EMPTY = Profile(PersonalDetails(given_name="Anna", family_name="Peeters"), "nl", {})
BIV = KindFacts("be.biv", Localised("BIV-erkenning", "Agrément IPI", "BIV accreditation"), "Beroepsinstituut")
TOOL = Localised("KadasterFinder", "CadastreFinder", "CadastreFinder")
AGENT = Localised("Vastgoedmakelaar", "Agent immobilier", "Estate agent")


def frame(section: Section, notice: str | None = None) -> Frame:
    """Return a frame with its menu and tabs."""
    menu = NameMenu(
        "Anna Peeters", None, (MenuEntry("Mijn gegevens", "/account/profile"),), "/account/sign-out", "token"
    )
    tabs = tuple(Tab(tab.value.capitalize(), tab.url, tab is section) for tab in Section)
    return Frame(menu, tabs, notice)


def own(profile: Profile, *, eid: bool = False) -> OwnProfile:
    """Return a profile with what its owner cannot change."""
    return OwnProfile(profile, "anna.peeters", locked_fields(LOCKED_BY_EID if eid else ()), NOW if eid else None, False)  # noqa: FBT003


def shown(profile: Profile, *, eid: bool = False, notice: str | None = None) -> ProfilePage:
    """Return a profile to read, without the picture that only the provider serves."""
    found = own(profile, eid=eid)
    return ProfilePage(
        frame=frame(Section.PROFILE, notice),
        name="Anna Peeters-Van den Broeck",
        username="anna.peeters",
        email="anna.peeters@een-heel-lang-kantoor.example",
        portrait=profile_page.portrait(found, "https://elsewhere.example/"),
        groups=profile_page.groups(found),
        has_eid=eid,
    )


def edited(profile: Profile, *, eid: bool = False) -> EditPage:
    """Return a profile to edit."""
    found = own(profile, eid=eid)
    return EditPage(
        frame=frame(Section.PROFILE),
        csrf_token="token",
        seen=fingerprints_to_text(profile.fingerprints()),
        username="anna.peeters",
        email="anna.peeters@example.be",
        texts=stored_texts(profile),
        locked=profile_page.locked_facts(found),
        portrait=profile_page.portrait(found, "https://elsewhere.example/"),
    )


def refused() -> EditPage:
    """Return a form with mistakes, a picture that waits, and a new row."""
    page = edited(FULL)
    fields = {**page.texts.fields, "phone_number": "12", "website": "ftp://x"}
    return replace(
        page,
        texts=FormTexts(fields, (*page.texts.rows, dict.fromkeys(page.texts.rows[0], ""))),
        draft=profile_page.draft("name", EncodedPicture(_square(), "image/jpeg")),
        errors=(
            FieldError("picture", "Deze afbeelding is beschadigd."),
            FieldError("phone-number", "Dit is geen telefoonnummer."),
            FieldError("website", "Dit is geen webadres."),
            FieldError("further-1-label", "Vul dit in."),
        ),
        is_unsaved=True,
    )


def contested() -> EditPage:
    """Return a form that another window was faster than."""
    return replace(
        edited(FULL, eid=True),
        notes={"nickname": "Intussen bewaard: Ann", "locality": "Intussen bewaard: Gent"},
        changed_elsewhere=("Roepnaam", "Gemeente", "Website"),
        is_unsaved=True,
    )


def accreditations(*states: AccreditationStatus, eid: bool = True) -> AccreditationsPage:
    """Return the page of somebody who holds one in each of these states."""
    resting = (
        Resting("acr_0", "Immo Demo Noord BV", TOOL, AGENT, RegistrationStatus.ACTIVE, date(2027, 11, 1)),
        Resting("acr_1", "Immo Demo Zuid SRL", TOOL, AGENT, RegistrationStatus.SUSPENDED, date(2027, 11, 1)),
    )
    held = (
        MyAccreditation(
            f"acr_{n}", "be.biv", f"50012{n}", "tableau", "intermediary", status, "register", None, None, NOW
        )
        for n, status in enumerate(states)
    )
    purposes = (
        Purpose(TOOL, AGENT, to_register=True, to_use=True, may_be_lent=True),
        Purpose(TOOL, AGENT, to_register=False, to_use=True),
    )
    return AccreditationsPage(
        frame=frame(Section.ACCREDITATIONS),
        own=tuple(own_accreditation(one, BIV, resting, now=NOW) for one in held),
        others=(OtherKind("Landmeter-expert", "Federale Raad", ()), other_kind(BIV, purposes)),
        has_eid=eid,
        inquiry="De registers zijn laatst over u bevraagd op 2 november 2026 om 10:05." if eid else None,
    )


def _square() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (64, 64), (11, 85, 96)).save(stream, "JPEG")
    return stream.getvalue()


SAMPLES: dict[str, Callable[[], Page]] = {
    "profile": lambda: shown(FULL, eid=True, notice="Uw gegevens zijn bewaard."),
    "profile-empty": lambda: shown(EMPTY),
    "profile-edit-refused": refused,
    "profile-edit-contested": contested,
    "accreditations": lambda: accreditations(*AccreditationStatus),
    "accreditations-none": accreditations,
    "accreditations-no-eid": lambda: accreditations(eid=False),
}
