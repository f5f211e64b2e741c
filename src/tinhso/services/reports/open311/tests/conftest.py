from tinhso.services.reports.tests.conftest import sent, staff, town

__all__ = ["sent", "staff", "town"]
