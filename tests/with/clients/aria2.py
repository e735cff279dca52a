# SPDX-License-Identifier: MIT
"""aria2: one file in many segments, interrupted, and checked against the digest that the daemon gives."""

import base64
import hashlib
import os
import re

from batontest.expect import must, must_equal
from batontest.files import age, read, write
from batontest.run import test

from curl import wanted_digest
from fixture import DAY, MIB

LARGE = 64 * MIB
SEGMENTS = ("-x16", "-s16", "-k1M")


def aria2(house, *arguments, status=0):
    done = house.command("aria2c", "--no-conf", "--console-log-level=warn", "--file-allocation=none", "--max-tries=1",
                         "--show-console-readout=false", "--download-result=hide", *arguments, within=30)
    must_equal(done.returncode, status, "exit status, %s" % done.stdout.decode(errors="replace")[-300:])


def large(house):
    """The address of a file that is large, and made when it is first asked for."""
    if not os.path.exists(house.file("64m.bin")):
        age(write(os.urandom(LARGE), house.file("64m.bin")), DAY)
    return house.main.url("files/64m.bin")


def must_be_large(house, name):
    must_equal(hashlib.sha256(read(house.local(name))).hexdigest(),
               hashlib.sha256(read(house.file("64m.bin"))).hexdigest(), "sha256")
    must(not os.path.exists(house.local(name + ".aria2")), "aria2 believes that something is missing")


@test
def sixteen_segments_make_the_file(house):
    aria2(house, *SEGMENTS, "-o", "large", large(house))
    must_be_large(house, "large")
    lines = house.main.logged(16)
    must(sum(status == 206 for _, _, status, _ in lines) >= 15, "log: %r" % lines)
    must({status for _, _, status, _ in lines} <= {200, 206}, "log: %r" % lines)


@test
def an_interrupted_download_goes_on_where_it_was(house):
    url = large(house)
    aria2(house, *SEGMENTS, "--max-overall-download-limit=16M", "--stop=1", "-o", "large", url, status=7)
    must(os.path.exists(house.local("large.aria2")), "it was not interrupted")
    house.main.mark()
    aria2(house, *SEGMENTS, "-c", "-o", "large", url)
    must_be_large(house, "large")
    must(206 in house.main.statuses(2), "log of the second run: %r" % house.main.logged())


@test
def the_digest_that_the_daemon_gives_is_that_of_the_file(house):
    url = large(house)
    found = re.fullmatch(r"sha-256=:([^:]+):", wanted_digest(house, "-I", url, out=None) or "")
    must(found, "no Repr-Digest")
    digest = base64.b64decode(found[1]).hex()
    aria2(house, *SEGMENTS, "--checksum=sha-256=" + digest, "-o", "large", url)
    aria2(house, *SEGMENTS, "--checksum=sha-256=" + digest[::-1], "-o", "other", url, status=32)


@test
def a_file_that_is_the_same_is_not_loaded_again(house):
    url = house.main.url("files/1m.txt")
    for _ in range(2):
        aria2(house, "--conditional-get=true", "--allow-overwrite=true", "--remote-time=true", "-o", "one", url)
    must_equal(house.main.statuses(2)[-1], 304, "log")
