"""A name or a text in the three languages of the product."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Localised:
    """A name in the three languages of the product."""

    nl: str
    fr: str
    en: str

    def text(self, language: str) -> str:
        """Return the name in `nl`, `fr` or `en`; English for anything else."""
        match language:
            case "nl":
                return self.nl
            case "fr":
                return self.fr
            case _:
                return self.en
