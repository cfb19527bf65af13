"""Why a passkey, or what was to be done with one, was refused; pages say it by the code."""

from core.infra.errors import Conflict, RuleError


class PasskeyRefused(RuleError):
    """The answer of a passkey proves nothing; the subclasses say why."""

    code = "passkey-refused"


class InvalidPasskeyAnswer(PasskeyRefused):
    """The answer is no answer, was changed, or was made for somebody else's page."""

    code = "passkey-invalid"


class ChallengeGone(PasskeyRefused):
    """What was answered is too old, was answered before, or was asked in another browser."""

    code = "passkey-too-late"


class UnknownPasskey(PasskeyRefused):
    """No account of ours has this passkey, or no longer."""

    code = "passkey-unknown"


class UserNotVerified(PasskeyRefused):
    """The device did not check who uses it, by PIN, finger or face: the passkey alone proves too little."""

    code = "passkey-user-not-verified"


class OtherPersonsPasskey(PasskeyRefused):
    """The passkey is not that of the person who typed the password."""

    code = "passkey-of-somebody-else"


class PasskeyCopied(PasskeyRefused):
    """The counter of the passkey went back: somebody may have a copy of it (section 6.1.1)."""

    code = "passkey-copied"


class PasskeyKnown(Conflict):
    """This passkey is in use at an account already."""

    code = "passkey-known"


class TooManyPasskeys(RuleError):
    """The account has as many passkeys as it may have."""

    code = "too-many-passkeys"


class InvalidPasskeyName(RuleError):
    """The name is empty, too long, or has characters that cannot be shown."""

    code = "invalid-passkey-name"


class LastWayToSignIn(RuleError):
    """An account without password keeps one passkey, or nobody could sign in to it."""

    code = "last-way-to-sign-in"
