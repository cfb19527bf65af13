"""Where the pages of passkeys, authenticator and recovery codes are."""

from idp.account.page import Section

PASSKEYS_URL = f"{Section.SECURITY.url}/passkeys"
AUTHENTICATOR_URL = f"{Section.SECURITY.url}/authenticator"
RECOVERY_CODES_URL = f"{Section.SECURITY.url}/recovery-codes"
