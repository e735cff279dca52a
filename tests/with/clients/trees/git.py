# SPDX-License-Identifier: MIT
"""git over dumb HTTP: a repository whose files are all that it asks for."""

import os
import random

from batontest.expect import must, must_equal
from batontest.files import write
from batontest.run import test

SETTINGS = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": "nobody", "GIT_AUTHOR_EMAIL": "nobody@localhost",
            "GIT_COMMITTER_NAME": "nobody", "GIT_COMMITTER_EMAIL": "nobody@localhost"}


def git(fixture, *arguments, status=0):
    return fixture.run("git", *arguments, status=status, environment=SETTINGS)


class Repository:
    """A bare repository below the root, and the clone in the room from which it gets its commits."""

    def __init__(self, fixture, path):
        self.fixture, self.bare = fixture, os.path.join(fixture.root, path)
        git(fixture, "init", "-q", "--bare", "-b", "main", self.bare)
        git(fixture, "init", "-q", "-b", "main", "work")

    def commit(self, name, size, packed=False):
        """Add a file; its objects lie in a pack, or each in a file of its own."""
        write(random.randbytes(size), self.fixture.local("work"), name)
        git(self.fixture, "-C", "work", "add", name)
        git(self.fixture, "-C", "work", "commit", "-q", "-m", "add " + name)
        git(self.fixture, "-C", "work", "push", "-q", self.bare, "main")
        if packed:
            git(self.fixture, "-C", self.bare, "repack", "-q", "-a", "-d")
        git(self.fixture, "-C", self.bare, "update-server-info")


def must_be_same(fixture, clone):
    git(fixture, "-C", clone, "fsck", "--strict")
    must_equal(git(fixture, "-C", clone, "rev-parse", "origin/main"), git(fixture, "-C", "work", "rev-parse", "main"), "commit")


@test
def a_repository_is_cloned_and_what_is_new_fetched(fixture):
    repository = Repository(fixture, "dumb.git")
    repository.commit("packed", 200_000, packed=True)
    repository.commit("loose", 50_000)
    git(fixture, "clone", "-q", fixture.fresh.url("dumb.git"), "clone")
    must_be_same(fixture, "clone")
    lines = fixture.fresh.logged(5)
    must_equal(lines[0][1:3], ("/dumb.git/info/refs?service=git-upload-pack", 200), "log of the first request")
    must(any(line[1].endswith(".pack") and line[2] == 200 for line in lines), "no pack is loaded: %r" % lines)
    repository.commit("new", 50_000)
    fixture.fresh.mark()
    git(fixture, "-C", "clone", "fetch", "-q")
    must_be_same(fixture, "clone")
    loaded = [line[1] for line in fixture.fresh.logged(5) if line[2] == 200 and "/objects/" in line[1]]
    must(not any(one.endswith(".pack") for one in loaded), "the pack is loaded again: %r" % loaded)
    must_equal(len([one for one in loaded if "/info/" not in one]), 3, "new objects (a commit, a tree, a file)")


@test
def a_pack_that_was_cut_short_is_fetched_on(fixture):
    size = 2 << 20
    repository = Repository(fixture, "cut.git")
    repository.commit("large", size, packed=True)
    served, relay = fixture.through_relay(fixture.fresh)
    git(fixture, "init", "-q", "-b", "main", "clone")
    git(fixture, "-C", "clone", "remote", "add", "origin", served.url("cut.git"))
    relay.limit = size // 2
    git(fixture, "-C", "clone", "fetch", "-q", "origin", status=128)
    relay.forget()
    served.mark()
    git(fixture, "-C", "clone", "fetch", "-q", "origin")
    must_be_same(fixture, "clone")
    packs = [line for line in served.logged(3) if line[1].endswith(".pack")]
    must_equal([line[2] for line in packs], [206], "log of the pack")
    must(packs[0][3] < size, "%d of %d bytes are loaded again" % (packs[0][3], size))
