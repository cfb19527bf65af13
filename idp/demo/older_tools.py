"""The six tools of the catalogue that do not run in the demo world."""

from core.infra.localised import Localised
from core.tools.publishing import NewRole, NewTool, NewUsage
from core.tools.requirements import AccreditationNeeded, AnyOf, MandateNeeded, Requirement
from idp.demo.kinds import BIV

_USER = NewRole("user", Localised("gebruiker", "utilisateur", "user"))
_FOR_AGENTS = NewUsage(
    "estate-agent",
    Localised("Vastgoedmakelaar", "Agent immobilier", "Estate agent"),
    Requirement(
        register=AnyOf((AccreditationNeeded(BIV, lists=("tableau",)),)),
        use=AnyOf((AccreditationNeeded(BIV), MandateNeeded())),
    ),
    default_role="user",
)
_FOR_ALL = NewUsage(
    "professional",
    Localised("Vastgoedprofessional", "Professionnel de l'immobilier", "Property professional"),
    Requirement(),
    default_role="user",
)


def _tool(
    code: str, name: Localised, description: Localised, purpose: Localised, *, publisher: str, usage: NewUsage
) -> NewTool:
    return NewTool(
        code=code,
        name=name,
        description=description,
        purpose=purpose,
        publisher=publisher,
        support_address=f"support@{code}.example",
        home_url=None,
        accreditation_kinds=tuple(sorted(usage.requirement.kinds())),
        roles=(_USER,),
        usages=(usage,),
    )


OLDER_TOOLS = (
    _tool(
        "anti-blanchiment",
        Localised("Antiwitwas", "Anti-Blanchiment", "Anti-Money Laundering"),
        Localised(
            "Identificeer uw cliënten, beoordeel het risico en bewaar het dossier zoals de antiwitwaswet het vraagt.",
            "Identifiez vos clients, évaluez le risque et conservez le dossier comme l'exige la loi anti-blanchiment.",
            "Identify your clients, assess the risk and keep the file as the anti-money laundering act requires.",
        ),
        Localised(
            "De toepassing legt vast wie in welk kantoor een cliënt heeft geïdentificeerd.",
            "L'outil consigne qui, dans quelle agence, a identifié un client.",
            "The tool records who identified a client, and in which office.",
        ),
        publisher="Compliance Immo BV",
        usage=_FOR_AGENTS,
    ),
    _tool(
        "bizmart",
        Localised("bizMart", "bizMart", "bizMart"),
        Localised(
            "De marktplaats voor handelszaken, kantoren en bedrijfsvastgoed tussen professionals.",
            "La place de marché des fonds de commerce, bureaux et immeubles d'entreprise entre professionnels.",
            "The marketplace for businesses, offices and commercial property between professionals.",
        ),
        Localised(
            "bizMart toont bij een aanbod welke organisatie het plaatst.",
            "bizMart indique quelle organisation publie une offre.",
            "bizMart shows which organisation places an offer.",
        ),
        publisher="bizMart BV",
        usage=_FOR_ALL,
    ),
    _tool(
        "btv",
        Localised("BTV-tool", "Outil BTV", "BTV tool"),
        Localised(
            "Maak bouwtechnische verslagen en plaatsbeschrijvingen met foto's, op kantoor en ter plaatse.",
            "Rédigez rapports techniques et états des lieux avec photos, au bureau et sur place.",
            "Write technical reports and inventories with photographs, in the office and on site.",
        ),
        Localised(
            "De BTV-tool zet uw naam en die van uw organisatie op elk verslag.",
            "L'outil BTV inscrit votre nom et celui de votre organisation sur chaque rapport.",
            "The BTV tool puts your name and that of your organisation on each report.",
        ),
        publisher="Expertise Immo BV",
        usage=_FOR_ALL,
    ),
    _tool(
        "cibweb",
        Localised("CIBweb", "CIBweb", "CIBweb"),
        Localised(
            "Nieuws, modellen, opleidingen en juridisch advies voor vastgoedmakelaars.",
            "Actualités, modèles, formations et conseils juridiques pour agents immobiliers.",
            "News, templates, courses and legal advice for estate agents.",
        ),
        Localised(
            "CIBweb opent de inhoud die voor uw erkenning bedoeld is.",
            "CIBweb ouvre les contenus destinés à votre reconnaissance.",
            "CIBweb opens the content that is meant for your accreditation.",
        ),
        publisher="CIBweb VZW",
        usage=_FOR_AGENTS,
    ),
    _tool(
        "covast",
        Localised("COVAST", "COVAST", "COVAST"),
        Localised(
            "Stel verkoop- en bemiddelingsovereenkomsten op met clausules die altijd bijgewerkt zijn.",
            "Rédigez compromis et contrats de courtage avec des clauses toujours à jour.",
            "Draw up sale and brokerage agreements with clauses that are always up to date.",
        ),
        Localised(
            "COVAST vult uw gegevens en die van uw kantoor in de overeenkomst in.",
            "COVAST reprend vos données et celles de votre agence dans le contrat.",
            "COVAST fills in your details and those of your office in the agreement.",
        ),
        publisher="COVAST BV",
        usage=_FOR_AGENTS,
    ),
    _tool(
        "romi",
        Localised("ROMi", "ROMi", "ROMi"),
        Localised(
            "Houd het register van uw bemiddelingsopdrachten bij, volledig en altijd klaar voor controle.",
            "Tenez le registre de vos missions de courtage, complet et toujours prêt pour un contrôle.",
            "Keep the register of your brokerage mandates, complete and always ready for inspection.",
        ),
        Localised(
            "ROMi noteert onder welke erkenning een opdracht is ingeschreven.",
            "ROMi note sous quelle reconnaissance une mission est inscrite.",
            "ROMi notes under which accreditation a mandate is entered.",
        ),
        publisher="ROMi BV",
        usage=_FOR_AGENTS,
    ),
)
