"""What a passkey answers, verified (Web Authentication Level 3, sections 7.1 and 7.2).

Imported only where an answer is verified: the library takes as much memory as a tenth of an idle
worker.
"""

from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import CredentialDeviceType

from idp.credentials.passkey_challenges import RelyingParty
from idp.credentials.passkey_errors import InvalidPasskeyAnswer

# What a hostile answer makes of the library, beside its own errors.
_MALFORMED = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_MAXIMUM_CREDENTIAL_ID = 1023  # section 4, "Credential ID"
_ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]


@dataclass(frozen=True, slots=True)
class NewKey:
    """A credential as the device made it; `is_backed_up` tells that it is copied to other devices."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    is_backed_up: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """What an answer says about itself before anything is verified."""

    challenge: bytes
    credential_id: bytes
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What a verified signature says; `is_syncable` tells a key that may leave its device."""

    sign_count: int
    is_user_verified: bool
    is_syncable: bool
    is_backed_up: bool


def read_use(answer: str) -> Claimed:
    """Return what the answer of `navigator.credentials.get` claims; raise `InvalidPasskeyAnswer`."""
    try:
        credential = parse_authentication_credential_json(answer)
        client = parse_client_data_json(credential.response.client_data_json)
        # We are never in a frame of somebody else (section 7.2, step 13).
        if client.cross_origin:
            raise InvalidPasskeyAnswer(reason="cross-origin")
        return Claimed(client.challenge, credential.raw_id, credential.response.user_handle)
    except _MALFORMED as error:
        raise InvalidPasskeyAnswer(reason=type(error).__name__) from error


def verify_use(answer: str, claimed: Claimed, *, party: RelyingParty, public_key: bytes) -> KeyUse:
    """Return what was signed; raise `InvalidPasskeyAnswer` where it was not for us or not by this key.

    Whether the user was verified, and how the counter stands, the caller judges.
    """
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=claimed.challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
        )
    except _MALFORMED as error:
        raise InvalidPasskeyAnswer(reason=str(error)) from error
    return KeyUse(
        sign_count=verified.new_sign_count,
        is_user_verified=verified.user_verified,
        is_syncable=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        is_backed_up=verified.credential_backed_up,
    )


def read_challenge_of_new(answer: str) -> bytes:
    """Return which challenge the answer of `navigator.credentials.create` claims to answer.

    Raises `InvalidPasskeyAnswer`.
    """
    try:
        credential = parse_registration_credential_json(answer)
        client = parse_client_data_json(credential.response.client_data_json)
        if client.cross_origin:
            raise InvalidPasskeyAnswer(reason="cross-origin")
    except _MALFORMED as error:
        raise InvalidPasskeyAnswer(reason=type(error).__name__) from error
    return client.challenge


def verify_new(answer: str, challenge: bytes, *, party: RelyingParty) -> NewKey:
    """Return the new credential, made for us by a device that verified its user.

    Raises `InvalidPasskeyAnswer`.
    """
    try:
        credential = parse_registration_credential_json(answer)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
        # A key that is none would only be noticed when somebody wants to sign in with it.
        decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
    except _MALFORMED as error:
        raise InvalidPasskeyAnswer(reason=str(error)) from error
    if len(verified.credential_id) > _MAXIMUM_CREDENTIAL_ID:
        raise InvalidPasskeyAnswer(reason="credential-id-too-long")
    return NewKey(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=tuple(sorted({transport.value for transport in credential.response.transports or ()})),
        is_backed_up=verified.credential_backed_up,
    )
