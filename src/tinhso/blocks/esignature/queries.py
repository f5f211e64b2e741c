"""Reading certificates."""

from datetime import datetime

from tinhso.blocks.esignature.authority import Revoked
from tinhso.blocks.esignature.models import Certificate


def revoked_until(moment: datetime) -> tuple[Revoked, ...]:
    """Serial number and time of every certificate revoked by `moment`, in a fixed order."""
    rows = Certificate.objects.filter(revoked_at__lte=moment).order_by("pk").values_list("serial", "revoked_at")
    return tuple((int(serial, 16), revoked_at) for serial, revoked_at in rows if revoked_at)
