"""The names of a card's files in the protocol between page, agent and server, and what each wish consists of."""

from idp.eid.card.cards import Want

IDENTITY = "identity"
IDENTITY_SIGNATURE = "identitySignature"
ADDRESS = "address"
ADDRESS_SIGNATURE = "addressSignature"
PHOTO = "photo"
REGISTER_CERTIFICATE = "rrnCertificate"
ISSUER_CERTIFICATE = "caCertificate"
CHIP_KEY = "basicPublicKey"
CHIP_SIGNATURE = "chipSignature"

# The address is signed together with the identity's signature, and the photo's digest lies in the identity
# file: none can be believed without it, so whoever asks for one gets that too.
_ALWAYS = (IDENTITY, IDENTITY_SIGNATURE, REGISTER_CERTIFICATE, ISSUER_CERTIFICATE)
FILES_OF = {
    Want.IDENTITY: (*_ALWAYS, CHIP_KEY),
    Want.ADDRESS: (*_ALWAYS, ADDRESS, ADDRESS_SIGNATURE),
    Want.PHOTO: (*_ALWAYS, PHOTO),
}
