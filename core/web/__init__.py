"""The only Flask in core: what both applications need to answer a browser."""
