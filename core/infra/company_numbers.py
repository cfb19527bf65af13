"""How a Belgian company number is written."""


def company_number(digits: str) -> str:
    """Return a company number as people write it: 0123.456.749; anything else stays as it is."""
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}" if len(digits) == 10 else digits
