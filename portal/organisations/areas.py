"""The pages about organisations, to be put into the application."""

from portal.organisations import (
    adding,
    data,
    editing,
    notice_choice,
    overview,
    own_membership,
    picture_choice,
    picture_files,
    suggestions,
)

# What has a name of its own comes before what is found by an organisation's identifier.
BLUEPRINTS = (
    *(overview.bp, adding.bp, data.bp, editing.bp, own_membership.bp),
    *(notice_choice.bp, picture_choice.bp, picture_files.bp, suggestions.bp),
)
