"""The pages readers meet, rendered: complete without scripts, and without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from starlette.responses import HTMLResponse

from pipeline.address import mask
from pipeline.audience.subscriber import Subscriber
from pipeline.feeds.colours import palette
from pipeline.feeds.templating import WebTemplates
from pipeline.language import spoken, voice
from pipeline.subscribe.preferences import Choice, Standing
from pipeline.web.wording import LANGUAGES, Wording, wording

# Pages at whose end somebody may want the form, and what its link says there.
AGAIN = {"left": "left_again", "link_expired": "ask_again"}


@dataclass(frozen=True, slots=True)
class Publication:
    """What the pages say of the newsletter. `lists` are pairs of id and name, the first is the usual one; `form_url` is
    where the form is, "" where there is none."""

    title: str
    url: str
    language: str
    accent: str
    lists: Sequence[tuple[str, str]]
    form_url: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """Fills the templates in the publication's language, or in the reader's own where that is known."""

    templates: WebTemplates
    publication: Publication

    def notice(
        self, message: str, status: int = 200, *, button: str = "", language: str = "", about: str = "",
    ) -> HTMLResponse:
        """A page that says one thing, by its name in the catalogue, above a button that posts to itself.

        `about` is the name of the list that it is about, where there are others.
        """
        words, title = self.words(language), self.publication.title
        named = words["of_list"].format(title=title, list=about) if about else title
        return self._page("notice.html", words[f"{message}_title"], status, language, {
            "message": words[message].format(title=named),
            "button": words[button] if button else "",
            "again": words[AGAIN[message]] if message in AGAIN and self.publication.form_url else "",
        })

    def subscribe(self, since: str) -> HTMLResponse:
        """The page with the form."""
        return self._page("subscribe.html", self.words()["subscribe_title"].format(title=self.publication.title), 200,
                          "", self.form_values("subscribe", since=since))

    def preferences(self, standing: Standing, *, news: str = "", status: int = 200) -> HTMLResponse:
        """What the holder of a link can change, under what just happened."""
        language = standing.person.language
        words = self.words(language)
        return self._page("preferences.html", words["preferences_title"], status, language, {
            "address": mask(standing.person.address).replace("…", "…\N{WORD JOINER}"),  # one word, unbroken
            "standing": standing, "languages": tuple(LANGUAGES.items()), "spoken": spoken(language),
            "news": words[news] if news else "",
        })

    def form(self, action: str, *, list_id: str = "", language: str = "", styled: bool = True) -> str:
        """The form for a page elsewhere; `action` is absolute, `list_id` is "" to let the reader choose."""
        frame = {"words": self.words(language), "voice": self._voice(language),
                 "accent": palette(self.publication.accent) if styled else None}
        values = self.form_values(action, list_id=list_id, language=language)
        return self.templates.render("embed.html", values | frame).decode()

    def form_values(self, action: str, *, list_id: str = "", since: str = "", language: str = "") -> dict[str, object]:
        """What form.html needs besides the frame."""
        return {"action": action, "lists": self.publication.lists, "list": list_id, "since": since,
                "language": language}

    def words(self, language: str = "") -> Wording:
        """The catalogue of a language, or where there is none of the publication's."""
        return wording(self._voice(language))

    def _voice(self, language: str) -> str:
        """The language that a page speaks to a reader who chose this one, or none."""
        return spoken(language) or voice(self.publication.language)

    def _page(
        self, template: str, heading: str, status: int, language: str, values: Mapping[str, object]
    ) -> HTMLResponse:
        frame = {
            "publication": self.publication, "heading": heading, "accent": palette(self.publication.accent),
            "voice": self._voice(language), "words": self.words(language),
        }
        return HTMLResponse(self.templates.render(template, {**frame, **values}), status)


def fillings(pages: Pages, now: datetime) -> Iterator[Callable[[], object]]:
    """What fills each template of these pages once, for a reader who is invented: so `check` tries the owner's own."""
    reader = Subscriber(0, "reader@example.com", "", "", {}, now)
    choices = tuple(Choice(list_id, name, chosen=True) for list_id, name in pages.publication.lists)
    yield partial(pages.subscribe, "")
    yield partial(pages.notice, "leave_asked", button="leave")
    yield partial(pages.preferences, Standing(reader, choices), news="saved")
    yield partial(pages.form, pages.publication.form_url)
