from datetime import UTC, datetime

from tinhso.kernel.jobs import periodic
from tinhso.services.scanning.actions import forget_pages
from tinhso.services.scanning.folder import remove_taken


@periodic("47 2 * * *", queue="housekeeping")
def remove_taken_scans(timestamp: int) -> None:
    """What clerks took from the scanners' folder some days ago: personal data that is kept with its case by now."""
    remove_taken(timestamp)


@periodic("53 2 * * *", queue="housekeeping")
def forget_pages_of_ended_cases(timestamp: int) -> None:
    """Pages nobody bound before their case was refused, withdrawn or stopped."""
    forget_pages(at=datetime.fromtimestamp(timestamp, UTC))
