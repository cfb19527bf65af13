"""The pages of an organisation's wallet, to be put into the application."""

from portal.wallet import overview

BLUEPRINTS = (overview.bp,)
