# SPDX-License-Identifier: MIT
"""ffmpeg: frames out of the middle of a film, of which it loads little more than these."""

import hashlib
import os

from batontest.expect import must, must_equal
from batontest.files import age
from batontest.run import test

from fixture import DAY

SECONDS = 60
WHERE = "media/film.mp4"


def film(fixture):
    """A film that ffmpeg makes, once: each frame a whole image, and the table of all of them at its end."""
    path = os.path.join(fixture.root, WHERE)
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        fixture.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=%d" % SECONDS,
                    "-c:v", "mjpeg", "-q:v", "2", "-threads", "1", path)
        age(path, DAY)
    return path


def frame(fixture, source, second):
    """What the frame at this second shows."""
    done = fixture.command("ffmpeg", "-v", "error", "-ss", str(second), "-i", source, "-frames:v", "1",
                           "-f", "rawvideo", "-pix_fmt", "rgb24", "-", within=120)
    must(done.returncode == 0 and len(done.stdout) == 320 * 240 * 3 and not done.stderr, "%d bytes of a frame: %s" % (
        len(done.stdout), done.stderr[-300:]))
    return hashlib.sha256(done.stdout).hexdigest()


@test
def frames_anywhere_in_a_film_cost_little_more_than_themselves(fixture):
    path = film(fixture)
    size = os.stat(path).st_size
    served, relay = fixture.through_relay(fixture.main)
    seen = set()
    for second in (40, 10, 55):
        relay.forget()
        served.mark()
        expected = frame(fixture, path, second)
        must_equal(frame(fixture, served.url(WHERE), second), expected, "frame at %d s" % second)
        seen.add(expected)
        must(relay.passed < size // 2, "%d of %d bytes passed" % (relay.passed, size))
        must_equal({line[2] for line in served.logged(2)}, {206}, "log")
    must_equal(len(seen), 3, "different frames")
    starts = [int(one.fields["range"][len("bytes="):].partition("-")[0]) for one in relay.asked()]
    must(any(size // 2 < start for start in starts), "it never asked for more than the beginning: %r" % starts)


@test
def a_film_is_copied_from_its_beginning_to_its_end(fixture):
    path = film(fixture)
    fixture.run("ffmpeg", "-v", "error", "-i", fixture.main.url(WHERE), "-c", "copy", "-f", "framemd5", "from-server")
    fixture.run("ffmpeg", "-v", "error", "-i", path, "-c", "copy", "-f", "framemd5", "from-disk")
    with open(fixture.local("from-server"), "rb") as one, open(fixture.local("from-disk"), "rb") as other:
        must_equal(one.read(), other.read(), "sums of all frames")
