"""The first day: what lies in a folder becomes a config.yaml that loads; the demo walks the whole street."""

from __future__ import annotations

import os
import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from pipeline.app import App
from pipeline.clock import HandClock
from pipeline.config import Config, load
from pipeline.errors import OutputError
from pipeline.issues.folder import scan
from pipeline.setup.demo import READERS, run_demo, samples
from pipeline.setup.settings_file import settings_file
from pipeline.setup.survey import Survey, survey
from tests.books import NOON


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")


def fill(folder: Path, *names: str, text: str = "An English sentence.") -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def settled(folder: Path) -> Config:
    """The settings that `init` writes for this folder, as they are read."""
    (folder / "config.yaml").write_text(settings_file(survey(folder)), encoding="utf-8")
    return load(folder / "config.yaml", {})


# ---- survey -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("files", "issues", "count"), [
    (["issues/1.md", "issues/2.md"], "issues", 2),
    (["posts/1.md", "notes/x.md", "posts/2.md"], "posts", 2),
    (["1.md", "2.md", "README.md", "LICENSE.md"], ".", 2),
    (["1.md", "2.md", "3.md", "archive/0.md"], ".", 3),
    (["content/2024/1.md", "content/2024/2.md", "content/2025/3.md"], "content", 3),
    (["content/2025/1.md", "content/2025/2.md", "README.md"], "content", 2),
    (["2024/1.md", "2025/2.md", "README.md"], ".", 2),
    (["content/posts/1.md", "content/posts/en/2.md", "content/about.md"], "content/posts", 2),
    ([f"apps/web/src/content/blog/2026/{at}-ink/index.md" for at in range(1, 4)], "apps/web/src/content/blog", 3),
    (["issues/1.md", "docs/a.md", "docs/b.md", "node_modules/x/c.md", ".github/d.md"], "issues", 1),
    (["writing/1.md", "writing/2.md", *(f"{folder}/a{at}/docs/README-{at}.md" for at in range(9) for folder in (
        "vendor/bundle/ruby/3.2.0/gems", "env/lib/python3.11/site-packages"))], "writing", 2),
    (["docs/issue-1.md", "docs/issue-2.md", "README.md"], "docs", 2),
    ([*(f"docs/2026/issue-{at}.md" for at in range(1, 8)), "notes/2026.10.md", "notes/2026.11.md"], "docs", 7),
    (["docs/第1期.md", "docs/第2期.md", "docs/第3期.md", "docs/第4期.md", "notes/2026-10.md"], "docs", 4),
    (["docs/2026-10-19.md", "docs/2026-10-26.md", "tools/a.md", "tools/b.md", "tools/c.md"], "docs", 2),
    ([*(f"docs/issues/issue-{at}.md" for at in range(1, 5)), "docs/about.md", "notes/issue-4-pictures.md"],
     "docs/issues", 4),
    (["docs/issues/1-known.md", "docs/issues/2-open.md", "docs/issues/3-bug.md", "docs/issues/4-bug.md",
      *(f"posts/{at}.md" for at in range(1, 4))], "posts", 3),
    (["posts/1.md", "docs/01-install.md", "docs/02-write.md", "docs/03-send.md"], "posts", 1),
    (["1.md", "2.md", "en/1.md", "zh-TW/2.md"], ".", 2),
    (["news/2024/issue-1.markdown", "news/2025/issue-2.markdown", "readme.md"], "news", 2),
    (["about.md", "2024/1.md", "2025/2.md", "2025/3.md", "notes/x.md"], ".", 3),
    (["posts/14/README.md", "posts/15/README.md", "README.md"], "posts", 2),
    (["posts/_index.md", "posts/14/index.md", "posts/15/index.md"], "posts", 2),
    (["a/b/c/d/e/f/g/h/i.md"], "issues", 0),
    ([], "issues", 0),
    (["README.md", "CHANGELOG.md"], "issues", 0),
    ([*(f"manual/{name}.md" for name in "abcdefghijkl"), *(f"blog/2026-10-{day}-x.md" for day in range(10, 20))],
     "blog", 10),
    (["content/about.md", "content/news/1-a.md", "content/news/2-b.md"], "content/news", 2),
    (["blog/1-a.mdx", "blog/2-b.mdx", "README.md"], "blog", 2),
    (["1-a.md", "2-b.MD", "README.MD"], ".", 2),
    (["posts/2026-10-19-ink/index.qmd", "posts/2026-10-26-salt/index.qmd", "index.qmd"], "posts", 2),
    (["posts/ink/index.Rmd", "posts/ink/index.md", "posts/oil/index.Rmd", "posts/oil/index.md", "posts/salt.Rmd"],
     "posts", 3),
    (["notes.txt"], "issues", 0),
    (["SUMMARY.md", "HANDOFF.md", "CODE_OF_CONDUCT.md", "code-of-conduct.md", "404.md", "ink.md"], ".", 1),
    (["2026-10-19-ink/README.md", "2026-10-19-ink/NOTES.md", "2026-10-19-ink/demo/a/README.md",
      "2026-10-26-paper/README.md"], ".", 2),
    (["2026-10-19-ink/index.md", "2026-10-19-ink/poem.md"], "2026-10-19-ink", 1),
    ([*(f"src/articles/{at}-a.md" for at in range(30)), *(f"src/issues/{at}.md" for at in range(3))], "src/issues", 3),
    ([f"{place}/2026-W0{at}.md" for place in ("content/en/weekly", "content/weekly") for at in range(1, 5)],
     "content/weekly", 4),
    ([*(f"weekly/2026-W0{at}.md" for at in range(1, 4)), *(f"lists/{name}.md" for name in "abcdefgh")], "weekly", 3),
    ([*(f"Daily/2026-03-0{at}.md" for at in range(1, 9)), *(f"Newsletter/2026-0{at}-07 x.md" for at in range(1, 4))],
     "Newsletter", 3),
    ([*(f"Daily/2026-03-0{at}.md" for at in range(1, 9)), "Newsletter/2026-01-07 x.md"], "Daily", 8),
    ([*(f"周刊/2026-0{at}.md" for at in range(1, 4)), *(f"posts/{at}.md" for at in range(9))], "周刊", 3),
    ([*(f"2025/{at}.md" for at in range(8)), *(f"2026/{at}.md" for at in range(8, 16)),
      *(f"notes/{name}.md" for name in "abcdefghijklmnopqrstu")], ".", 16),
    ([*(f"en/news/{at}.md" for at in range(5)), *(f"ja/news/{at}.md" for at in range(4)), "ja/x.md"], ".", 5),
    (["2026/May/de.md", "2026/May/en.md", "2026/June/en.md"], ".", 2),
    (["helpers.md", *(f"src/assets/docs/2026/ink-20260{at}.md" for at in range(1, 4))], "src/assets/docs", 3),
    (["2026-03-01.md", *(f"hexo/posts/2026-02-{at}.md" for at in range(10, 25)),
      *(f"往期/2026-02-{at}.md" for at in range(10, 20))], "hexo/posts", 15),
    ([*(f"site/content/posts/2026-05-1{at}.md" for at in range(4)), "docs/how-it-works.md"], "site/content/posts", 4),
    (["14.en.md", "14.zh.md", "15.en.md"], ".", 2), (["14.md", "cn/14.cn.md", "15.md"], ".", 2),
    (["1.md", "2.md", "_DRAFT/3.md", "themes/a/4.md", "drafts/5.md"], ".", 2),
])
def test_survey_finds_where_the_issues_are(tmp_path: Path, files: list[str], issues: str, count: int) -> None:
    found = survey(fill(tmp_path / "weekly", *files) if files else tmp_path)

    assert (found.issues, found.files) == (issues, count)


