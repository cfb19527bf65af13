"""The parcels that CadastreFinder knows: invented ones, in real municipalities.

A real tool would ask the land registry; what matters here is who asks and for which organisation.
"""

import unicodedata
from dataclasses import dataclass

NATURES = {
    "house": ("huis", "maison", "house"),
    "flat": ("appartementsgebouw", "immeuble à appartements", "block of flats"),
    "land": ("bouwgrond", "terrain à bâtir", "building land"),
    "garden": ("tuin", "jardin", "garden"),
    "shop": ("handelshuis", "maison de commerce", "shop"),
    "farm": ("hoeve", "ferme", "farm"),
    "wood": ("bos", "bois", "wood"),
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel: its cadastral number, where it lies, and what the registry says about it."""

    number: str
    division: str
    street: str
    municipality: str
    nature: str
    area_m2: int
    income_eur: int

    @property
    def searchable(self) -> str:
        """Return the text in which a search looks."""
        return f"{self.number} {self.division} {self.street} {self.municipality}"

    def nature_in(self, language: str) -> str:
        """Return its nature in `nl`, `fr` or `en`."""
        return NATURES[self.nature][("nl", "fr", "en").index(language)]


PARCELS = (
    Parcel("44021A0118/00C000", "Gent 1e afd., sectie A", "Kerkstraat 14", "9000 Gent", "house", 186, 1104),
    Parcel("44021A0118/00D000", "Gent 1e afd., sectie A", "Kerkstraat 16", "9000 Gent", "shop", 214, 2350),
    Parcel("44021A0121/02B003", "Gent 1e afd., sectie A", "Hofstraat 3-5", "9000 Gent", "flat", 640, 8912),
    Parcel("44805F0332/00K000", "Gent 5e afd., sectie F", "Molenweg 27", "9030 Mariakerke", "house", 412, 1289),
    Parcel("11002B0207/00A002", "Antwerpen 2e afd., sectie B", "Lange Dijk 88", "2000 Antwerpen", "flat", 355, 7640),
    Parcel("11002B0209/00F000", "Antwerpen 2e afd., sectie B", "Lange Dijk 92", "2000 Antwerpen", "shop", 128, 3015),
    Parcel("24062H0041/00M000", "Leuven 4e afd., sectie H", "Kerkstraat 102", "3010 Kessel-Lo", "house", 233, 1342),
    Parcel("24062H0044/00A000", "Leuven 4e afd., sectie H", "Abdijlaan", "3010 Kessel-Lo", "land", 875, 12),
    Parcel("31005C0512/00R000", "Brugge 3e afd., sectie C", "Vissersrei 9", "8000 Brugge", "house", 97, 1188),
    Parcel(
        "21004K0076/03C000", "Bruxelles 4e div., section K", "Rue du Marais 41", "1000 Bruxelles", "flat", 510, 9420
    ),
    Parcel(
        "21013D0180/00T000",
        "Schaerbeek 2e div., section D",
        "Avenue des Tilleuls 7",
        "1030 Schaerbeek",
        "house",
        165,
        1575,
    ),
    Parcel("92094C0210/00B000", "Namur 1re div., section C", "Rue de la Gare 22", "5000 Namur", "shop", 142, 1980),
    Parcel("92094C0214/00A000", "Namur 1re div., section C", "Rue de la Gare 30", "5000 Namur", "house", 201, 846),
    Parcel("62063B0099/00H000", "Liège 3e div., section B", "Quai des Tanneurs 5", "4000 Liège", "flat", 420, 6105),
    Parcel("91034A0305/00E000", "Dinant 2e div., section A", "Chemin des Hêtres", "5500 Dinant", "wood", 18450, 61),
    Parcel(
        "25015E0027/00P000",
        "Braine 1re div., section E",
        "Rue du Moulin 12",
        "1420 Braine-l'Alleud",
        "farm",
        9630,
        1410,
    ),
    Parcel("45035G0261/00N000", "Oudenaarde 1e afd., sectie G", "Molenweg", "9700 Oudenaarde", "garden", 318, 5),
)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def search(query: str) -> tuple[Parcel, ...]:
    """Return the parcels in which every word of the query occurs; none for an empty query."""
    wanted = _plain(query).split()
    if not wanted:
        return ()
    return tuple(
        parcel
        for parcel in PARCELS
        if all(
            word in _plain(f"{parcel.number} {parcel.street} {parcel.municipality} {parcel.division}")
            for word in wanted
        )
    )
