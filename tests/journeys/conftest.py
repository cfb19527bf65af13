"""Journeys run against the whole product, as a person with a browser would."""

from tests.support.running_product import product

__all__ = ("product",)
