"""The identifier of a person, everywhere the same (`usr_…`); it is also the public `sub`."""

from typing import NewType

PersonId = NewType("PersonId", str)
