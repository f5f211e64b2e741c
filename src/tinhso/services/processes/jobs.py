"""Moving the cases of an approved plan."""

from tinhso.kernel.jobs import job
from tinhso.services.processes.actions.carrying import carry_out


@job(queue="housekeeping")
def move_cases(plan: int) -> None:
    """Broken off and begun again, it goes on where it was."""
    carry_out(plan)
