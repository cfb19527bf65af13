"""Marks texts that are written in one place and translated where they are shown.

Rules, tables and errors hold English source strings and translate nothing; the catalogues are
made from everything that is marked.
"""


def N_(message: str) -> str:  # noqa: N802 - the name that message extractors look for
    """Return the text unchanged: the call only marks it for translation."""
    return message
