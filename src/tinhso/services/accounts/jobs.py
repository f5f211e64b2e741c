from datetime import UTC, datetime

from tinhso.blocks.directory.models import Tenure
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.events import Event, subscribe
from tinhso.kernel.jobs import periodic
from tinhso.services.accounts.actions.challenges import forget_old_challenges


@periodic("*/10 * * * *", queue="housekeeping")
def clear_old_challenges(timestamp: int) -> None:
    """Unanswered codes, with the personal data that came with them."""
    forget_old_challenges(at=datetime.fromtimestamp(timestamp, UTC))


@subscribe("directory.stand_in_arranged")
def tell_substitute(event: Event) -> None:
    """Both hear of it: the colleague who stands in, and the one who is away."""
    made = Tenure.objects.select_related("person", "post__agency", "in_place_of__person").filter(pk=event.object_id).first()
    if made is None or made.in_place_of is None or made.valid_to is None:
        return  # called off since
    facts = {
        "beside": made.beside,
        "away": made.in_place_of.person.full_name,
        "substitute": made.person.full_name,
        "post": made.post.title,
        "agency": made.post.agency.name,
        "first": f"{made.valid_from:%d/%m/%Y}",
        "last": f"{made.valid_to:%d/%m/%Y}",
    }
    for person in {made.person, made.in_place_of.person}:
        send("accounts.stand_in", to=person, context=facts, about=f"directory.tenure:{made.pk}", link="/tai-khoan/lam-thay/")
