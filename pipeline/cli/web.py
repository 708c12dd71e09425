"""Commands about the pages that readers meet: form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.invocation import DONE, Command, Invocation, pass_invocation
from pipeline.errors import ConfigError

if TYPE_CHECKING:  # slow import: pydantic
    from pipeline.config import Config


@click.command(cls=Command)
@click.option("--list", "list_id", metavar="ID", default="", help="The form is for this list alone.")
@click.option("--language", metavar="TAG", default="", help="Its language, and that of our letters to who fills it in.")
@click.option("--bare", is_flag=True, help="Without style: your own page dresses it.")
@pass_invocation
def form(invocation: Invocation, list_id: str, language: str, bare: bool) -> int:
    """The subscribe form as HTML for any page, also on another host.

    \b
    Example:
      avviso form > form.html
      avviso form --bare --list weekly
    """
    from pipeline.web.assembly import open_pages  # optional extra `web`
    from pipeline.web.wording import LANGUAGES

    app = invocation.app()
    if not app.subscribe_url:
        raise _without_form(app.config)
    known = [one.id for one in app.config.lists if one.public]
    if list_id and list_id not in known:
        raise click.BadParameter(f'list "{list_id}" is not a public one of config.yaml; use one of: {", ".join(known)}')
    if language and language not in LANGUAGES:
        raise click.BadParameter(f'language "{language}" has no words here; use one of: {", ".join(LANGUAGES)}')
    html = open_pages(app).form(app.subscribe_url, list_id=list_id, language=language, styled=not bare)
    invocation.answer({"html": html}, [html.rstrip()])
    return DONE


def _without_form(config: Config) -> ConfigError:
    """Why there is none, and what helps."""
    kind = config.transport.kind
    if config.transport.broadcasts:
        return ConfigError(f"readers are {kind}'s own: who subscribed here would get nothing", path="config.yaml",
                           remedy=f"take the form that {kind} gives you")
    if not config.web.url:
        return ConfigError("there is no address that a form could post to", path="config.yaml",
                           remedy="set web.url to where readers reach `avviso run`")
    return ConfigError("no list is public, so there is nothing to choose", path="config.yaml",
                       remedy="take `public: false` from the list that readers may choose")


COMMANDS = (form,)
