"""A value that must not be seen."""


class Secret:
    """A value that never shows itself: `reveal()` is the one way to read it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret for its one use."""
        return self._value

    def __repr__(self) -> str:
        """Return three asterisks whatever the value."""
        return "***"

    __str__ = __repr__
