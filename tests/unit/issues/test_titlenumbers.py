"""Numbers that titles say, in many languages."""

from __future__ import annotations

import pytest

from pipeline.issues.reading.titlenumbers import number_in_title


@pytest.mark.parametrize(("title", "number"), [
    ("Bulletin nº 12", 12), ("N.° 12 : l'encre", 12), ("Blatt Nr. 12: Papier", 12), ("Zpravodaj č. 409", 409),
    ("Дайджест № 12", 12), ("제12호 종이", 12), ("25 °C", None), ("pattern. 12", None), ("지제 12개", None),
    ("Ink Weekly #12 2024.03.18 - 2024.03.24", 12), ("The #1 2024 pens", None), ("Our #1 2024-25 pens", None),
    ("Chanel n°5 & issue #12", 12), ("Weekly Nr. 7 and issue 12", 12), ("第12期 № 3", 12), ("Lettre d'info n°7", 7),
    ("Ausgabe 12 – Tinte", 12), ("Tinte (Ausgabe 12)", 12), ("Boletín | Edición 12", 12), ("Número 12: la tinta", 12),
    ("Выпуск 12", 12), ("Wydanie 12: tusz", 12), ("Biuletyn nr 12", 12), ("Notiziario n. 12, marzo", 12),
    ("Edisi 12", 12), ("Ink Weekly, Issue 2026-09", None), ("Issue 2026: Ink", 2026), ("Issue #2026.9.1", None),
    ("소식 12호", 12), ("종이 12호: 먹", 12), ("12호선 종이", None), ("12호 매장", None), ("3-12호", None),
    ("Edición 2024", None), ("Número 1 en tinta", None), ("Ausgabe 14. März", None), ("sin número 12a", None),
    ("Auch in Asien die Nr. 1", None), ("Wieder die Nr. 1 in Europa", None), ("Chanel n°5 revient", None)])
def test_numbers_are_marked_as_other_languages_mark_them(title: str, number: int | None) -> None:
    assert number_in_title(title) == number
