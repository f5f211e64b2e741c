from tinhso.blocks.cases.tests.conftest import submitted, town, version

__all__ = ["submitted", "town", "version"]
