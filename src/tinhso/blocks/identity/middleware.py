def person(get_response):  # type: ignore[no-untyped-def]
    return get_response
