import logging
from datetime import UTC, datetime

from tinhso.blocks.files.actions import remove_unused_file
from tinhso.blocks.files.references import unused_files
from tinhso.kernel.jobs import periodic

logger = logging.getLogger(__name__)


@periodic("23 2 * * *", queue="housekeeping")
def remove_unused_files(timestamp: int) -> None:
    """What was uploaded and never handed in. One file that cannot be removed does not keep the others."""
    for file_id in unused_files(at=datetime.fromtimestamp(timestamp, UTC)):
        try:
            remove_unused_file(file_id)
        except Exception:
            logger.exception("unused file %s stays", file_id)
