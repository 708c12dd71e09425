"""What writes feeds and web archive, and brings them where readers find them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import RENDERER, TEMPLATES, __version__
from pipeline.app.post import Post
from pipeline.feeds.addresses import UNSAID
from pipeline.issues.files import Files
from pipeline.publish.gather import Source
from pipeline.publish.manifest import Manifest
from pipeline.publish.worker_pool import WorkerPool, cores

if TYPE_CHECKING:  # slow imports
    from pipeline.cache import Cache
    from pipeline.feeds.feed import Publication as FeedPublication
    from pipeline.feeds.templating import WebTemplates
    from pipeline.publish.bucket import Bucket
    from pipeline.publish.builder import Builder
    from pipeline.publish.hubs import Herald
    from pipeline.publish.renderer import Renderer
    from pipeline.publish.s3 import Place, Store

FEED_ID = "feed_id"  # the note that keeps the id of the feed itself


class Outputs(Post):
    """What feeds and web archive are built with, and where they go."""

    @cached_property
    def source(self) -> Source:
        config = self.config
        return Source(config.issues.folder, config.issues.include, config.issues.exclude, config.zone,
                      config.schedule.send_at, tuple(one.id for one in config.lists))

    @cached_property
    def files(self) -> Files:
        """What issues show."""
        return Files(self.config.issues.folder, self.config.issues.static)

    @cached_property
    def renderer(self) -> Renderer:
        from pipeline.publish.parsing import ParseSettings
        from pipeline.publish.renderer import Renderer  # slow import: Markdown
        from pipeline.publish.rendering import Style

        publication, source = self.config.publication, self.source
        style = Style(publication.url, publication.language, publication.author.name, self.config.issues.breaks,
                      publication.theme.width, self.files.below_static, publication.title)
        settings = ParseSettings(source.zone, source.send_at, tuple(source.lists), style)
        return Renderer(self.archive, settings, WorkerPool(cores()))

    @cached_property
    def manifest(self) -> Manifest:
        """Whether feeds and archive still show what they should: by the issues and all else that decides them."""
        config = self.config
        settings = repr((__version__, RENDERER, config.publication, config.feeds, config.issues.permalink,
                         config.issues.breaks, config.issues.static, self.subscribe_url, str(config.site.folder),
                         [one.id for one in config.lists if not one.public]))
        return Manifest(self.ledger.notebook, settings, self.web_folders)

    @cached_property
    def builder(self) -> Builder:
        from pipeline.publish.builder import Builder  # slow import: feedgen
        from pipeline.publish.toolkit import Plan, Toolkit

        config = self.config
        plan = Plan(
            publication=self._feed_publication(), files=self.files, feeds=config.feeds.folder,
            site=config.site.folder, permalink=config.issues.permalink, ids=config.feeds.id,
            content=config.feeds.content, entries=config.feeds.entries, max_bytes=config.feeds.max_bytes,
            tag_feeds=config.feeds.tags, templates=self.web_folders, cache=self.cache)
        tools = Toolkit(plan, self.archive, self.renderer, self.web_templates, self.tell)
        return Builder(tools, self.manifest, self._announce)

    def _announce(self, documents: Sequence[str]) -> None:
        if self.config.feeds.websub:
            self.herald.announce(documents)

    @property
    def cache(self) -> Cache:
        """What templates and style sheets have come to, for the next process."""
        from pipeline.cache import Cache  # slow import: jinja2

        return Cache(self.config.var / "cache")

    @cached_property
    def web_templates(self) -> WebTemplates:
        from pipeline.feeds.templating import web_templates  # slow import: jinja2

        return web_templates(self.web_folders, self.cache)

    @property
    def web_folders(self) -> tuple[Path, ...]:
        """Where templates for the web are looked for: the owner's first."""
        return self._templates("web"), TEMPLATES / "web"

    def _templates(self, kind: str) -> Path:
        """The owner's templates, if any."""
        return self.config.folder / "templates" / kind

    @property
    def subscribe_url(self) -> str:
        """Where a form may post to; "" without `web.url` or a list to choose, or where a service has the readers."""
        config = self.config
        takes_readers = not config.transport.broadcasts and any(one.public for one in config.lists)
        return f"{config.web.url}subscribe" if config.web.url and takes_readers else ""

    def _feed_publication(self) -> FeedPublication:
        from pipeline.feeds.feed import Publication as FeedPublication  # slow import: feedgen

        config = self.config
        publication = config.publication
        return FeedPublication(
            title=publication.title, url=publication.url, language=publication.language,
            description=publication.description, author=publication.author.name,
            author_email=publication.author.email or "", accent=publication.theme.accent,
            logo=publication.theme.logo or "", width=publication.theme.width, hubs=config.feeds.websub,
            feed_id=self._feed_id(), subscribe_url=self.subscribe_url)

    def _feed_id(self) -> str:
        """The feed's own id: the address at the first build, kept when that moves. One that nobody has said is not."""
        url, kept = self.config.publication.url, self.ledger.notebook.note(FEED_ID)
        if kept and kept != UNSAID:
            return kept
        if kept != url:
            self.ledger.notebook.write_note(FEED_ID, url)
        return url

    @cached_property
    def herald(self) -> Herald:
        """Who tells the hubs."""
        from pipeline.publish.hubs import Herald  # slow import: TLS

        return Herald(self.ledger.hubs, self._feed_publication(), self.config.feeds.folder, self.clock)

    def tell_hubs(self) -> None:
        """Makes the calls to hubs that are due, once readers see the news; not a line of network is loaded where no
        hub is named."""
        if self.config.feeds.websub and (self.bucket is None or self.bucket.stands):
            self.herald.tell()

    @cached_property
    def bucket(self) -> Bucket | None:
        """What brings feeds and archive to where the settings want them, if they do. Raises ConfigError."""
        place, open_store = self._place, self.open_store
        if place is None or open_store is None:
            return None
        from pipeline.publish.bucket import Bucket, Folders

        folders = Folders(self.config.site.folder, self.config.feeds.folder)
        return Bucket(self.ledger.notebook, self.manifest, place, folders, open_store)

    @cached_property
    def open_store(self) -> Callable[[], Store] | None:
        """Opens the bucket of the settings, once for each thread that puts. Raises ConfigError."""
        settings, place = self.config.bucket, self._place
        if settings is None or place is None:
            return None
        from pipeline.providers.sigv4 import Credentials, borrowed  # slow import: http, lxml
        from pipeline.publish.s3 import Store

        key_id, secret = settings.access_key_id, settings.secret_access_key
        keys = Credentials(key_id, secret.get_secret_value()) if key_id and secret else None
        find = borrowed("bucket", "s3") if keys is None else lambda: keys
        return lambda: Store(place, find, self.clock)

    @property
    def _place(self) -> Place | None:
        settings = self.config.bucket
        if settings is None:
            return None
        from pipeline.publish.s3 import Place  # slow import: http, lxml

        return Place(settings.name, settings.region, settings.endpoint or "", settings.prefix)
