"""Year first, or an error with an example; an hour that the clock skips or repeats has one instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from pipeline.issues.reading.dates import When, date_in_name, parse_date, year_first
from tests.hostile import SQUARE, again, cpu_s, growth

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = time(8)
MARCH = date(2024, 3, 24)


@pytest.mark.parametrize("text", [
    "2024/03/24", "2024-3-24", "2024.03.24", "2024年3月24日", "2024年03月24", " 2024-03-24 ", "２０２４／３／２４",
    "2024 年 3 月 24 日", "2024-03-24 Sunday", "2024-03-24, Sun.", "2024-03-24 (Sun)", "2024年3月24日（日）",
    "2024/03/24 周日", "2024-03-24 [星期日]", "2024-03-24 日曜日", "2024-03-24 일요일", "<2024-03-24 Sun>",
    "2024년 3월 24일", "2024년 03월 24일 (일)", "2024. 3. 24.", "2024.03.24. 일요일",
    "20240324", "20240324 周日", "2024年3月24号", "2024 年 3 月 24 號（日）",
])
def test_a_day_alone_is_due_at_the_usual_hour(text: str) -> None:
    assert parse_date(text, SHANGHAI, EIGHT) == When(MARCH, datetime(2024, 3, 24, 0, 0, tzinfo=UTC))


@pytest.mark.parametrize(("text", "day", "instant"), [
    ("2024-03-24 10:30", MARCH, datetime(2024, 3, 24, 2, 30, tzinfo=UTC)),
    ("2024/3/24 9:05:30", MARCH, datetime(2024, 3, 24, 1, 5, 30, tzinfo=UTC)),
    ("2024-03-24T10:30Z", MARCH, datetime(2024, 3, 24, 10, 30, tzinfo=UTC)),
    ("2024-03-24 10:30 UTC", MARCH, datetime(2024, 3, 24, 10, 30, tzinfo=UTC)),
    ("2024-03-24T10:30:00.125+02:00", MARCH, datetime(2024, 3, 24, 8, 30, tzinfo=UTC)),
    ("2024-03-24 10:30 -0930", date(2024, 3, 25), datetime(2024, 3, 24, 20, 0, tzinfo=UTC)),
    ("2024-03-24 10:30 +08", MARCH, datetime(2024, 3, 24, 2, 30, tzinfo=UTC)),
    ("2024-03-24 10:30 Europe/Berlin", MARCH, datetime(2024, 3, 24, 9, 30, tzinfo=UTC)),
    ("2024-03-24 10:30 UTC+02:00", MARCH, datetime(2024, 3, 24, 8, 30, tzinfo=UTC)),
    ("2024-03-24 8:30 PM", MARCH, datetime(2024, 3, 24, 12, 30, tzinfo=UTC)),
    ("2024-03-24 12:30 a.m.", MARCH, datetime(2024, 3, 23, 16, 30, tzinfo=UTC)),
    ("2024-03-24 10:30 Etc/GMT-2", MARCH, datetime(2024, 3, 24, 8, 30, tzinfo=UTC)),
    ("2024-03-24 10:30 GMT+0200 (CEST)", MARCH, datetime(2024, 3, 24, 8, 30, tzinfo=UTC)),
    ("2024-03-24 10:30 America/New_York", MARCH, datetime(2024, 3, 24, 14, 30, tzinfo=UTC)),
    ("<2024-03-24 Sun 10:30>", MARCH, datetime(2024, 3, 24, 2, 30, tzinfo=UTC)),
    ("2024年3月24日 ２０：００", MARCH, datetime(2024, 3, 24, 12, 0, tzinfo=UTC)),
    ("2024年3月24日 20时30分", MARCH, datetime(2024, 3, 24, 12, 30, tzinfo=UTC)),
    ("2024年3月24日20:30", MARCH, datetime(2024, 3, 24, 12, 30, tzinfo=UTC)),
    ("2024年3月24日（日）20:30", MARCH, datetime(2024, 3, 24, 12, 30, tzinfo=UTC)),
    ("2024-03-24 下午 8:30", MARCH, datetime(2024, 3, 24, 12, 30, tzinfo=UTC)),
    ("2024年3月24日下午20:30", MARCH, datetime(2024, 3, 24, 12, 30, tzinfo=UTC)),
    ("2024-03-24 上午9點", MARCH, datetime(2024, 3, 24, 1, 0, tzinfo=UTC)),
    ("2024-03-24 10:30:00 +0200 CEST", MARCH, datetime(2024, 3, 24, 8, 30, tzinfo=UTC)),
    ("2024-03-24 10:30 星期日", MARCH, datetime(2024, 3, 24, 2, 30, tzinfo=UTC)),
    ("2024-03-24 10:30 (Sun)", MARCH, datetime(2024, 3, 24, 2, 30, tzinfo=UTC)),
])
def test_an_hour_is_in_the_zone_it_names_or_the_publications(text: str, day: date, instant: datetime) -> None:
    assert parse_date(text, SHANGHAI, EIGHT) == When(day, instant)


@pytest.mark.parametrize(("text", "turned"), [
    ("Mar 24 2024", "2024-3-24"), ("March 24, 2024", "2024-3-24"), ("24 March 2024", "2024-3-24"),
    ("24-Mar-2024", "2024-3-24"), ("Sunday, March 24th, 2024", "2024-3-24"), ("Mar 24, 2024 10:30", "2024-3-24 10:30"),
    ("Sun, 24 Mar 2024 10:30:00 GMT", "2024-3-24 10:30:00 GMT"),
    ("Sun Mar 24 2024 10:30:00 GMT+0100 (Central European Time)", "2024-3-24 10:30:00 +0100"),
    ("24 March 24 2024", "24 March 24 2024"), ("March 2024", "March 2024"), ("03/04/2024", "03/04/2024"),
])
def test_an_english_month_is_turned_into_the_year_first(text: str, turned: str) -> None:
    assert year_first(text) == turned


@pytest.mark.parametrize("text", [
    "24. März 2024", "Sonntag, 24. März 2024", "Sonntag, den 24. März 2024", "24 mars 2024", "dimanche 24 mars 2024",
    "le 24 mars 2024", "24 de marzo de 2024", "domingo, 24 de marzo del 2024", "24 de março de 2024",
    "24 marzo 2024", "domenica 24 marzo 2024", "24 marca 2024 r.", "24 марта 2024", "воскресенье, 24 марта 2024 г.",
    "24 марта 2024 года", "24 березня 2024 р.", "24 maart 2024", "Minggu, 24 Maret 2024",
])
def test_a_month_of_another_language_is_turned_too(text: str) -> None:
    assert year_first(text) == "2024-3-24"


@pytest.mark.parametrize("text", [
    "24 marble 2024", "Termin 24. März 2024", "ab 24. März 2024", "24. März", "24-25 марта 2024", "24. März 20245",
])
def test_what_is_more_or_less_than_a_day_in_words_is_left_as_it_is(text: str) -> None:
    assert year_first(text) == text


@pytest.mark.parametrize(("text", "reason"), [
    ("2024-13-24", 'date "2024-13-24" is not a day; write a day that exists, like 2024-03-24 or 2024-03-24 08:00'),
    ("2023-02-29", 'date "2023-02-29" is not a day; write a day that exists, like 2024-03-24 or 2024-03-24 08:00'),
    ("03/04/2024", 'date "03/04/2024" is not understood; write the year first, like 2024-03-24 or 2024-03-24 08:00'),
    ("20241324", 'date "20241324" is not a day; write a day that exists, like 2024-03-24 or 2024-03-24 08:00'),
    ("120240324", 'date "120240324" is not understood; write the year first, like 2024-03-24 or 2024-03-24 08:00'),
    ("2024-03/24", 'date "2024-03/24" is not understood; write the year first, like 2024-03-24 or 2024-03-24 08:00'),
    ("March 2024", 'date "March 2024" is not understood; write the year first, like 2024-03-24 or 2024-03-24 08:00'),
    ("March 24, 2024",
     'date "March 24, 2024" is not understood; write the year first, like 2024-03-24 or 2024-03-24 08:00'),
    ("12", 'date "12" is not understood; write the year first, like 2024-03-24 or 2024-03-24 08:00'),
    ("2024-03-24 25:00",
     'date "2024-03-24 25:00" has an hour that no clock shows; write 2024-03-24 or 2024-03-24 08:00'),
    ("2024-03-24 下午 25:00",
     'date "2024-03-24 下午 25:00" has an hour that no clock shows; write 2024-03-24 or 2024-03-24 08:00'),
    ("2024-03-24 morning",
     ('date "2024-03-24 morning" has something after the day that is not an hour; '
     "write 2024-03-24 or 2024-03-24 08:00")),
    ("2024-03-24 10:00 (EST)",
     ('date "2024-03-24 10:00 (EST)" has something after the day that is not an hour; '
     "write 2024-03-24 or 2024-03-24 08:00")),
    ("2024-03-241:00",
     'date "2024-03-241:00" has something after the day that is not an hour; write 2024-03-24 or 2024-03-24 08:00'),
    ("2024年3月2420:30",
     'date "2024年3月2420:30" has something after the day that is not an hour; write 2024-03-24 or 2024-03-24 08:00'),
    ("2024-03-24 10:00 Mars/Base",
     ('date "2024-03-24 10:00 Mars/Base" names an unknown zone; '
      "write 2024-03-24 08:00 +08:00 or 2024-03-24 08:00 Asia/Shanghai")),
    ("2024-03-24 10:00 +99",
     ('date "2024-03-24 10:00 +99" names an unknown zone; '
      "write 2024-03-24 08:00 +08:00 or 2024-03-24 08:00 Asia/Shanghai")),
    ("0001-01-01", 'date "0001-01-01" is not a day; write a day that exists, like 2024-03-24 or 2024-03-24 08:00'),
    ("9999-12-31", 'date "9999-12-31" is not a day; write a day that exists, like 2024-03-24 or 2024-03-24 08:00'),
])
def test_what_is_not_plainly_one_day_is_refused_with_an_example(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_date(text, SHANGHAI, EIGHT)

    assert str(refused.value) == reason


@pytest.mark.parametrize("start", ["2024-03-24", "2024-03-24 (", "2024-03-24 10:00", "2024-03-24 10:00 +0800"])
def test_refusing_a_date_grows_with_its_length_and_not_with_its_square(start: str) -> None:
    def refuse(text: str) -> None:
        with pytest.raises(ValueError, match="something after the day"):
            parse_date(text, SHANGHAI, EIGHT)

    assert growth(lambda text: cpu_s(lambda: refuse(f"{start}{text}!")), again(" "), 4_000) <= SQUARE


@pytest.mark.parametrize(("text", "zone", "instant"), [
    ("2024-03-31 02:30", BERLIN, datetime(2024, 3, 31, 1, 0, tzinfo=UTC)),       # 02:00 to 03:00 does not exist
    ("2024-03-31 03:00", BERLIN, datetime(2024, 3, 31, 1, 0, tzinfo=UTC)),
    ("2024-10-27 02:30", BERLIN, datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),     # comes twice, first in summer time
    ("2011-12-30", ZoneInfo("Pacific/Apia"), datetime(2011, 12, 30, 10, 0, tzinfo=UTC)),  # the whole day was skipped
])
def test_a_skipped_hour_moves_on_and_a_repeated_one_is_the_first(text: str, zone: ZoneInfo, instant: datetime) -> None:
    assert parse_date(text, zone, EIGHT).instant == instant


@pytest.mark.parametrize(("stem", "day"), [
    ("2024-03-24-this-week-in-rust", MARCH), ("2024-3-24-x", MARCH), ("weekly_2024.3.24", MARCH), ("20240324", MARCH),
    ("2024년 3월 24일 소식", MARCH),
    ("2024年3月24日", MARCH), ("第 14 期·2024 年 3 月 24 日（二月）", MARCH),
    ("14-2024_03_24", MARCH), ("2024-13-24-x", None), ("120240324", None), ("14-标题", None),
    ("14-2024-mar-24", MARCH), ("2024-March-24-x", MARCH), ("2024-march-32", None), ("2024-marble-24", None),
    ("20240324103000-ink", MARCH), ("202403241030 ink", MARCH), ("20240324T1030", MARCH), ("20240324-103000", MARCH),
    ("20240324256000", None), ("2024032410300", None), ("20240324103000123", None),
    ("24-03-2024", MARCH), ("Digest 24.3.2024", MARCH), ("03-24-2024-ink", MARCH), ("03-03-2024", date(2024, 3, 3)),
    ("24-mar-2024", MARCH), ("Ink_24_March_2024", MARCH), ("March 24, 2024", MARCH), ("ink-march-24-2024-x", MARCH),
    ("24th March 2024 Ink", MARCH), ("issue-24-mar-2024", None), ("Week 3 March 2024", None), ("top-10-may-2024", None),
    ("14-Letters from 24 March 2024", None), ("15-Register until March 24, 2024", None), ("On 24.3.2024", None),
    ("6 June 1944", None), ("Piston 24 March 2024", MARCH),
    ("Vol. 24 March 2024", None), ("No. 24-3-2024", None),
    ("Issue 24-3-2024", None), ("Piano 24-3-2024", MARCH), ("Demarch 24 2024", None),
    ("32 March 2024", None), ("March 2024", None), ("14 - 24 Mar 2024", MARCH),
    ("03-04-2024", None), ("24-13-2024", None), ("32-01-2024", None), ("24-03-20244", None),
    ("99999999", None), ("2024-03-24x", MARCH), ("2024-03-244", None), ("19991340-20240324", MARCH),
])
def test_a_day_in_a_file_name_is_found_if_it_exists(stem: str, day: date | None) -> None:
    assert date_in_name(stem) == day
