"""Pictures of texts that a telephone reads (ISO/IEC 18004)."""

from io import BytesIO

from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """Return the picture of a text as SVG to stand in a page, without any style of its own."""
    import segno  # noqa: PLC0415 - few pages show one: no idle worker should hold what draws it

    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=False, nl=False, dark="#000", light="#fff", omitsize=True
    )
    # Squares and nothing else; what a person typed is in them as dots.
    return Markup(drawn.getvalue().decode())  # noqa: S704
