from datetime import datetime

from django.db.models import QuerySet

from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.fixed_query import FixedQuery, Param

_SHOWN_AT_MOST = 100


def notices_of(person: Person) -> QuerySet[Message]:
    return Message.objects.filter(person=person, channel=Message.Channel.NOTICE).exclude(status=Message.Status.FAILED)


_UNREAD = FixedQuery(
    lambda: (
        Message.objects.filter(person=Param("person"), channel=Message.Channel.NOTICE, read_at=None)
        .exclude(status=Message.Status.FAILED)
        .values_list("pk", flat=True)[:_SHOWN_AT_MOST]
    )
)


def unread_count(person: Person) -> int:
    """How many notices the person has not read, counted no further than 100. One query on a partial index."""
    return len(_UNREAD.rows(person=person.pk))


def has_unread(person: Person, template: str) -> bool:
    """Whether the person has a notice of this kind before them."""
    unread = Message.objects.filter(person=person, channel=Message.Channel.NOTICE, read_at=None, template=template)
    return unread.exclude(status=Message.Status.FAILED).exists()


def undelivered(*, since: datetime) -> QuerySet[Message]:
    """The messages written since then that were given up, oldest first. On a partial index."""
    return Message.objects.filter(status=Message.Status.FAILED, created_at__gte=since).order_by("pk")


def messages_about(about: str) -> QuerySet[Message]:
    """What was written about a thing, newest first. The caller has checked that the reader may see the thing."""
    return Message.objects.filter(about=about).order_by("-pk")


_ABOUT = FixedQuery(lambda: Message.objects.filter(about=Param("about")).defer("body").order_by("-pk"))


def list_about(about: str) -> list[Message]:
    """The same for a page that is opened all the time; without what they say."""
    return _ABOUT.rows(about=about)