def test_survey_takes_the_folder_that_it_is_told(tmp_path: Path) -> None:
    folder = fill(tmp_path / "my-weekly", "issues/1.md", "issues/2.md", "drafts/3.md")

    assert survey(folder, Path("drafts")) == Survey(
        "My Weekly", "drafts", "", "**/", 1, (".md",), ("**/README.md",), "en", "Asia/Shanghai", False, (), (), "site")


@pytest.mark.parametrize(("files", "exported"), [
    (["posts/2.ink.html", "posts/1.paper.HTM", "posts/1.paper.htm", "posts.csv"],
     ("posts/1.paper.htm", "posts/2.ink.html")),
    (["issues/1.md", "about.html"], ())])
def test_survey_names_pages_where_nothing_is_markdown(
    tmp_path: Path, files: list[str], exported: tuple[str, ...],
) -> None:
    assert survey(fill(tmp_path / "weekly", *files)).exported == exported


@pytest.mark.parametrize("issues", [None, Path("missing"), Path("1.md")])
def test_survey_of_what_is_no_folder_is_one_line(tmp_path: Path, issues: Path | None) -> None:
    folder = fill(tmp_path / "weekly", "1.md") if issues else tmp_path / "nowhere"

    with pytest.raises(OutputError, match="is not a folder: make it, or name another"):
        survey(folder, issues)


