"""The door of the devices."""

from datetime import timedelta

from django.utils.timezone import now

from tinhso.services.queueing.actions.setup import note_device_seen
from tinhso.services.queueing.models import Device
from tinhso.services.queueing.queries import device_by_token

_NOTED_EVERY = timedelta(minutes=1)


def device_at(token: str, kind: Device.Kind) -> Device:
    """The device with this secret address; that it has asked is kept to the minute.

    Raises:
        NotFound: there is none, it is of another kind, or it was revoked.
    """
    device, at = device_by_token(token, kind), now()
    if device.seen_at is None or at - device.seen_at > _NOTED_EVERY:
        note_device_seen(device, at=at)
    return device
