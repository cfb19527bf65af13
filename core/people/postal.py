"""Countries and their postal codes. Pure."""

import re
from collections.abc import Mapping

from core.people.detail_errors import InvalidDetail, Problem

# ISO 3166-1, and XK, which every system of addresses knows.
_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """
COUNTRIES = frozenset(_CODES.split())

_LONGEST = 20
# As they are kept; what stands before a Belgian or Luxembourg code abroad (B-2018) is left out.
_FORMS: Mapping[str, re.Pattern[str]] = {
    "BE": re.compile(r"[1-9][0-9]{3}"),
    "DE": re.compile(r"[0-9]{5}"),
    "FR": re.compile(r"[0-9]{5}"),
    "LU": re.compile(r"[1-9][0-9]{3}"),
    "NL": re.compile(r"[1-9][0-9]{3} [A-Z]{2}"),
}
_PREFIXES = {"BE": "B", "DE": "D", "FR": "F", "LU": "L", "NL": "NL"}
_ELSEWHERE = re.compile(r"[A-Z0-9](?:[A-Z0-9 \-]*[A-Z0-9])?")


def require_postal_code(country: str | None, text: str) -> str:
    """Return a postal code in its country's own form; raises `InvalidDetail`.

    Where we do not know a country's form, letters, digits, spaces and dashes will do.
    """
    typed = " ".join(text.upper().split())
    form = _FORMS.get(country or "")
    if form is None:
        if len(typed) > _LONGEST or not _ELSEWHERE.fullmatch(typed):
            raise InvalidDetail(Problem.POSTAL_CODE)
        return typed
    typed = typed.removeprefix(_PREFIXES[country or ""]).lstrip("- ")
    if country == "NL":
        compact = typed.replace(" ", "")
        typed = f"{compact[:4]} {compact[4:]}"
    if not form.fullmatch(typed):
        raise InvalidDetail(Problem.POSTAL_CODE)
    return typed