def test_what_no_settings_file_can_name_is_passed_over(tmp_path: Path) -> None:
    nameless = os.fsdecode(b"\xff")
    folder = fill(tmp_path, "issues/1.md", "issues/2.md", "issues/README.md", f"issues/_{nameless}.md",
                  f"{nameless}/3.md", f"{nameless}/4.md", f"{nameless}/5.md")

    assert ((found := survey(folder)).issues, found.files, found.others) == ("issues", 2, ("**/README.md",))
    with pytest.raises(OutputError) as refused:
        survey(folder, Path(nameless))
    assert str(refused.value) == "�: has a name that is not UTF-8: rename it"


@pytest.mark.parametrize(("text", "language"), [
    ("第一期：关于印刷与文字。", "zh-Hans"), ("An English sentence.", "en"), ("", "en"), ("123", "en"),
    ("A letter from 北京.", "en"), ("新版：https://example.com/a/very/long/address/of/latin/letters", "zh-Hans"),
    ("- [Merge the port of the compiler](https://example.com/1)：合并编译器", "zh-Hans"),
    ("这一句日语的意思是“纸是白的”：紙は白いです。后面两句留给下一期再讲。", "zh-Hans"),
    ("墨水为什么会停在纸上？看看纤维与毛细现象，还有书。" + " What makes ink flow over paper?" * 6, "zh-Hans"),
    ("Python 周刊：本周内容", "zh-Hans"), ("今週の気になった記事をまとめました。", "ja"),
    ("「の」字游戏：本周内容与好文", "zh-Hans"), ("這一期的內容：關於印刷與文字。", "zh-Hant"),
    ("이번 주 소식: React 19", "ko"), ("Выпуск первый: о печати и шрифтах Rust", "ru"),
    ("Випуск перший: її історія і друкарство", "uk"), ("العدد الأول: عن الطباعة والخط", "ar"),
    ("شماره یک: گفتگوی چاپ و کتاب", "fa"), ("גיליון ראשון: על דפוס ואותיות", "he"),
    ("Der Druck und die Schrift: das ist nicht nur ein Blatt für den Setzer. " * 3, "de"),
    ("Der Druck.", "en"), ("This is what the \"Zeitung für die Stadt\" of that year is to us. " * 9, "en"),
    ("Esta é uma carta para os que não têm mais papel. " * 9, "pt"),
    ("Zpravodaj je o papíru a tisku, které se nevzdávají, ale není pro každého. " * 4, "cs"),
    ("List je o papiru i tisku, a ovo su riječi za one koji ga još čitaju u kafani. " * 4, "hr"),
    ("Această scrisoare este pentru cei care nu mai au hârtie și tipar. " * 4, "ro"),
    ("Ez egy levél a papírról, és nem csak azoknak, akik már olvastak. " * 5, "hu"),
    ("Tämä kirje on paperista ja se ei ole vain niille, jotka lukevat. " * 5, "fi"),
    ("Det er et brev om papir og tryk, og det er ikke for alle, som har læst. " * 3, "da"),
    ("Surat ini adalah untuk pembaca yang tidak bisa hidup dengan layar. " * 5, "id"),
    ("## Новости бумаги\n- [The ink that dries](https://example.com/a)\n- [How a press is moved](b.md)\n" * 12, "ru"),
    ("- [The ink that never dries](https://example.com/a), by Мира\n" * 30, "en"),
    ("---\ntitle: Темы для третьего\ncategories: [prep]\nauthor: mira\nlayout: post\n---\n", "ru"),
    ("- [A press for the island, and ink from soot: how we make more](https://a.example) 船と煤の話\n" * 9, "ja"),
    ("---\nlang: hr\n---\nPismo.", "hr"), ("---\nlang: english\n---\n今週の紙と印刷をまとめました。", "ja"),
    ("Une lettre pour les amis du papier, dans une boîte. " * 9, "fr")])
