"""People with cards of their own, for journeys that link one: no other journey meets them."""

from dataclasses import replace

from idp.eid.card.software.holders import HOLDERS

# Applet 1.7, with RSA keys.
KAREL = replace(
    HOLDERS[0],
    number=4,
    national_number="71092399761",
    given_names="Karel Jan",
    family_name="Vandenbroucke",
    birthdate=HOLDERS[0].birthdate.replace(year=1971, month=9, day=23),
    is_female=False,
    card_number="592000000499",
)
# Applet 1.8, with P-384 keys.
MARIE = replace(
    HOLDERS[2],
    number=5,
    national_number="83061199869",
    given_names="Marie",
    family_name="Dubois",
    birthdate=HOLDERS[2].birthdate.replace(year=1983, month=6, day=11),
    is_female=True,
    card_number="592000000500",
)

ALL = (KAREL, MARIE)
