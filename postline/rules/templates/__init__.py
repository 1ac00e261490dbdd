"""Answer templates: written by leads, put into answers by agents, sent by filters."""

from postline.rules.templates.render import Rendered, find, render_automatic, render_for_person

__all__ = ["Rendered", "find", "render_automatic", "render_for_person"]
