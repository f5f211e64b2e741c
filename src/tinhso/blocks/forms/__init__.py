"""E-forms from JSON Schema 2020-12: drawn by the server, usable without JavaScript, better with it.

`Form` is the door. `engine/` is pure (no requests, no database); `render.py` draws with templates; `units.py` and `views.py`
serve the administrative-unit picker. `README.md` beside this file lists the keywords a schema may use and shows a view.

    form = Form(schema)
    parsed = form.parse(request.POST, request.FILES, section="child", keep=draft)
    html = form.render("child", parsed.answers, parsed.errors, post_url=request.path)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinhso.blocks.forms.form import BadSchema, Cleaned, Form, Parsed, check_schema

__all__ = ["BadSchema", "Cleaned", "Form", "Parsed", "check_schema"]


def __getattr__(name: str) -> Any:
    """The names above, loaded at first use: this package is imported before the models it needs are ready."""
    if name not in __all__:
        raise AttributeError(name)
    from tinhso.blocks.forms import form

    return getattr(form, name)
