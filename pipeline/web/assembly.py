"""The web of one publication, from its parts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from starlette.applications import Starlette

from pipeline.app import App
from pipeline.providers.event import Event
from pipeline.subscribe.preferences import Preferences
from pipeline.subscribe.spool_worker import SpoolWorker
from pipeline.web.desk import Desk
from pipeline.web.holder import Holders
from pipeline.web.hooks import Hooks
from pipeline.web.joining import Joining
from pipeline.web.keeping import Keeping
from pipeline.web.metrics import Metrics
from pipeline.web.pages import Pages, Publication
from pipeline.web.rate_limiter import RateLimiter
from pipeline.web.server import Server
from pipeline.web.site import Rooms, site
from pipeline.web.spool_thread import SpoolThread
from pipeline.web.static_files import StaticFiles


def open_server(app: App) -> Server:
    """A server for this publication with the spool's worker, bound to `web.listen` and not yet answering."""
    ending = threading.Event()
    spool = SpoolThread(SpoolWorker(app.spool, app.subscriptions, ending.wait).work, ending)
    listen = app.config.web.listen
    return Server(open_site(app, spool), listen.host, listen.port, spool)


def open_site(app: App, spool: SpoolThread, limiter: RateLimiter | None = None) -> Starlette:
    """What answers, for any ASGI server."""
    config, subscriptions, pages = app.config, app.subscriptions, open_pages(app)
    holders, desk = Holders(subscriptions), Desk()
    joining = Joining(subscriptions, holders, app.spool, spool.wake, pages, app.clock, config.web.trusted_proxies,
                      limiter or RateLimiter(), desk)
    rooms = Rooms(
        pages,
        Keeping(subscriptions, holders, Preferences(subscriptions, app.clock), app.spool, spool.wake, pages, app.clock,
                desk),
        StaticFiles({"feeds/": config.feeds.folder, "": config.site.folder}),
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
