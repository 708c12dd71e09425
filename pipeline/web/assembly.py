"""The web of one publication, from its parts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from starlette.applications import Starlette

from pipeline.app import App
from pipeline.providers.event import Event
from pipeline.subscribe.porter import Porter
from pipeline.subscribe.preferences import Preferences
from pipeline.web.holder import Holders
from pipeline.web.hooks import Hooks
from pipeline.web.joining import Joining
from pipeline.web.keeping import Keeping
from pipeline.web.metrics import Metrics
from pipeline.web.pages import Pages, Publication
from pipeline.web.porter import PorterThread
from pipeline.web.server import Server
from pipeline.web.shelf import Shelf
from pipeline.web.site import Rooms, site
from pipeline.web.turnstile import Turnstile


def open_server(app: App) -> Server:
    """A server for this publication with its porter, bound to `web.listen` and not yet answering."""
    ending = threading.Event()
    porter = PorterThread(Porter(app.tray, app.subscriptions, ending.wait).work, ending)
    listen = app.config.web.listen
    return Server(open_site(app, porter), listen.host, listen.port, porter)


def open_site(app: App, porter: PorterThread, turnstile: Turnstile | None = None) -> Starlette:
    """What answers, for any ASGI server."""
    config, door, pages = app.config, app.subscriptions, open_pages(app)
    holders = Holders(door)
    joining = Joining(door, holders, app.tray, porter.wake, pages, app.clock, config.web.trusted_proxies,
                      turnstile or Turnstile())
    rooms = Rooms(
        pages, Keeping(door, holders, Preferences(door, app.clock), app.tray, porter.wake, pages, app.clock),
        Shelf({"feeds/": config.feeds.folder, "": config.site.folder}),
        Hooks(app.hooks, _taker(app), app.clock), Metrics(lambda: (app.archive, app.ledger)),
        joining if config.web.url else None, has_form=bool(app.subscribe_url))
    return site(rooms, prefix=urlsplit(config.web.url or "").path.rstrip("/"))


def _taker(app: App) -> Callable[[Sequence[Event]], object]:
    """Takes what providers report; the ledger is opened with the first report, so that the web may be up before it."""
    return lambda events: app.feedback.take(events)  # noqa: PLW0108, `app.feedback` would open the ledger now


def open_pages(app: App) -> Pages:
    """The pages in the publication's dress."""
    publication = app.config.publication
    return Pages(app.web_templates, Publication(
        publication.title, publication.url, publication.language, publication.theme.accent,
        tuple((one.id, one.name) for one in app.config.lists if one.public), app.subscribe_url))
