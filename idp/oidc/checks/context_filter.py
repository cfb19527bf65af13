"""Which contexts a request speaks of: the parameters `organization` and `usage` (`claims.md`). Pure."""

from core.tools.context import OfferedContext


def matches(context: OfferedContext, *, organization: str | None, usage: str | None) -> bool:
    """Tell whether a context is one of those that a request filters for; None filters nothing.

    An organisation goes by its identifier or by its company number.
    """
    organisation = context.organisation
    if organization not in {None, organisation.id, organisation.company_number}:
        return False
    return usage in {None, context.usage}
