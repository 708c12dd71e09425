"""Commands about the pages that readers meet."""

from __future__ import annotations

import click

from pipeline.cli.desk import DONE, Command, Desk, pass_desk
from pipeline.errors import ConfigError


@click.command(cls=Command)
@click.option("--list", "list_id", metavar="ID", default="", help="The form is for this list alone.")
@click.option("--bare", is_flag=True, help="Without style: your own page dresses it.")
@pass_desk
def form(desk: Desk, list_id: str, bare: bool) -> int:
    """The subscribe form as HTML for any page, also on another host.

    \b
    Example:
      avviso form > form.html
      avviso form --bare --list weekly
    """
    from pipeline.web.assembly import open_pages  # optional extra `web`

    app = desk.app()
    if not app.config.web.url:
        raise ConfigError("there is no address that a form could post to", path="config.yaml",
                          remedy="set web.url to where readers reach `avviso run`")
    known = [one.id for one in app.config.lists]
    if list_id and list_id not in known:
        raise click.BadParameter(f'list "{list_id}" is not in config.yaml; use one of: {", ".join(known)}')
    html = open_pages(app).form(f"{app.config.web.url}subscribe", list_id=list_id, styled=not bare)
    desk.answer({"html": html}, [html.rstrip()])
    return DONE


COMMANDS = (form,)
