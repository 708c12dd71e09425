"""Settings about what is published: the publication, its issues, feeds and mailings.

The text below each setting is what `docs/reference/config.md` says about it; `tools/reference.py`
copies it there, and a test compares.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from pipeline.config.addresses import MailAddress, MailSender, WebAddress, WebFolder
from pipeline.config.section import Section, default
from pipeline.config.values import (
    Colour,
    Count,
    Duration,
    Hour,
    Language,
    Line,
    ListId,
    NotEmpty,
    Permalink,
    Place,
    Share,
    Size,
    Span,
    Subject,
    Text,
    Truth,
    Width,
    Zone,
)


class Author(Section):
    """Who writes."""

    name: Text = ""
    """Shown in feeds and mail; the publication's title when empty."""
    email: MailAddress | None = None
    """Shown in the feeds, so everybody can read it; leave it out to keep it private."""


class Theme(Section):
    """How mail and archive look, without a template of one's own."""

    accent: Colour = "#b4552d"
    """The colour of links and rules, `#rgb` or `#rrggbb`."""
    logo: Line | None = None
    """A picture above every mail: an address, or a path below `publication.url`."""
    width: Width = default("640")
    """The widest that a mail and the text of a web page grow, in CSS pixels, 320 to 1200."""


class Publication(Section):
    """What it is called and where it lives."""

    title: Line
    """The name of the newsletter."""
    description: Text = ""
    """One sentence, for feeds and the archive."""
    url: WebFolder
    """Where `site/` can be read; every link is built on it, the feeds are at `{url}feeds/`."""
    language: Language = "en"
    """The language of the issues (BCP 47), such as `zh-Hans`; an issue's front matter overrides it."""
    timezone: Zone = default("UTC")
    """The zone in which dates and `schedule.send_at` are read, such as `Asia/Shanghai`."""
    author: Author = default({})
    """Who writes."""
    postal_address: Text = ""
    """Shown in every mail; the law of many countries asks for it. `doctor` warns when it is empty."""
    theme: Theme = default({})
    """How mail and archive look."""

    @field_validator("author", mode="after")
    @classmethod
    def _named(cls, author: Author, info: ValidationInfo) -> Author:
        return author.model_copy(update={"name": author.name or info.data.get("title", "")})


class Issues(Section):
    """Where issues are and how their files are read."""

    folder: Place = default("issues")
    """The folder of the Markdown files, with its subfolders."""
    include: Annotated[tuple[Line, ...], NotEmpty] = ("**/*.md",)
    """Patterns of the files that are issues."""
    exclude: tuple[Line, ...] = ("**/README.md",)
    """Patterns of the files that are not."""
    static: Place | None = None
    """The folder of pictures, sound, films and PDF files whose addresses begin with `/`, such as `static` of Hugo and
    Zola, `public` of VitePress and Astro, `.` of Jekyll; without one they are looked for in `issues.folder`."""
    breaks: Literal["auto", "hard", "soft"] = "auto"
    """What a line break within a paragraph becomes. `hard`: a new line; `soft`: a space; `auto`: `hard` for
    Chinese, Japanese and Korean text, else `soft`."""
    permalink: Permalink = "{number}/"
    """The address of an issue below `publication.url`, from `{number}`, `{slug}`, `{stem}`, `{year}`,
    `{month}` and `{day}`. An issue without a number gets `{stem}/`. Old addresses lead to new ones."""


class Schedule(Section):
    """When an issue is due and when it may be mailed."""

    send_at: Hour = default("08:00")
    """The hour of an issue whose date has none, in `publication.timezone`."""
    check_every: Span = default("60s")
    """How often `run` looks at the folder."""
    quiet: Duration = default("15m")
    """An issue is mailed when its file has been left alone this long."""
    max_age: Span = default("7d")
    """An issue first seen as due later than this after its hour, or ready for so long, is held for a person."""
    max_burst: Count = default("2")
    """More issues than this due and unmailed at once are all held for a person."""


class Feeds(Section):
    """The feeds: `atom.xml`, `rss.xml`, `feed.json`."""

    folder: Place = default("feeds")
    """Where they are written."""
    entries: Count = default("20")
    """How many issues a feed holds; older ones are in its archive documents."""
    max_bytes: Size = default("512KB")
    """A longer feed gets fewer entries; text is never cut."""
    content: Literal["full", "summary"] = "full"
    """Whole issues, or their descriptions."""
    id: Literal["tag", "permalink"] = "tag"
    """What new entries are known by for ever: a `tag:` address (RFC 4151), or the permalink."""
    tags: Truth = default("false")
    """One feed a tag as well."""
    websub: tuple[WebAddress, ...] = ()
    """Hubs that are told about a new issue."""


class Site(Section):
    """The web archive."""

    folder: Place = default("site")
    """Where it is written."""


class Mailings(Section):
    """What goes out by mail, and how stubbornly."""

    sender: MailSender = Field(alias="from")
    """The sender: `Name <address>`."""
    reply_to: MailAddress | None = None
    """Where answers go, if not to `from`."""
    subject: Subject = "{title}"
    """The subject, from `{number}`, `{title}`, `{publication}` and `{date}`."""
    welcome: Literal["letter", "latest"] = "letter"
    """What greets a reader who has confirmed: a short letter, or one that brings the `latest` issue along."""
    approve: Literal["first", "always", "never"] = "first"
    """Which mailings wait for `avviso approve`: the first one that really goes out, all, none. The `folder`
    transport never waits."""
    in_doubt: Literal["auto", "resend", "hold"] = "auto"
    """What to do where it is unknown whether a message was taken. `auto`: what is most probably right, and after three
    copies a person decides; `resend`: rather twice than never; `hold`: a person decides."""
    retry: Annotated[tuple[Span, ...], NotEmpty] = default(["1m", "5m", "15m", "30m", "1h", "4h"])
    """The pauses between attempts; the last one repeats."""
    expire: Span = default("36h")
    """After this long an unfinished delivery is given up."""
    refused_share: Share = default("5%")
    """A mailing is paused when more than this of the last 200 readers were refused for good, at least 11; `100%`
    never pauses. The reason says at which domains."""


class ListSettings(Section):
    """One list that readers can be on."""

    id: ListId
    """Its short name, for ever: it stands in headers and links."""
    name: Line
    """Its name for people."""
    public: Truth = default("true")
    """Readers may choose it on the web. One that is not `public` is joined by a command only: no form and no page names
    it to who is not on it, and issues that go to such lists alone stand in no feed and no archive."""
