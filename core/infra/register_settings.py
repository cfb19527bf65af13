"""What the operator says about registers of accreditations that are asked over HTTP."""

import re
from dataclasses import dataclass, field

from core.infra import setting_parsers as parsers
from core.infra.secret import Secret
from core.infra.setting_reader import Reader

_KIND = re.compile(r"[a-z0-9.-]{1,40}")
_MINIMUM_SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class RegisterSettings:
    """A register: the kind of accreditation it keeps, where it is asked, the secret shared with it."""

    kind: str
    url: str
    secret: Secret = field(repr=False)


def read_registers(reader: Reader) -> tuple[RegisterSettings, ...]:
    """Read which registers are asked over HTTP; a kind needs both an address and a secret."""
    addresses = reader.read_optional(
        "IMMO_REGISTERS", "kind=url pairs of registers that are asked over HTTP, comma-separated", _addresses
    )
    secrets = reader.read_optional(
        "IMMO_REGISTER_SECRETS",
        "kind:secret pairs shared with these registers, comma-separated",
        _secrets,
        secret=True,
    )
    addresses, secrets = addresses or {}, secrets or {}
    if addresses.keys() != secrets.keys():
        reader.refuse("IMMO_REGISTER_SECRETS", "must name the kinds of IMMO_REGISTERS and no others")
    return tuple(RegisterSettings(kind, url, secrets[kind]) for kind, url in addresses.items() if kind in secrets)


def _addresses(value: str) -> dict[str, str]:
    pairs = _pairs(value, "=", "must be kind=url pairs, each kind once")
    return {kind: parsers.base_url(url) for kind, url in pairs.items()}


def _secrets(value: str) -> dict[str, Secret]:
    problem = f"must be kind:secret pairs, each kind once, each secret of at least {_MINIMUM_SECRET_LENGTH} characters"
    pairs = _pairs(value, ":", problem)
    if any(len(secret) < _MINIMUM_SECRET_LENGTH for secret in pairs.values()):
        raise ValueError(problem)
    return {kind: Secret(secret) for kind, secret in pairs.items()}


def _pairs(value: str, separator: str, problem: str) -> dict[str, str]:
    found = [entry.strip().partition(separator) for entry in value.split(",")]
    pairs = {kind: said for kind, _, said in found}
    if len(pairs) < len(found) or any(not _KIND.fullmatch(kind) or not said for kind, said in pairs.items()):
        raise ValueError(problem)
    return pairs
