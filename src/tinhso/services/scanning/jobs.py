from tinhso.kernel.jobs import periodic
from tinhso.services.scanning.folder import remove_taken


@periodic("47 2 * * *", queue="housekeeping")
def remove_taken_scans(timestamp: int) -> None:
    """What clerks took from the scanners' folder some days ago: personal data that is kept with its case by now."""
    remove_taken(timestamp)
