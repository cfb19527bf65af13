"""The marks of the two running tools, as addresses that a page can show without asking anybody."""

from base64 import b64encode


def _address(svg: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


CADASTREFINDER = _address(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="6" fill="#9a3b1c"/>'
    '<path d="M5 12 14 5l6 5 7-2v19l-9-3-6 3-7-3z" fill="none" stroke="#fff" stroke-width="2"'
    ' stroke-linejoin="round"/>'
    '<path d="M14 5v8l-9 3m9-3 6 6 7-4m-7 4-2 5" fill="none" stroke="#f4c9a8" stroke-width="1.5"/></svg>'
)

MYRENT_PRO = _address(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36">'
    '<circle cx="18" cy="18" r="18" fill="#4338a8"/>'
    '<path d="M9 26V16l9-7 9 7v10z" fill="none" stroke="#fff" stroke-width="2.5" stroke-linejoin="round"/>'
    '<path d="M13.5 22.5v-5h2.2l2.3 2.8 2.3-2.8h2.2v5" fill="none" stroke="#c9c3ff" stroke-width="2"'
    ' stroke-linejoin="round"/></svg>'
)
