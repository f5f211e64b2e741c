from datetime import UTC, datetime

from tinhso.kernel.jobs import periodic
from tinhso.services.accounts.actions.challenges import forget_old_challenges


@periodic("*/10 * * * *", queue="housekeeping")
def clear_old_challenges(timestamp: int) -> None:
    """Unanswered codes, with the personal data that came with them."""
    forget_old_challenges(at=datetime.fromtimestamp(timestamp, UTC))