def test_survey_tells_the_language_from_the_texts(tmp_path: Path, text: str, language: str) -> None:
    assert survey(fill(tmp_path, "issues/1.md", text=text)).language == language


@pytest.mark.parametrize(("zone", "found"), [
    ("Europe/Berlin", "Europe/Berlin"), (":Europe/Berlin", "Europe/Berlin"), ("Nowhere/Atlantis", "UTC"),
    ("/etc/passwd", "UTC"), ("Asia", "UTC")])
def test_survey_takes_the_machines_zone_or_utc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, found: str
) -> None:
    monkeypatch.setenv("TZ", zone)

    assert survey(tmp_path).timezone == found


@pytest.mark.parametrize(("name", "said", "found"), [
    ("_config.yml", "timezone: Europe/Rome", "Europe/Rome"), ("hugo.toml", 'timeZone = "Asia/Tokyo"', "Asia/Tokyo"),
    ("_config.yml", "timezone: ''", "Europe/Berlin"), ("_config.yml", "timezone: Nowhere/Atlantis", "Europe/Berlin")])
def test_survey_takes_the_zone_that_a_site_names_before_the_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str, found: str
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    (tmp_path / name).write_text(said, "utf-8")

    assert survey(tmp_path).timezone == found


def test_survey_without_tz_asks_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ")

    assert survey(tmp_path).timezone == (os.path.realpath("/etc/localtime").partition("zoneinfo/")[2] or "UTC")


@pytest.mark.parametrize(("picture", "address", "static"), [
    ("static/img/a.png", "/img/a.png", "static"),                # Hugo, Zola
    ("assets/a.png", "{{ site.baseurl }}/assets/a.png", "."),    # Jekyll
    ("assets/a.png", "../assets/a.png", "."),                    # VuePress
    ("posts/2.md", "/posts/2.md", "."),                          # an issue, as a forge leads to it
    ("posts/2.md", "/2.md", ""), ("README.md", "../README.md", ""),
    ("posts/img/a.png", "/img/a.png", ""),                       # in the issues folder itself
    ("public/img/b.png", "/img/a.png", ""),
])
def test_survey_finds_the_folder_of_static_files(tmp_path: Path, picture: str, address: str, static: str) -> None:
    folder = fill(tmp_path / "weekly", "posts/1.md", "posts/2.md", text=f"![A]({address})\n")
    (folder / picture).parent.mkdir(parents=True, exist_ok=True)
    (folder / picture).write_bytes(b"")

    assert survey(folder).static == static
    assert settled(folder).issues.static == (folder / static if static else None)


def test_survey_finds_static_files_above_issues_that_lie_deep(tmp_path: Path) -> None:
    folder = fill(tmp_path / "weekly", "jekyll/_posts/1-a.md", "jekyll/_posts/2-b.md", "jekyll/assets/a.png",
                  text="![A](/assets/a.png)\n")

    assert (survey(folder).issues, survey(folder).static) == ("jekyll/_posts", "jekyll")


