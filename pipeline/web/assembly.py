"""The web of one publication, from its parts."""

from __future__ import annotations

from pipeline.app import App
from pipeline.web.public import Pages
from pipeline.web.server import Server
from pipeline.web.site import site


def open_server(app: App) -> Server:
    """A server for this publication, bound to `web.listen` and not yet answering."""
    publication = app.config.publication
    pages = Pages(app.web_templates, publication.title, publication.language, publication.theme.accent)
    listen = app.config.web.listen
    return Server(site(app.subscriptions, pages), listen.host, listen.port)
