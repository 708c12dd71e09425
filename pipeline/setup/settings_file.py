"""The config.yaml that `init` writes: short, with what it found and what a person must still fill in."""

from __future__ import annotations

import json

from pipeline.feeds.addresses import UNSAID, UNSAID_SENDER
from pipeline.setup.survey import Survey

TEMPLATE = """\
# The settings of this newsletter. All others have a default: docs/reference/config.md in avviso's folder.
publication:
  title: {title}
  url: {url}      # where {site}/ will be read; every link is built on it
  language: {language}
  timezone: {timezone}
  postal_address: ""                        # shown in every mail; the law of many countries asks for it
issues:
  folder: {issues}{patterns}{static}{pages}
mailings:
  from: {sender}
lists:
  - {{id: weekly, name: {title}}}
transport:
  kind: folder                              # writes .eml files into var/outbox; `smtp` sends them
"""

INCLUDE, EXCLUDE = ["**/*.md"], ["**/README.md"]  # of those who set neither
YEARLY = "{year}/{number}/"
SITE = "site"  # of those who do not say where


def settings_file(found: Survey) -> str:
    """The text of a config.yaml for a folder that was looked at."""
    return TEMPLATE.format(
        title=_quoted(found.title), language=found.language, timezone=found.timezone,
        site=found.site, pages="" if found.site == SITE else f"\nsite:\n  folder: {found.site}",
        issues=_quoted(found.issues), patterns=_patterns(found), static=_static(found),
        url=UNSAID, sender=_quoted(f"{found.title} <{UNSAID_SENDER}>"))


def _patterns(found: Survey) -> str:
    """Which files are issues and where they are on the web, where that is not as everywhere."""
    include = [f"{found.below}*{suffix}" for suffix in found.suffixes] or INCLUDE
    return (f"\n  include: {_quoted(include)}" if include != INCLUDE else "") + (
        f"\n  exclude: {_quoted(list(found.others))}" if list(found.others) != EXCLUDE else "") + (
        f"\n  permalink: {_quoted(YEARLY)}          # numbers begin anew each year" if found.anew else "")


def _static(found: Survey) -> str:
    return f"\n  static: {_quoted(found.static)}          # where files are whose addresses begin with /" \
        if found.static else ""


def _quoted(text: str | list[str]) -> str:
    """Text, or several, as YAML reads it whatever is in it: JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)
