"""What the tests of the jobs share: a shop in every kind of store."""

from tests.stores.conftest import shop

__all__ = ["shop"]
