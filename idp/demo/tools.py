"""The two tools that run in the demo world, and the loading of all eight into the catalogue."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra.localised import Localised
from core.infra.settings import Settings
from core.people.assurance import Acr
from core.tools.catalogue import tool_by_code
from core.tools.identifiers import ToolId
from core.tools.publishing import NewRole, NewTerms, NewTool, NewUsage, move_home, publish
from core.tools.requirements import AccreditationNeeded, AnyOf, MandateNeeded, Requirement
from idp.demo import logos
from idp.demo.addresses import tool_address
from idp.demo.kinds import BIV
from idp.demo.older_tools import OLDER_TOOLS

_TERMS_VERSION = "v1"
_ON_TABLEAU = AnyOf((AccreditationNeeded(BIV, lists=("tableau",)),))
_OWN_OR_LENT = AnyOf((AccreditationNeeded(BIV), MandateNeeded()))

_USER = NewRole("user", Localised("gebruiker", "utilisateur", "user"))
_ESTATE_AGENT = Localised("Vastgoedmakelaar", "Agent immobilier", "Estate agent")

_CADASTREFINDER = NewTool(
    code="cadastrefinder",
    name=Localised("KadasterFinder", "CadastreFinder", "CadastreFinder"),
    description=Localised(
        "Zoek eigenaars, percelen en kadastrale plannen in het hele land, op adres of op perceelnummer.",
        "Recherchez propriétaires, parcelles et plans cadastraux dans tout le pays, par adresse ou par parcelle.",
        "Find owners, parcels and cadastral plans anywhere in Belgium, by address or by parcel number.",
    ),
    purpose=Localised(
        "KadasterFinder gaat na of u kadastrale gegevens mag opzoeken, en namens welke organisatie u dat doet.",
        "CadastreFinder vérifie que vous pouvez consulter les données cadastrales, et au nom de quelle organisation.",
        "CadastreFinder checks that you may look up cadastral data, and for which organisation you do so.",
    ),
    publisher="KadasterFinder BV",
    support_address="support@cadastrefinder.example",
    home_url=None,
    logo_url=logos.CADASTREFINDER,
    accreditation_kinds=(BIV,),
    roles=(
        replace(_USER, entitlements=("parcel:search",)),
        NewRole(
            "supervisor",
            Localised("toezichter", "superviseur", "supervisor"),
            entitlements=("parcel:search", "history:read"),
        ),
    ),
    usages=(
        NewUsage(
            "estate-agent",
            _ESTATE_AGENT,
            Requirement(
                register=_ON_TABLEAU,
                use=_OWN_OR_LENT,
                role_min_acr=(("supervisor", Acr.MFA),),
            ),
            default_role="user",
        ),
        NewUsage(
            "surveyor",
            Localised("Landmeter", "Géomètre", "Surveyor"),
            Requirement(role_min_acr=(("supervisor", Acr.MFA),), terms=_TERMS_VERSION),
            default_role="user",
        ),
    ),
    terms=(NewTerms(_TERMS_VERSION, ""),),
)

_MYRENT_PRO = NewTool(
    code="myrent-pro",
    name=Localised("MyRent Pro", "MyRent Pro", "MyRent Pro"),
    description=Localised(
        "Beheer huurpanden van plaatsbeschrijving tot indexering: contracten, waarborgen en afrekeningen samen.",
        "Gérez vos locations de l'état des lieux à l'indexation: baux, garanties et décomptes au même endroit.",
        "Manage rentals from the inventory of fixtures to indexation: leases, deposits and statements in one place.",
    ),
    purpose=Localised(
        "MyRent Pro opent de dossiers van de organisatie waarvoor u werkt en zet uw naam onder wat u opmaakt.",
        "MyRent Pro ouvre les dossiers de l'organisation pour laquelle vous travaillez et signe vos documents.",
        "MyRent Pro opens the files of the organisation you work for and puts your name under what you draw up.",
    ),
    publisher="MyRent NV",
    support_address="helpdesk@myrent-pro.example",
    home_url=None,
    logo_url=logos.MYRENT_PRO,
    accreditation_kinds=(BIV,),
    roles=(
        replace(_USER, entitlements=("lease:read", "lease:write")),
        NewRole(
            "manager",
            Localised("beheerder", "gestionnaire", "manager"),
            entitlements=("lease:read", "lease:write", "lease:delete"),
        ),
    ),
    usages=(
        NewUsage(
            "estate-agent",
            _ESTATE_AGENT,
            Requirement(register=_ON_TABLEAU, use=_OWN_OR_LENT, terms=_TERMS_VERSION),
            default_role="user",
        ),
        NewUsage(
            "syndic",
            Localised("Syndicus", "Syndic", "Syndic"),
            Requirement(terms=_TERMS_VERSION),
            default_role="user",
        ),
    ),
    terms=(NewTerms(_TERMS_VERSION, ""),),
)

_RUNNING = (_CADASTREFINDER, _MYRENT_PRO)


def load(session: Session, settings: Settings, *, now: datetime) -> Mapping[str, ToolId]:
    """Publish the tools that are not in the catalogue yet; return all by code.

    Addresses are brought up to date each time: the same demo data may start on other ports.
    """
    tools: dict[str, ToolId] = {}
    for tool in (*_RUNNING, *OLDER_TOOLS):
        home = tool_address(settings, tool.code)
        terms = tuple(replace(terms, url=f"{home}/terms") for terms in tool.terms)
        found = tool_by_code(session, tool.code)
        if found is None:
            found = publish(session, replace(tool, home_url=home, terms=terms), by=None, now=now)
        else:
            move_home(session, found, home, terms=terms)
        tools[tool.code] = found
    return tools
