"""Limits as the fields of a form, those of each tool that an organisation has or has limited."""

from collections.abc import Collection, Mapping

from flask_babel import gettext as _

from core.infra.db import Session
from core.infra.money import euros
from core.organisations.identifiers import OrganisationId
from core.tools.catalogue import listed_tools
from core.tools.registered_usages import registered_tools
from core.wallet.control.forms import PER_CHARGE, PER_MONTH, field_of
from core.wallet.control.limits import Limit
from core.web.locale import current_language
from portal.wallet.control_pages import LimitFields


def tools_to_limit(session: Session, organisation_id: OrganisationId, limits: Collection[Limit]) -> Mapping[str, str]:
    """Return the tools that a limit can name, by code with the name: those registered, and those limited before."""
    language = current_language()
    known = {code: name.text(language) for code, name in listed_tools(session)}
    codes = {*registered_tools(session, organisation_id), *(limit.tool_code for limit in limits if limit.tool_code)}
    return {code: known.get(code, code) for code in sorted(codes)}


def typed_limits(limits: Collection[Limit]) -> dict[str, str]:
    """Return limits as the fields of a form hold them."""
    language = current_language()
    return {
        field_of(bound, limit.tool_code): euros(cents, language)
        for limit in limits
        for bound, cents in ((PER_CHARGE, limit.per_charge_cents), (PER_MONTH, limit.per_month_cents))
        if cents is not None
    }


def limit_fields(tools: Mapping[str, str], typed: Mapping[str, str]) -> tuple[LimitFields, ...]:
    """Return the fields of all tools together, and of each of these."""
    named: tuple[tuple[str | None, str], ...] = ((None, _("All tools together")), *tools.items())
    return tuple(
        LimitFields(
            tool=name,
            charge_field=field_of(PER_CHARGE, code),
            month_field=field_of(PER_MONTH, code),
            charge=typed.get(field_of(PER_CHARGE, code), ""),
            month=typed.get(field_of(PER_MONTH, code), ""),
        )
        for code, name in named
    )
