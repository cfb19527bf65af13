"""Refusals about extracts of the company register."""

from core.infra.errors import Conflict, RuleError


class ExtractRefused(RuleError):
    """An extract is not taken and nothing changed; `reason` says why in words for the operator.

    `file` and `line` say where, as far as that is known.
    """

    code = "company-extract-refused"

    def __init__(self, reason: str, *, file: str | None = None, line: int | None = None) -> None:
        places = {"file": file, "line": line}
        super().__init__(None, reason=reason, **{name: value for name, value in places.items() if value is not None})


class ImportRunning(Conflict):
    """Another extract is being read in at this moment."""

    code = "company-import-running"


class ImportOvertaken(Conflict):
    """This import was taken for dead, and another one began: it writes nothing more."""

    code = "company-import-overtaken"
