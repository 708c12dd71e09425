"""What of an issue a podcast program plays."""

from __future__ import annotations

import pytest

from pipeline.issues.document import parse
from pipeline.issues.html.recordings import Recording, recording

MP3, MP4 = "audio/mpeg", "video/mp4"


@pytest.mark.parametrize(("text", "found"), [
    ('<audio src="14.mp3"></audio>', Recording("14.mp3", MP3)),
    ('<audio controls><source src="14.ogg"><source src="14.mp3"></audio>', Recording("14.mp3", MP3)),
    ('<audio><source src="14.opus" type="audio/ogg; codecs=opus"></audio>', Recording("14.opus", "audio/ogg")),
    ('<audio src="https://example.com/14.m4a?from=feed#t=3"></audio>',
     Recording("https://example.com/14.m4a?from=feed#t=3", "audio/mp4")),
    ('<audio><source src="https://example.com/play?id=14" type="audio/mpeg"></audio>',
     Recording("https://example.com/play?id=14", MP3)),
    ('<video><source src="press.webm"><source src="press.mp4"></video>', Recording("press.mp4", MP4)),
    ("[Listen](14.MP3) to it", Recording("14.MP3", MP3)),
    ("[the press](press.mp4), then [all of it](14.mp3)", Recording("14.mp3", MP3)),
    ('<video src="press.mp4"></video>\n\n<audio src="14.mp3"></audio>', Recording("14.mp3", MP3)),
    ('[one](1.mp3)\n\n<audio src="2.mp3"></audio>', Recording("1.mp3", MP3)),
    ('<video src="a.mp4"></video>\n\n[b](b.mov)', Recording("a.mp4", MP4)),
])
def test_first_sound_is_the_recording_or_else_the_first_film(text: str, found: Recording) -> None:
    assert recording(parse(text).clean) == found


@pytest.mark.parametrize("text", [
    "Words, [a page](14.html), ![a picture](14.png) and [a book](14.pdf).",
    '<audio src="https://example.com/play?id=14"></audio>',
    "[their talk](https://example.com/14.mp3) and [another](//example.com/14.mp3)",
    '`<audio src="14.mp3"></audio>` and 14.mp3',
    '<iframe src="https://player.example.com/14"></iframe>',
])
def test_what_is_no_sound_and_no_film_is_no_recording(text: str) -> None:
    assert recording(parse(text).clean) is None
