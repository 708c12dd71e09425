"""The config.yaml that `init` writes: short, with what it found and what a person must still fill in."""

from __future__ import annotations

import json

from pipeline.setup.survey import Survey

TEMPLATE = """\
# The settings of this newsletter. Everything not named here has a default: see docs/reference/config.md.
publication:
  title: {title}
  url: https://newsletter.example.com/      # where site/ will be read; every link is built on it
  language: {language}
  timezone: {timezone}
  postal_address: ""                        # shown in every mail; the law of many countries asks for it
issues:
  folder: {issues}{patterns}
mailings:
  from: {sender}
lists:
  - {{id: weekly, name: Weekly}}
transport:
  kind: folder                              # writes .eml files into var/outbox; `smtp` sends them
"""

INCLUDE, EXCLUDE = ["**/*.md"], ["**/README.md"]  # of those who set neither


def settings_file(found: Survey) -> str:
    """The text of a config.yaml for a folder that was looked at."""
    return TEMPLATE.format(
        title=_quoted(found.title), language=found.language, timezone=found.timezone,
        issues=_quoted(found.issues), patterns=_patterns(found),
        sender=_quoted(f"{found.title} <newsletter@example.com>"))


def _patterns(found: Survey) -> str:
    """Which files are issues, where that is not as everywhere."""
    include = [f"{'' if found.top_only else '**/'}*{suffix}" for suffix in found.suffixes] or INCLUDE
    exclude = EXCLUDE + [f"**/{name}" for name in found.others if f"**/{name}" not in EXCLUDE]
    return (f"\n  include: {_quoted(include)}" if include != INCLUDE else "") + (
        f"\n  exclude: {_quoted(exclude)}" if exclude != EXCLUDE else "")


def _quoted(text: str | list[str]) -> str:
    """Text, or several, as YAML reads it whatever is in it: JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)
