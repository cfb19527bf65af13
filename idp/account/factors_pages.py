"""What the pages of passkeys, authenticator and recovery codes show."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from markupsafe import Markup

from idp.account.page import Frame
from idp.credentials.passkeys import Passkey
from idp.web.page import FieldError
from idp.web.passkey import PasskeyForm


@dataclass(frozen=True, slots=True)
class ListedPasskey:
    """A passkey with what can be done about it."""

    passkey: Passkey
    rename_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class PasskeysPage:
    """The person's passkeys; `add_url` is None where there are as many as there may be."""

    template: ClassVar[str] = "account/passkeys.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    listed: tuple[ListedPasskey, ...]
    back_url: str
    add_url: str | None


@dataclass(frozen=True, slots=True)
class AddPasskeyPage:
    """Asks for a name and lets the browser make a passkey."""

    template: ClassVar[str] = "account/passkey_add.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    form: PasskeyForm
    name: str
    back_url: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class RenamePasskeyPage:
    """Asks for another name of a passkey."""

    template: ClassVar[str] = "account/passkey_rename.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    back_url: str
    name: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovePasskeyPage:
    """Asks before a passkey is removed; `is_last_way` tells that it has to stay."""

    template: ClassVar[str] = "account/passkey_remove.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    back_url: str
    passkey: Passkey
    is_last_way: bool
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthenticatorPage:
    """Whether there is an authenticator, since when, and what can be done about it."""

    template: ClassVar[str] = "account/authenticator.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    back_url: str
    confirmed_at: datetime | None
    set_up_url: str
    remove_url: str
    recovery_codes_url: str


@dataclass(frozen=True, slots=True)
class SetUpAuthenticatorPage:
    """Shows the secret as a picture and as text, and asks for a first code."""

    template: ClassVar[str] = "account/authenticator_set_up.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    back_url: str
    qr_code: Markup = field(repr=False)
    key: str = field(repr=False)
    key_uri: str = field(repr=False)
    replaces: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Asks before the authenticator is removed, or new recovery codes are made."""

    template: ClassVar[str] = "account/factor_question.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    back_url: str
    question: str
    consequence: str
    yes: str
    is_dangerous: bool = False


@dataclass(frozen=True, slots=True)
class RecoveryCodesPage:
    """How many codes are left; `made_at` is None where there are none."""

    template: ClassVar[str] = "account/recovery_codes.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    back_url: str
    number: int
    made_at: datetime | None
    are_few: bool
    are_needed: bool
    renew_url: str
    authenticator_url: str


@dataclass(frozen=True, slots=True)
class NewRecoveryCodesPage:
    """Shows new codes, for the only time."""

    template: ClassVar[str] = "account/recovery_codes_new.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    username: str
    codes: tuple[str, ...] = field(repr=False)

    @property
    def download_url(self) -> str:
        """Return the codes as the address of a text file, so that nothing has to be kept to download it."""
        text = "\r\n".join(("Immo-Connect", self.username, "", *self.codes, ""))
        return f"data:text/plain;charset=utf-8,{quote(text)}"