def test_survey_finds_static_files_beside_issues_that_lie_deep(tmp_path: Path) -> None:
    folder = fill(tmp_path / "weekly", "web/src/2026/1-a.md", "web/src/2026/2-b.md", "web/src/public/img/a.png",
                  text="![A](/img/a.png)\n")

    assert (survey(folder).issues, survey(folder).static) == ("web/src", "web/src/public")


def test_survey_passes_over_a_picture_whose_name_no_folder_takes(tmp_path: Path) -> None:
    spelt = "%E5%91%A8" * 30  # thirty characters, percent-encoded
    folder = fill(tmp_path / "weekly", "posts/1.md", "static/images/a.png", text=f"![A](/images/{spelt}.png)\n")

    assert survey(folder).static == ""


def test_settings_leave_out_parts_and_templates(tmp_path: Path) -> None:
    folder = fill(tmp_path / "weekly", "1-a.md", "2-my-template.md", "_head.md", "TWIT-template.md", "周刊模板.md")

    config = settled(folder)

    found = scan(config.issues.folder, config.issues.include, config.issues.exclude)
    assert [one.path for one in found.entries] == ["1-a.md", "2-my-template.md"]


# ---- settings file ------------------------------------------------------------------------------


def test_settings_file_says_what_was_found(tmp_path: Path) -> None:
    config = settled(fill(tmp_path / "机器学习-weekly", "posts/1.md", text="第一期：关于印刷与文字。"))

    assert (config.publication.title, config.publication.language, config.zone.key) == (
        "机器学习 Weekly", "zh-Hans", "Asia/Shanghai")
    assert config.issues.folder == tmp_path / "机器学习-weekly" / "posts"
    assert (config.mailings.sender.name, config.transport.kind) == ("机器学习 Weekly", "folder")
    assert [(one.id, one.name) for one in config.lists] == [("weekly", "机器学习 Weekly")]


@pytest.mark.parametrize("name", [
    "weekly", "a, b", "x@y.com", 'quo"te', "<angle>", "back\\slash", "new\nline", "{brace}", "${HOME}", "$5 letters",
    "📰 news", "- dash -", "---", "a: b # c", "tab\there", "null", "~", "ada's letters", "a\u200bb", "%s",
    "x <y@z.com>"])
def test_settings_file_loads_whatever_the_folder_is_called(tmp_path: Path, name: str) -> None:
    folder = fill(tmp_path / name, "issues/1.md")

    assert settled(folder).mailings.sender.address == "newsletter@example.com"


def test_title_is_the_folders_name_in_capitals_and_spaces(tmp_path: Path) -> None:
    assert [survey(fill(tmp_path / name, "1.md")).title for name in ("ada's-letters", "---", "AI周刊")] == [
        "Ada's Letters", "Newsletter", "AI周刊"]


