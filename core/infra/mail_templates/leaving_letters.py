"""Mails about an account that goes."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter

LETTERS: Mapping[str, Letter] = {}
