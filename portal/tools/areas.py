"""The pages of an organisation's tools, to be put into the application."""

from portal.tools import access, details, ending, mandate, overview, register, terms

BLUEPRINTS = (overview.bp, register.bp, access.bp, ending.bp, mandate.bp, terms.bp, details.bp)