@pytest.mark.parametrize(("files", "title"), [
    ({"README.md": "# 小孩週報\n\n每週一。"}, "小孩週報"),
    ({"README.md": "\n\n# 生信周刊 <img src='a.png' width=40> ![](b.png)\n"}, "生信周刊"),
    ({"readme.md": '<h1 align="center">The <b>Ink</b> Letter</h1>'}, "The Ink Letter"),
    ({"README.md": "# [**Ink**, *weekly*](https://example.com/)"}, "Ink, weekly"),
    ({"README.md": "# ink-weekly"}, "Ink Weekly"),
    ({"README.md": "# 📰 Ink {{ now }}: <b"}, "📰 Ink now : b"),
    ({"README.md": "Ink.\n\n# How to write"}, "Letters"),
    ({"README.md": "## Ink"}, "Letters"),
    ({"README.md": "# 简介"}, "Letters"),
    ({"README.md": f"# {'ink ' * 20}"}, "Letters"),
    ({"_config.yml": "# Site\ntitle: Ink's letters # ours\nemail: a@example.com\n", "README.md": "# Sources"},
     "Ink's letters"),
    ({"_config.yml": "subtitle: x\ntitle: Hexo\n", "README.md": "# Ink"}, "Ink"),
    ({"hugo.toml": "baseURL = 'https://example.com/'\ntitle = \"Ink #1\"\n"}, "Ink #1"),
    ({"config/_default/hugo.toml": "title = 'Ink'"}, "Ink"),
    ({"config.yaml": "baseURL: https://example.com/\ntitle: Ink\n"}, "Ink"),
    ({"config.yaml": "publication:\n  title: Ink\n"}, "Letters"),
    ({"config.toml": "[params]\nsubtitle = 'No'\n"}, "Letters"),
    ({"_config.yml": "title:\n  en: Ink\n"}, "Letters"),
    ({"_config.yml": "title: F# Weekly\n"}, "F# Weekly"), ({"_config.yml": "title: 'Ada''s ink'\n"}, "Ada's ink"),
    ({"_config.yml": "title: >-\n  Ink and\n  paper\n"}, "Ink and paper"), ({"_config.yml": "title: ~\n"}, "Letters"),
    ({"_config.yml": "a: b: c\ntitle: Ink\n", "README.md": "# Ink & Paper: *weekly*"}, "Ink & Paper: weekly"),
    ({"hugo.toml": "[params]\ntitle = 'No'\n"}, "Letters"),
    ({"docs/.vitepress/config.mts": "export default {\n  // title: 'No',\n  title: \"Ink's letters\",\n}\n",
      "README.md": "# Sources"}, "Ink's letters"),
    ({"docusaurus.config.js": "const config = {\n  title: 'My Site',\n};", "README.md": "# Ink"}, "Ink"),
    ({"src/consts.ts": "// Ours.\nexport const SITE_TITLE = '墨水周刊';\n", "README.md": "# Astro Starter Kit: Blog"},
     "墨水周刊"),
    ({"quartz.config.ts": "  configuration: {\n    pageTitle: \"Ink\",\n"}, "Ink"),
    ({"quartz.config.ts": "  configuration: {\n    pageTitle: `${name} ink`,\n"}, "Letters"),
    ({".vuepress/config.js": "module.exports = {\n  title: process.env.TITLE,\n  subtitle: 'No'\n"}, "Letters"),
    ({".vuepress/config.js": "module.exports = {\n  title: 'Mira\\'s ink',\n  nav: [\n    {\n      title: 'No',\n"},
     "Letters"),
    ({".vuepress/config.js": "const nav = [\n  {\n    title: 'No' } ]\nmodule.exports = {\n  title: 'Ink',\n"}, "Ink"),
    ({"src/config.ts": "type Site = {\n  title: string;\n}\nconst site = {\n  title: 'Ink',\n}"}, "Ink"),
])
def test_title_is_what_the_site_or_the_readme_calls_it(tmp_path: Path, files: dict[str, str], title: str) -> None:
    folder = fill(tmp_path / "letters", "issues/1.md")
    for name, text in files.items():
        fill(folder, name, text=text)

    assert settled(folder).publication.title == title


@pytest.mark.parametrize(("files", "left_out"), [
    (["1.md", "2.md", "README.md", "2.en.md", "notes/idea.md", "notes/old/paper.md", "node_modules/x/c.md"],
     ("notes/idea.md", "notes/old/paper.md")),
    (["posts/1.md", "posts/2.md", "posts/README.md", "about.md", "SECURITY.md", "old/3.md"], ("old/3.md", "about.md")),
    (["issues/1.md", "issues/deep/2.md"], ()),
])
def test_survey_names_what_may_be_an_issue_and_is_not_taken(
    tmp_path: Path, files: list[str], left_out: tuple[str, ...],
) -> None:
    assert survey(fill(tmp_path, *files)).left_out == left_out


def test_issues_at_the_top_do_not_take_in_what_lies_below(tmp_path: Path) -> None:
    config = settled(fill(tmp_path / "weekly", "1.md", "2.md", "3.md", "docs/guide.md", "notes/x.md"))

    found = scan(config.issues.folder, config.issues.include, config.issues.exclude)

    assert [entry.path for entry in found.entries] == ["1.md", "2.md", "3.md"]


