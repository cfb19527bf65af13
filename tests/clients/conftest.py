"""Unmodified client libraries run against the whole product."""

from tests.support.running_product import product

__all__ = ("product",)
