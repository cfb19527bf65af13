"""Samples of the pages about tools with access, history, data and leaving."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from core.infra.personal_record import Part, Record
from core.web.name_menu import MenuEntry, NameMenu
from idp.account.connections_page import ConnectedTool, ConnectionsPage, ReceivedGroup, WithdrawPage
from idp.account.history_page import Entry, HistoryPage
from idp.account.page import Frame, Section, Tab
from idp.account.privacy_page import DataPage, DeletePage, LentTool, PrivacyPage, data_page
from idp.claims.scopes import ConsentKind
from idp.demo import logos
from idp.web.page import Page, RequestingTool

WHEN = datetime(2026, 11, 2, 9, 5, tzinfo=UTC)
LONG = "Samenwerkende vastgoedmakelaars van de noordelijke Antwerpse rand en omstreken BV"


def frame(section: Section, *, notice: str | None = None, leaves_on: str | None = None) -> Frame:
    """Return the frame of a page of this part of the account."""
    menu = NameMenu(
        "Anna Peeters", None, (MenuEntry("Mijn gegevens", "/account/profile"),), "/account/sign-out", "token"
    )
    tabs = tuple(Tab(found.value.capitalize(), found.url, found is section) for found in Section)
    return Frame(menu, tabs, notice, leaves_on)


GROUPS = (
    ReceivedGroup(ConsentKind.IDENTITY, "Wie", ("uw naam", "uw taal")),
    ReceivedGroup(ConsentKind.ORGANISATION, "Organisatie", ("haar naam en ondernemingsnummer",)),
    ReceivedGroup(ConsentKind.SIGN_IN, "Aanmelding", ("wanneer en hoe",)),
)
LASTING = ConnectedTool(
    "cadastrefinder",
    RequestingTool("CadastreFinder", "ORIS NV", logos.CADASTREFINDER),
    "2 november 2026",
    GROUPS,
    "v1",
    f"{LONG}, Vastgoedmakelaar",
    "2 december 2026",
    "/account/connections/cadastrefinder/withdraw",
)
PLAIN = ConnectedTool(
    "plain",
    RequestingTool("Plain client"),
    "1 november 2026",
    (),
    None,
    None,
    None,
    "/account/connections/plain/withdraw",
)
PORTAL = "https://portal.immo.test"
ENTRIES = (
    Entry("U meldde zich aan bij CadastreFinder.", "U", WHEN),
    Entry(f"U werd bevestigd als lid van {LONG}.", f"Een beheerder van {LONG}", WHEN),
    Entry("De toestand van een erkenning van u is gewijzigd.", "Immo-Connect", WHEN),
)
ADDRESS: Record = {"address": "anna.peeters@people.example", "state": "current", "added_at": WHEN}
DEVICE: Record = {"browser": "Firefox", "system": "Windows", "started_at": WHEN}
PARTS = (
    Part(
        "account",
        (
            {
                "id": "usr_01k9z3v6q8x5b2n4m7c1d0f9ga",
                "given_name": "Anna",
                "birthdate": date(1980, 2, 29),
                "phone_number_verified": True,
                "created_at": WHEN,
                "website": None,
                "profile_url": "https://people.example/" + "anna" * 20,
            },
        ),
    ),
    Part("email_addresses", (ADDRESS, ADDRESS)),
    Part("devices", (DEVICE,) * 102),
    Part("passkeys", ()),
)
NOTHING_HELD = DeletePage(
    frame(Section.PRIVACY),
    *("/account/privacy/delete", "token"),
    is_anonymised=False,
    due="16 november 2026",
    organisations=(),
    ending=(),
    hindrances=(),
    lent=(),
    tools=(),
    portal_url=PORTAL,
    back_url="/account/privacy",
)
ACTIVE = replace(
    NOTHING_HELD,
    is_anonymised=True,
    organisations=("Immo Demo Zuid SRL",),
    ending=(LONG,),
    lent=(LentTool("CadastreFinder", "Immo Demo Zuid SRL", 3), LentTool("MyRent Pro", LONG, 0)),
    tools=("CadastreFinder", "MyRent Pro"),
)


def data() -> DataPage:
    """Return the page with a person's data."""
    return data_page(frame(Section.PRIVACY), PARTS, file_url="/account/privacy/data.json")


SAMPLES: dict[str, Callable[[], Page]] = {
    "connections": lambda: ConnectionsPage(frame(Section.CONNECTIONS), (LASTING, PLAIN), PORTAL),
    "connections-none": lambda: ConnectionsPage(
        frame(Section.CONNECTIONS, notice="De toegang is ingetrokken."), (), PORTAL
    ),
    "withdraw": lambda: WithdrawPage(
        frame(Section.CONNECTIONS), LASTING.withdraw_url, "token", LASTING, "/account/connections"
    ),
    "history": lambda: HistoryPage(
        frame(Section.HISTORY), ENTRIES, "/account/history?before=evt_1", "/account/history"
    ),
    "history-none": lambda: HistoryPage(frame(Section.HISTORY), (), None, None),
    "privacy": lambda: PrivacyPage(frame(Section.PRIVACY), "token"),
    "privacy-leaving": lambda: PrivacyPage(
        frame(Section.PRIVACY, leaves_on="16 november 2026", notice="Uw verzoek is genoteerd."),
        "token",
        "16 november 2026",
    ),
    "privacy-held-up": lambda: PrivacyPage(
        frame(Section.PRIVACY, leaves_on="17 november 2026"), "token", "17 november 2026", (LONG,), is_held_up=True
    ),
    "personal-data": data,
    "delete": lambda: ACTIVE,
    "delete-nothing": lambda: NOTHING_HELD,
    "delete-hindered": lambda: replace(ACTIVE, hindrances=(LONG, "Immo Demo Noord BV")),
}