def test_issues_in_folders_of_years_are_all_taken_in(tmp_path: Path) -> None:
    config = settled(fill(tmp_path / "weekly", "2024/1.md", "2025/2.md"))

    found = scan(config.issues.folder, config.issues.include, config.issues.exclude)

    assert [entry.path for entry in found.entries] == ["2024/1.md", "2025/2.md"]


@pytest.mark.parametrize(("files", "taken"), [
    (["2025/1.md", "2026/2.md", "2026/_DRAFT/3.md", "themes/a/b/c/d/4.md"], ["2025/1.md", "2026/2.md"]),
    (["2026-10-19-ink/README.md", "2026-10-19-ink/NOTES.md", "2026-10-19-ink/a/README.md",
      "2026-10-26-paper/README.md"],
     ["2026-10-19-ink/README.md", "2026-10-26-paper/README.md"]),
    ([*(f"en/{at}.md" for at in range(3)), *(f"ja/{at}.md" for at in range(2))], ["en/0.md", "en/1.md", "en/2.md"]),
    (["2026/May/de.md", "2026/May/en.md", "2026/June/en.md"], ["2026/June/en.md", "2026/May/en.md"]),
    (["issue-1.markdown", "2.md", "Contributing.md", "readme.md", "README.md"], ["2.md", "issue-1.markdown"]),
    (["14-ink.md", "README_en.md", "README.zh-CN.md", "CHANGELOG-zh.md", "about.zh.md"], ["14-ink.md"]),
    (["posts/_index.zh.md", "posts/ink/index.zh.md", "posts/ink/index.en.md", "posts/oil/index.zh.md",
      "posts/salt/index.zh.md"],
     ["ink/index.zh.md", "oil/index.zh.md", "salt/index.zh.md"]),
    (["about.md", "2024/1.md", "2025/2.md", "2025/3.md", "notes/x.md"], ["2024/1.md", "2025/2.md", "2025/3.md"]),
    (["issues/README.md", "issues/14/README.md", "issues/15/README.md"], ["14/README.md", "15/README.md"]),
    (["issues/14/README.md", "issues/15/README.md"], ["14/README.md", "15/README.md"]),
    (["issues/14.md", "issues/14.en.md", "issues/15.md", "issues/16.de.md"], ["14.md", "15.md", "16.de.md"]),
    (["issues/14.md", "issues/en/14.md", "issues/en/15.md", "issues/2027/zh-TW/16.md", "issues/2027/16.md"],
     ["14.md", "2027/16.md"]),
    (["2026-10-october/README.md", "2026-W42/index.md", "README.md"],
     ["2026-10-october/README.md", "2026-W42/index.md"]),
    ([f"docs/2026-10-{day}/{name}.md" for day in (12, 19) for name in ("index", "ink", "paper", "pen1-8")],
     ["2026-10-12/index.md", "2026-10-19/index.md"]),
    (["2026-10/README.md", "2026-10/ink.md", "2026-11/paper.md"], ["2026-10/ink.md", "2026-11/paper.md"]),
    (["issues/2025/README.md", "issues/2025/14.md"], ["2025/14.md"]),
    (["issues/index.md", "issues/2025/index.md", "issues/2025/14.md", "issues/2025/15/index.md"],
     ["2025/14.md", "2025/15/index.md"]),
    (["about.md", "archive.md", "now.md", "_posts/2026-10-12-ink.md", "_site/a.md"], ["2026-10-12-ink.md"]),
    (["posts/14.md", "posts/15.md", "posts/.md", "posts/a.png"], ["14.md", "15.md"]),
    (["skills.md", *(f"墨/{at}.论墨.md" for at in range(1, 7)), *(f"paper/{at}.sheet.md" for at in range(7, 12))],
     [*(f"paper/{at}.sheet.md" for at in (10, 11, 7, 8, 9)), *(f"墨/{at}.论墨.md" for at in range(1, 7))]),
    (["site/guide.md", *(f"web/archive/{year}/{at}.md" for year in (2024, 2025) for at in range(year, year + 6)),
      "web/2026/1.md", "web/2026/2.md", "web/guide.md"],
     ["2026/1.md", "2026/2.md", *(f"archive/{year}/{at}.md" for year in (2024, 2025) for at in range(year, year + 6))]),
    (["content/cn/about.md", "content/cn/terms-of-service.md", "content/cn/salt.md", "content/cn/2026-10-12.md",
      "content/cn/2026-10-19.md"],
     ["2026-10-12.md", "2026-10-19.md", "salt.md"]),
    (["issue-1.md", *(f"{notes}/{at}.md" for at in range(1, 7) for notes in ("ink", "paper"))], ["issue-1.md"]),
])
def test_settings_take_in_what_was_counted(tmp_path: Path, files: list[str], taken: list[str]) -> None:
    config = settled(fill(tmp_path / "weekly", *files))

    found = scan(config.issues.folder, config.issues.include, config.issues.exclude)

    assert [entry.path for entry in found.entries] == taken


