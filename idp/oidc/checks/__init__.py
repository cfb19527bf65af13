"""The rules for an authorization request, one file each. Pure: they raise `ProtocolError`."""
