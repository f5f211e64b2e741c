"""Moving the cases of an approved plan."""

from tinhso.kernel.jobs import job
from tinhso.services.processes.actions.carrying import carry_out


@job(queue="housekeeping")
def move_cases(plan: int, by: int | None = None) -> None:
    """Broken off and begun again, it goes on where it was. by: who made it go on, else it is who approved the plan."""
    carry_out(plan, by)