def test_settings_give_numbers_that_begin_anew_an_address_with_the_year(tmp_path: Path) -> None:
    assert settled(fill(tmp_path / "a", "2024/01.md", "2024/02.md", "2025/03.md")).issues.permalink == "{number}/"
    assert settled(fill(tmp_path / "b", "2024/01.md", "2025/01.md")).issues.permalink == "{year}/{number}/"


# ---- demo ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("files", "site"), [
    (["issues/1.md"], "site"), (["issues/1.md", "site/index.html", "var/ledger.db"], "site"),
    (["site/content/posts/2026-05-11.md", "site/content/posts/2026-05-12.md"], "web"),
    (["site/content/posts/2026-05-11.md", "site/content/posts/2026-05-12.md", "var/ledger.db"], "web"),
    (["issues/1.md", "site/index.html"], "web"), (["issues/1.md", "site/index.html", "web/a.txt"], "letters"),
    (["letters/1.md", "letters/2.md", "letters/3.md", "site/a.txt", "web/a.txt", "site-2/a.txt"], "site-3"),
])
def test_pages_have_a_folder_in_which_nothing_else_lies(tmp_path: Path, files: list[str], site: str) -> None:
    assert settled(fill(tmp_path, *files)).site.folder == tmp_path / site


def test_demo_mails_the_newest_sample_to_three_readers(tmp_path: Path) -> None:
    said: list[str] = []
    config = tmp_path / "config.yaml"

    app = run_demo(tmp_path, lambda path: App(load(path, {}), HandClock(NOON.replace(year=2027))), said.append)

    count = len(list(samples().glob("*.md")))
    newest = list(app.archive.issues().values())[-1]
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default)
             for path in sorted((tmp_path / "var" / "outbox").rglob("*.eml"))]
    assert config.exists()
    assert said == [
        f"adopted   {count - 1} older issues: published, never mailed", "added     3 readers",
        f"picked up {newest.number} {newest.title}, dated today",
        *(f"wrote     {tmp_path / 'feeds' / name}" for name in ("atom.xml", "rss.xml", "feed.json")),
        "mailed    to 3 readers"]
    assert [mail["Subject"] for mail in mails] == [newest.title] * 3
    assert [mail.defects for mail in mails] == [[], [], []]
    assert [re.sub(r".*<|>", "", reader) for reader in READERS] == [
        mail["To"].addresses[0].addr_spec for mail in mails]
    assert (tmp_path / "site" / "index.html").exists()


def test_demo_leaves_the_samples_as_they_are(tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in samples().glob("*.md")}

    run_demo(tmp_path, lambda path: App(load(path, {}), HandClock(NOON.replace(year=2027))), lambda _: None)

    assert {path.name: path.read_bytes() for path in samples().glob("*.md")} == before
