"""The delivery job is written beside the action that enqueues it; importing it here registers it with the worker."""

from tinhso.blocks.messaging.actions import deliver_message

__all__ = ["deliver_message"]
