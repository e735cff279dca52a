# SPDX-License-Identifier: MIT
"""zchunk: only those chunks of a file that an older one lacks, up to 255 ranges in one request."""

import random

from batontest.expect import must, must_equal
from batontest.files import read, write
from batontest.run import test

CHUNKS = 600
SPLIT = b"<package>"
AT_A_TIME = 255  # of zckdl
WHERE = "zchunk/packages.xml.zck"


def chunks(seed):
    source = random.Random(seed)
    return [SPLIT + source.randbytes(2000).replace(SPLIT, b"") for _ in range(CHUNKS)]


def pack(fixture, name, parts):
    write(b"".join(parts), fixture.local(name))
    fixture.run("zck", "-m", "-s", SPLIT.decode(), "-o", name + ".zck", name)
    return read(fixture.local(name + ".zck"))


def fetch(fixture):
    """How many ranges each request for the file had, and the statuses."""
    served, relay = fixture.through_relay(fixture.main)
    said = fixture.run("zckdl", "--fail-no-ranges", "-s", "old.zck", served.url(WHERE))
    must("too many ranges" not in said, "it had to ask for fewer: %s" % said)
    asked = [one.fields["range"].count(",") + 1 for one in relay.asked()]
    return asked, served.statuses(len(asked)), relay.passed


@test
def every_other_chunk_of_a_file_comes_by_255_ranges_at_a_time(fixture):
    new = chunks(1)
    other = chunks(2)
    pack(fixture, "old", [other[at] if at % 2 else new[at] for at in range(CHUNKS)])
    content = pack(fixture, "new", new)
    fixture.publish(content, WHERE)
    asked, statuses, passed = fetch(fixture)
    must_equal(read(fixture.local("packages.xml.zck")), content, "file")
    must_equal(asked[:-1], [1, 1, AT_A_TIME], "ranges of the requests: the head in two, chunks, and those that are left")
    must_equal(set(statuses), {206}, "log")
    must(passed < len(content) * 2 // 3, "%d of %d bytes passed" % (passed, len(content)))
