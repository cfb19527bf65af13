"""What is true: the business of Belgian real-estate professionals as plain Python over a database.

Knows no page and no protocol; `core.web` is the only package here that knows Flask.
"""
