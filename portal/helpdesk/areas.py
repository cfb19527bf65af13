"""The views of the helpdesk, for the application."""

from portal.helpdesk import searching

BLUEPRINTS = (searching.bp,)
