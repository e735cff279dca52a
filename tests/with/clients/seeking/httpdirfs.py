# SPDX-License-Identifier: MIT
"""httpdirfs: a directory of links mounted as a file system. It sleeps a tenth of a second after each request."""

import os
import random
import subprocess
import time

from batontest.expect import must, must_equal
from batontest.files import read
from batontest.patience import PATIENCE
from batontest.run import test

LARGE = 16 << 20
BLOCK = 4096


class Mount:
    """One mounted address, for a `with` block."""

    def __init__(self, fixture, url):
        self.fixture, self.where, self.process = fixture, fixture.local("mounted"), None
        self.command = ["httpdirfs", "-f", url, self.where]
        os.mkdir(self.where)

    def __enter__(self):
        with open(self.fixture.local("said"), "wb") as said:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                            cwd=self.fixture.room, env=self.fixture.environment)
        deadline = time.monotonic() + PATIENCE
        while not os.path.ismount(self.where):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                must(False, "it does not mount: %r" % read(self.fixture.local("said"))[-500:])
            time.sleep(0.02)
        return self.where

    def __exit__(self, *_):
        self.fixture.command("fusermount", "-u", "-z", self.where)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def publish(fixture):
    """{path below the mount: content}, and pages that lead there."""
    source = random.Random("files")
    files = {"some.bin": source.randbytes(300_000), "small.txt": b"small\n", "sub/one.bin": source.randbytes(70_000)}
    for name, content in files.items():
        fixture.publish(content, "mount/" + name)
    for directory, names in (("", ("some.bin", "small.txt", "sub/")), ("sub/", ("one.bin",))):
        links = "".join('<a href="%s">%s</a>\n' % (name, name) for name in names)
        fixture.publish(("<!doctype html>\n<title>files</title>\n" + links).encode(), "mount/%sindex.html" % directory)
    return files


@test
def files_are_listed_with_their_sizes_and_read_like_any(fixture):
    files = publish(fixture)
    with Mount(fixture, fixture.main.url("mount/")) as where:
        must_equal(sorted(os.listdir(where)), ["small.txt", "some.bin", "sub"], "names")
        for name, content in files.items():
            must_equal(os.stat(os.path.join(where, name)).st_size, len(content), "size of " + name)
            must_equal(read(where, name), content, name)
    must({line[2] for line in fixture.main.logged()} <= {200, 206, 301}, "log: %r" % fixture.main.logged())


@test
def a_read_in_the_middle_of_a_file_does_not_load_it(fixture):
    content = random.randbytes(LARGE)
    fixture.publish(content, "large/large.bin")
    fixture.publish(b'<!doctype html>\n<title>large</title>\n<a href="large.bin">large.bin</a>\n', "large/index.html")
    served, relay = fixture.through_relay(fixture.main)
    with (Mount(fixture, served.url("large/")) as where,
          open(os.path.join(where, "large.bin"), "rb", buffering=0) as file):
        for at in (LARGE // 2, LARGE - BLOCK, 123 * BLOCK):
            file.seek(at)
            must_equal(file.read(BLOCK), content[at:at + BLOCK], "at byte %d" % at)
    must(relay.passed < LARGE // 4, "%d bytes passed" % relay.passed)
