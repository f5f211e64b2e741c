from tinhso.blocks.cases.tests.conftest import submitted, town, version
from tinhso.blocks.directory.tests.conftest import country

__all__ = ["country", "submitted", "town", "version"]
