from tinhso.config import supervisor


def command() -> None:
    """Start database, web and worker; Ctrl-C stops all of them.

    Prepares what is missing: the product's own database, its tables, the sample province when it is empty.

    Example: PORT=8001 HOST=0.0.0.0 tinhso run
    """
    supervisor.run()
