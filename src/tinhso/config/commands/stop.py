import typer

from tinhso.config import supervisor


def command() -> None:
    """Stop a `tinhso run` that was started elsewhere, and wait until it has stopped."""
    was_running = supervisor.stop()
    typer.echo("Đã dừng. (Stopped.)" if was_running else "Tỉnh Số không chạy. (It is not running.)")
