"""Why each refusal of the protocol happens, for `/docs/errors`; what to do then stands with the class itself.

By the name of the class. One without a cause fails a test, and so does a cause without its class.
"""

from collections.abc import Mapping

from core.infra.messages import N_

_REQUESTS = {
    "InvalidRequest": N_("A parameter is missing, repeated, malformed, or contradicts another one."),
    "InvalidRequestUri": N_("The request_uri was used, has expired, or belongs to another client."),
    "InvalidRequestObject": N_(
        "The request object is not signed with a registered key and algorithm, is meant for somebody else, is not"
        " valid yet or no longer, or is missing where the client must sign its requests."
    ),
    "RequestUriNotSupported": N_("The request_uri names a document elsewhere. Only those of pushed requests count."),
    "RegistrationNotSupported": N_("The registration parameter is meant for providers on the user's own device."),
    "Unanswerable": N_("Neither a client nor an address is known to which the answer could safely be sent."),
    "UnknownClient": N_("The client_id is missing or unknown, or the client was disabled."),
    "ForeignRedirectUri": N_("The redirect_uri is missing, or differs by a character from those that are registered."),
    "HintInvalid": N_("The id_token_hint was not issued here, was changed, or was issued to another client."),
    "ForeignReturn": N_("The address to return to after signing out is not one that the client registered."),
    "UnsupportedResponseType": N_("A response type other than code was asked for."),
    "InvalidScope": N_("A scope is unknown, or the client is not registered for it."),
    "InvalidTarget": N_("The resource is not an absolute URI, or the client is not registered for it."),
}
_PEOPLE = {
    "AccessDenied": N_(
        "The user said no, or the rules of Immo-Connect do. At the registration endpoint: it is closed."
    ),
    "TokenDenied": N_(
        "The user, or the rules of Immo-Connect, said no to the device. At a token exchange: the organisation or usage"
        " is not open to the user."
    ),
    "LoginRequired": N_("Nobody is signed in, or not recently enough, and prompt=none forbids to ask."),
    "ConsentRequired": N_(
        "The user has not agreed to this yet, and prompt=none forbids to ask; a token exchange never asks."
    ),
    "AccountSelectionRequired": N_(
        "The user may act for several organisations, and prompt=none forbids to ask which. At a token exchange:"
        " several contexts fit."
    ),
    "InteractionRequired": N_("Something is left to do for the user, and prompt=none forbids to show it."),
    "UnmetAuthenticationRequirements": N_("The level of sign-in that the request demands is out of this user's reach."),
}
_CLIENTS = {
    "InvalidClient": N_(
        "The client is unknown or disabled, its secret, key, assertion or certificate is not the registered one, or"
        " it used another method than the registered one."
    ),
    "UnauthorizedClient": N_("The client is not registered for this grant type, response type or endpoint."),
    "InvalidClientMetadata": N_(
        "A member has a value that is not supported, contradicts another one, cannot be fetched, or does not fit the"
        " profile of the client."
    ),
    "InvalidRedirectUri": N_("A redirect URI is missing, not absolute, not https, or has a fragment."),
}
_TOKENS = {
    "InvalidGrant": N_("The code or token is unknown, was used, has expired, or belongs to another client."),
    "CodeReplayed": N_("The code came a second time. The tokens that it gave at first were revoked."),
    "PkceMismatch": N_("The code_verifier is missing, or is not the one that the challenge was made of."),
    "RefreshTokenReused": N_("A refresh token that was replaced came again. The tokens of its family were revoked."),
    "ContextGone": N_("The user may no longer act for the organisation that the token was issued for."),
    "UnsupportedGrantType": N_("The grant type is missing from the discovery document."),
    "UnsupportedTokenType": N_("Tokens of this type cannot be revoked."),
    "InvalidToken": N_("The access token has expired, was revoked, is damaged, or is meant for another resource."),
    "NoToken": N_("The request carries no access token, or carries it in another scheme."),
    "InsufficientScope": N_("The user did not grant the scope that this resource needs."),
    "InvalidDpopProof": N_(
        "The DPoP proof is missing, was used, is too old, or was made for another request, key or access token."
    ),
    "UseDpopNonce": N_("The DPoP proof carries no nonce of the server, or one that has expired."),
    "InsufficientUserAuthentication": N_("The sign-in behind the token is too weak or too old for this resource."),
}
_DEVICES = {
    "AuthorizationPending": N_("The user has not entered or answered the code of the device yet."),
    "SlowDown": N_("The device asks more often than the interval allows."),
    "ExpiredToken": N_("Nobody answered the code of the device in time."),
    "DeviceCodeReplayed": N_("The device code gave its tokens already."),
    "TooManyDevices": N_("More device codes were asked for from one place than people could answer."),
}
_OURS = {
    "TemporarilyUnavailable": N_("Something that Immo-Connect depends on does not answer."),
    "ServerError": N_("A fault of Immo-Connect."),
}

CAUSES: Mapping[str, str] = {**_REQUESTS, **_PEOPLE, **_CLIENTS, **_TOKENS, **_DEVICES, **_OURS}
