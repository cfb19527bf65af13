"""What the pages of somebody who registers show: one frozen value for each template.

The forms send `csrf_token`, the fields by their ids, and `decision` with a value of
`idp.interaction.pages.Decision` for a button that is not the main one.
"""

from dataclasses import dataclass
from typing import ClassVar

from idp.web.page import FieldError, RequestingTool


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Asks for what an account needs (A1 to A4).

    `seen_warning` is the address of which the page said that it looks like an office's; submitted
    again it is taken. `proposal_url` is where a script asks for a free user name.
    """

    template: ClassVar[str] = "register.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool | None
    sign_in_url: str
    terms_url: str
    terms_version: str
    proposal_url: str
    given_name: str = ""
    family_name: str = ""
    username: str = ""
    email: str = ""
    seen_warning: str = ""
    accepts_terms: bool = False
    looks_up_leaks: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivatePage:
    """Asks for the code that was mailed (A5), or for another address to mail it to.

    `wait` is the time until another code may be asked for, such as "0:40", and `seconds_to_wait` the
    same in seconds. `until` is when the code ends, in words; None where none is open. `is_signed_in`
    tells that the session runs already.
    """

    template: ClassVar[str] = "activate.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool | None
    address: str
    code_url: str
    change_url: str
    sign_out_url: str
    until: str | None
    seconds_to_wait: int = 0
    wait: str = ""
    changes_address: bool = False
    email: str = ""
    seen_warning: str = ""
    is_signed_in: bool = False
    notice: str | None = None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class CompletePage:
    """Asks for what an account lacks, and for nothing else (A8).

    The `wants_…` say what that is; `had_terms` that an earlier version of the terms was accepted.
    """

    template: ClassVar[str] = "complete.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool | None
    sign_out_url: str
    person_name: str
    wants_given_name: bool
    wants_family_name: bool
    wants_email: bool
    wants_terms: bool
    terms_url: str
    terms_version: str
    had_terms: bool = False
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    seen_warning: str = ""
    accepts_terms: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class TermsPage:
    """The terms of use of the product itself (A4)."""

    template: ClassVar[str] = "terms.html"
    leads_away: ClassVar[bool] = False

    version: str
