# SPDX-License-Identifier: MIT
"""qemu-img over curl: disk images read where they lie."""

import json
import os
import random

from batontest.expect import must, must_equal
from batontest.files import age, read
from batontest.run import test

from fixture import DAY

DISK = 64 << 20
PIECE = 256 << 10
WHERE = "images/disk.qcow2"
# One piece after the other: with several at once qemu 7.2 sometimes waits for ever, whatever the server.
CONVERT = ("qemu-img", "convert", "-m", "1", "-O", "raw")


def pieces():
    """What stands on the disk, and where; the rest was never written."""
    source = random.Random("disk")
    return {at: source.randbytes(PIECE) for at in range(1 << 20, DISK, 3 << 20)}


def image(fixture):
    """A qcow2 image made of a sparse disk."""
    with open(fixture.local("disk"), "wb") as file:
        file.truncate(DISK)
        for at, content in pieces().items():
            file.seek(at)
            file.write(content)
    path = os.path.join(fixture.root, WHERE)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    fixture.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "disk", path)
    age(path, DAY)
    return path


@test
def an_image_is_converted_from_where_it_lies(fixture):
    image(fixture)
    url = fixture.main.url(WHERE)
    said = json.loads(fixture.run("qemu-img", "info", "--output=json", url))
    must_equal((said["format"], said["virtual-size"]), ("qcow2", DISK), "format and size")
    fixture.run(*CONVERT, url, "copy")
    must(read(fixture.local("copy")) == read(fixture.local("disk")), "the copy is not the disk")
    lines = fixture.main.logged(4)
    must_equal({line[::2] for line in lines}, {("HEAD", 200), ("GET", 206)}, "log")


@test
def a_piece_of_a_disk_costs_little_more_than_itself(fixture):
    path = image(fixture)
    served, relay = fixture.through_relay(fixture.main)
    at, content = sorted(pieces().items())[2]
    fixture.run("qemu-img", "dd", "-f", "qcow2", "-O", "raw", "bs=%d" % PIECE, "skip=%d" % (at // PIECE),
                "count=%d" % (at // PIECE + 1), "if=" + served.url(WHERE), "of=piece")
    must_equal(read(fixture.local("piece")), content, "piece")
    must(relay.passed < os.stat(path).st_size * 2 // 3, "%d of %d bytes passed" % (relay.passed, os.stat(path).st_size))


@test
def an_overlay_reads_what_it_stands_on(fixture):
    image(fixture)
    at, content = sorted(pieces().items())[1]
    fixture.run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", fixture.main.url(WHERE), "overlay")
    fixture.run("qemu-io", "-f", "qcow2", "-c", "write -P 7 %d 4096" % at, "overlay")
    fixture.run(*CONVERT, "overlay", "copy")
    got = read(fixture.local("copy"))
    must_equal(got[at:at + PIECE], b"\x07" * 4096 + content[4096:], "what was written over, and what lies beside it")
