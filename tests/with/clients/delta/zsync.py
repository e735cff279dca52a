# SPDX-License-Identifier: MIT
"""zsync: a file is fetched by the blocks that an older copy lacks, which it asks for twenty ranges at a time."""

import os
import random

from batontest.expect import must, must_equal
from batontest.files import read, write
from batontest.run import test

SIZE = 4 << 20
BLOCK = 2048  # of zsyncmake, for files of this size
AT_A_TIME = 20  # ranges in one request, if there are so many


def released(fixture, name):
    """Put a file and its control file below the root; its content."""
    content = random.Random(name).randbytes(SIZE)
    path = fixture.publish(content, "zsync/" + name)
    fixture.run("zsyncmake", "-b", str(BLOCK), "-u", name, "-o", path + ".zsync", path)
    return content


def older(content, changes):
    """A copy that differs in so many blocks, far from each other."""
    copy = bytearray(content)
    for number in range(changes):
        copy[(2 * number + 1) * len(copy) // (2 * changes)] ^= 0xff
    return bytes(copy)


def fetch(fixture, name):
    """The ranges of each request for the file, and all statuses. A client that asks for ever comes to a limit."""
    served, relay = fixture.through_relay(fixture.main)
    relay.limit = SIZE // 2
    fixture.run("zsync", "-q", "-i", "old", "-o", "new", served.url("zsync/%s.zsync" % name))
    asked = [one.fields["range"] for one in relay.asked() if one.target == "/zsync/" + name]
    return [one[len("bytes="):].split(",") for one in asked], served.statuses(1 + len(asked))


def blocks_are_fetched(fixture, name, changes):
    content = released(fixture, name)
    write(older(content, changes), fixture.local("old"))
    ranges, statuses = fetch(fixture, name)
    must_equal(read(fixture.local("new")), content, "file")
    full, rest = divmod(changes, AT_A_TIME)
    must_equal([len(one) for one in ranges], [AT_A_TIME] * full + [rest] * bool(rest), "ranges of each request")
    must_equal(len({part for one in ranges for part in one}), changes, "different ranges")
    must_equal(statuses, [200] + [206] * len(ranges), "log")


@test
def a_few_blocks_come_as_parts_of_one_answer(fixture):
    blocks_are_fetched(fixture, "few.bin", 5)


@test
def many_blocks_come_twenty_at_a_time_and_each_once(fixture):
    blocks_are_fetched(fixture, "many.bin", 230)


@test
def an_interrupted_download_goes_on_from_what_there_is(fixture):
    content = released(fixture, "cut.bin")
    served, relay = fixture.through_relay(fixture.main)
    relay.limit = SIZE // 2
    fixture.command("zsync", "-q", "-o", "new", served.url("zsync/cut.bin.zsync"))
    interrupted = os.path.exists(fixture.local("new.part")) and not os.path.exists(fixture.local("new"))
    must(interrupted, "it was not interrupted")
    relay.forget()
    fixture.run("zsync", "-q", "-o", "new", served.url("zsync/cut.bin.zsync"))
    must_equal(read(fixture.local("new")), content, "file")
    must(relay.passed < SIZE * 2 // 3, "%d of %d bytes passed again" % (relay.passed, SIZE))
