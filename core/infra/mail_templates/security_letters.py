"""Mails about what proves who somebody is: password, address, factors, devices."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter

LETTERS: Mapping[str, Letter] = {}
