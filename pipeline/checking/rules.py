"""The catalogue: every rule that `check` may name, how grave it is, and what it is about.

Issues, editions and settings report under these ids as well; whatever reports, the id has its page in
`docs/rules/`. An error holds the mailing; a warning is for its author; an info is good to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `about` completes "reports …"; `mended` says that `check --fix` puts it right."""

    id: str
    severity: Severity
    about: str
    mended: bool = False


def _rules(*rules: Rule) -> dict[str, Rule]:
    return {rule.id: rule for rule in rules}


# Found by this package, in the text of an issue and beside its neighbours.
OWN = _rules(
    Rule("obsidian-embed", "error", "`![[…]]`, which only Obsidian shows"),
    Rule("obsidian-comment", "error", "`%%…%%`, a remark that only Obsidian hides"),
    Rule("code-unclosed", "error", "code that takes in what is no code"),
    Rule("comment-unclosed", "error", "a comment that is never closed, which readers would read"),
    Rule("placeholder", "error", "a link that was never filled in"),
    Rule("link-scheme", "error", "an address that begins with a mistyped `https:` or `mailto:`", mended=True),
    Rule("text-empty", "error", "an issue in which there is nothing to read"),
    Rule("image-missing", "error", "a picture whose file is not there"),
    Rule("placeholder-text", "warning", "words such as LINK_HERE or lorem ipsum"),
    Rule("template-text", "warning", "text that looks like a template, such as `{{ name }}`"),
    Rule("wiki-link", "warning", "`[[…]]`, a link in a wiki and plain text in a mail"),
    Rule("reference-missing", "warning", "a link by a name that nothing defines"),
    Rule("emphasis-literal", "warning", "`**` that readers would see"),
    Rule("link-literal", "warning", "marks of a link that readers would see"),
    Rule("table-literal", "warning", "a row of dashes that makes no table"),
    Rule("list-literal", "warning", "marks of a list that readers would see"),
    Rule("code-indented", "warning", "a text that is shown as code, because it is indented"),
    Rule("link-scheme-unknown", "warning", "an address of a kind that mail does not open"),
    Rule("link-local", "warning", "an address of a machine or network of your own"),
    Rule("link-missing", "warning", "a link to a file that is not there"),
    Rule("anchor-missing", "warning", "a link to a heading that is not there"),
    Rule("link-tracking", "warning", "an address that carries tracking parameters", mended=True),
    Rule("image-alt", "warning", "a picture without a text for those who do not see it"),
    Rule("image-format", "warning", "a picture in a format that many mail programs do not show"),
    Rule("image-http", "warning", "a picture fetched without encryption"),
    Rule("image-twice", "info", "a picture that is shown twice"),
    Rule("video-poster", "info", "a video without a picture to stand for it in mail"),
    Rule("invisible", "warning", "characters that nobody sees and that break search and comparison", mended=True),
    Rule("replacement-character", "warning", "the mark � of a wrong encoding, or a character that one program knows"),
    Rule("number-gap", "warning", "a number after one that no issue has"),
    Rule("number-twice", "warning", "a number that two issues have"),
    Rule("title-bare", "warning", "a title that is only a number or the name of the file"),
    Rule("title-twice", "info", "a title that three issues have or more"),
    Rule("description-twice", "info", "a description that three issues have or more"),
    Rule("date-order", "warning", "a date before that of the issue before"),
    Rule("date-far", "warning", "a date far from those of the neighbouring issues"),
    Rule("date-name", "warning", "a date that is not the one in the file's name"),
    Rule("mail-shortened", "warning", "an issue too long for a mail, which ends at a heading with a link"),
)

# Found on the way, by those who read, render and dress.
OTHERS = _rules(
    Rule("encoding", "error", "a file that is not UTF-8"),
    Rule("merge-conflict", "error", "a merge that was left unfinished"),
    Rule("front-matter", "error", "fields above the text that cannot be read"),
    Rule("date-impossible", "error", "a date that is no day"),
    Rule("date-missing", "error", "an issue without a date"),
    Rule("list-unknown", "error", "a list that is not in config.yaml"),
    Rule("identity-twice", "error", "two files that claim to be the same issue"),
    Rule("issue-overwritten", "error", "a new issue in the file of one that is out already"),
    Rule("unreadable", "error", "a file or folder that may not be read"),
    Rule("not-a-file", "error", "a name that matches and is no file"),
    Rule("too-large", "error", "a file larger than any issue"),
    Rule("file-name", "error", "a file name with invisible characters, or two that look the same"),
    Rule("link", "error", "a symbolic link that leads nowhere or out of the folder"),
    Rule("issues-missing", "error", "many known issues gone at once"),
    Rule("issues-none", "warning", "a folder of which no file is taken for an issue"),
    Rule("file-ending", "warning", "a file like an issue that ends as no issue does"),
    Rule("permalink-twice", "warning", "two issues with one address on the web"),
    Rule("asset-outside", "warning", "a reference to a file outside the issues folder"),
    Rule("asset-hidden", "warning", "a reference to a hidden file"),
    Rule("html-unknown-tag", "warning", "something in angle brackets that is no HTML"),
    Rule("html-unclosed", "warning", "a tag that is never closed"),
    Rule("box-unclosed", "warning", "a box of colons that is never closed"),
    Rule("html-removed", "warning", "HTML that does not work in mail and feeds"),
    Rule("media-empty", "warning", "a picture or player that names no file"),
    Rule("image-data", "warning", "a picture written into the text as data:"),
    Rule("nesting-deep", "warning", "quotes or lists nested too deeply"),
    Rule("markup-limit", "warning", "more marks, blocks or columns than any issue needs"),
    Rule("config", "error", "a setting that is not understood"),
    Rule("config-yaml", "error", "a config.yaml that is not YAML"),
    Rule("config-not-yet", "error", "a setting that this version does not know yet"),
    Rule("config-jekyll", "error", "a ledger that Jekyll would publish"),
    Rule("config-example", "warning", "an address that `init` made up"),
    Rule("template", "error", "a template or style sheet that cannot be used"),
    Rule("mail-size", "error", "a template so large that mail programs would cut the mail"),
    Rule("mail-unsubscribe", "error", "a mail without a way to leave the list"),
    Rule("mail-subject", "error", "a mail without a subject"),
    Rule("mail-hole", "error", "a mark in a template that nobody fills"),
    Rule("mail-postal", "warning", "a mail without a postal address"),
    Rule("mail-subject-long", "warning", "a subject longer than inboxes show"),
    Rule("mail-address", "warning", "an address in the mail that leads nowhere from an inbox"),
    Rule("mail-alt", "warning", "a picture of the template without an alternative text"),
    Rule("mail-placeholder", "warning", "a placeholder in the subject or the text of a mail"),
)

RULES = OWN | OTHERS
