"""The token of this folder's tests."""

from tests.support.signing_token import signing_token

__all__ = ["signing_token"]
