"""The views of the helpdesk, for the application."""

from portal.helpdesk import (
    accreditations,
    acts,
    disputes,
    organisation_acts,
    organisations,
    people,
    person_act,
    searching,
)

BLUEPRINTS = (
    searching.bp,
    people.bp,
    person_act.bp,
    accreditations.bp,
    organisations.bp,
    organisation_acts.bp,
    disputes.bp,
    acts.bp,
)
