"""Reads a PDF as its reader would: what it says, and what it says about itself."""

from io import BytesIO
from typing import Any

from pypdf import PdfReader


def said(file: bytes) -> str:
    """Return the text of all pages; any white space is one space."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages).split())


def catalogue(file: bytes) -> Any:
    """Return the file's own description of itself: language, tags, metadata."""
    return PdfReader(BytesIO(file)).trailer["/Root"]
