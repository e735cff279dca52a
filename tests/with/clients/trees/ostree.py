# SPDX-License-Identifier: MIT
"""ostree: a tree pulled object by object, and then only what is new in it."""

import filecmp
import os
import random

from batontest.expect import must, must_equal
from batontest.files import write
from batontest.run import test

FILES = 40


def ostree(fixture, *arguments):
    return fixture.run("ostree", *arguments)


def commit(fixture, repository):
    return ostree(fixture, "--repo=" + repository, "commit", "--branch=test", "--owner-uid=0", "--owner-gid=0", "tree").strip()


def objects(repository):
    return {os.path.relpath(os.path.join(top, name), repository)
            for top, _, names in os.walk(os.path.join(repository, "objects")) for name in names}


@test
def a_tree_is_pulled_and_then_what_is_new_in_it(fixture):
    repository = os.path.join(fixture.root, "ostree")
    ostree(fixture, "init", "--mode=archive", "--repo=" + repository)
    for number in range(FILES):
        os.makedirs(fixture.local("tree/%d" % (number % 4)), exist_ok=True)
        write(random.randbytes(3000), fixture.local("tree/%d/%d" % (number % 4, number)))
    commit(fixture, repository)
    ostree(fixture, "init", "--mode=bare-user-only", "--repo=copy")
    ostree(fixture, "--repo=copy", "remote", "add", "--no-gpg-verify", "origin", fixture.fresh.url("ostree"))
    ostree(fixture, "--repo=copy", "pull", "origin", "test")
    before = objects(repository)
    write(random.randbytes(3000), fixture.local("tree/0/0"))
    newest = commit(fixture, repository)
    fixture.fresh.mark()
    ostree(fixture, "--repo=copy", "pull", "origin", "test")
    ostree(fixture, "--repo=copy", "fsck")
    must_equal(ostree(fixture, "--repo=copy", "rev-parse", "origin:test").strip(), newest, "commit")
    ostree(fixture, "--repo=copy", "checkout", "-U", "origin:test", "out")
    for number in range(FILES):
        name = "%d/%d" % (number % 4, number)
        same = filecmp.cmp(fixture.local("tree/" + name), fixture.local("out/" + name), shallow=False)
        must(same, "%s differs" % name)
    lines = fixture.fresh.logged(4)
    loaded = {line[1][len("/ostree/"):] for line in lines if "/objects/" in line[1] and line[2] == 200}
    must_equal(loaded, objects(repository) - before, "objects that are loaded")
