"""Doors of the API: which programs may come in."""

from ninja.security import HttpBearer

from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.guards import VisitorRequest


class Token(HttpBearer):
    """A token of an account of staff, made on the profile page."""

    def authenticate(self, request: VisitorRequest, token: str) -> Person | None:  # type: ignore[override]
        return request.person  # set by the identity middleware from the same header
