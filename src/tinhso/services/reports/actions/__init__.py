"""What other parts of this service, and programs, call: sending, following, rating."""

from tinhso.services.reports.actions.following import follow, me_too
from tinhso.services.reports.actions.sending import send_report

__all__ = ["follow", "me_too", "send_report"]
