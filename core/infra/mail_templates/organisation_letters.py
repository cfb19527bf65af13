"""Mails about organisations, their employees and their tools."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter

LETTERS: Mapping[str, Letter] = {}
