"""The code with which an applicant follows a case without an account."""

import hmac

from django.conf import settings

from tinhso.blocks.cases.models import Case
from tinhso.kernel.ids import derived_code

LENGTH = 6


def lookup_code(case: Case) -> str:
    """The follow-up code printed on the receipt.

    It follows from the case code and a key of the installation, is stored nowhere and never changes.
    """
    return derived_code(settings.LOOKUP_KEY, case.code, LENGTH)


def lookup_code_fits(case: Case, given: str) -> bool:
    return hmac.compare_digest(lookup_code(case).encode(), given.strip().upper().encode())
