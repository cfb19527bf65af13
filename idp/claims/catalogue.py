"""The claim table: every claim with its scope, where it goes, what it means. Pure.

Tokens, userinfo, discovery, the consent texts and the documents for tool developers all come from
here. It is a public contract: claims are added, never given another meaning.
"""

from idp.claims.contextual import CONTEXT
from idp.claims.standard import CONTACT, PROFILE
from idp.claims.verified import IDENTITY

CLAIMS = PROFILE + IDENTITY + CONTACT + CONTEXT
BY_NAME = {claim.name: claim for claim in CLAIMS}
