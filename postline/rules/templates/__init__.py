"""Answer templates: written by leads, put into answers by agents, sent by filters."""

from postline.rules.templates.render import (
    Rendered,
    Sending,
    automatic_subject,
    find,
    render_automatic,
    render_for_person,
)

__all__ = ["Rendered", "Sending", "automatic_subject", "find", "render_automatic", "render_for_person"]
