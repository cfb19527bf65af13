"""The views of the developers' desk, for the application."""

from portal.developers import desk, programs, trial_people, try_out

BLUEPRINTS = (desk.bp, programs.bp, try_out.bp, trial_people.bp)
