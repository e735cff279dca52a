# SPDX-License-Identifier: MIT
"""debmirror: a whole archive copied, and then only what changed."""

import os

from batontest.expect import must_equal
from batontest.files import read, write
from batontest.run import test

from packages.archive import Archive


def mirror(fixture, served):
    write(b"1;\n", fixture.local("debmirror.conf"))  # Perl, and no mirror of the machine's
    fixture.run("debmirror", "--config-file=" + fixture.local("debmirror.conf"), "--method=http", "--root=mirrored",
                "--host=127.0.0.1:%d" % served.port, "--dist=test", "--section=main", "--arch=amd64", "--nosource",
                "--ignore-release-gpg", "--no-check-gpg", "--rsync-extra=none", fixture.local("mirror"))


def pool_of(top):
    return {name: read(top, "pool", name) for name in os.listdir(os.path.join(top, "pool"))}


@test
def an_archive_is_copied_and_later_only_what_changed(fixture):
    archive = Archive(fixture, "mirrored")
    for number in range(5):
        archive.add("mirrored%d" % number, 50_000)
    archive.publish()
    mirror(fixture, fixture.fresh)
    must_equal(pool_of(fixture.local("mirror")), pool_of(archive.top), "packages")
    fixture.fresh.mark()
    archive.entries.pop("mirrored0")
    os.unlink(os.path.join(archive.top, "pool/mirrored0_1_all.deb"))
    pool = archive.add("mirrored9", 50_000)
    archive.publish()
    mirror(fixture, fixture.fresh)
    must_equal(pool_of(fixture.local("mirror")), pool_of(archive.top), "packages afterwards")
    fetched = [line[1:3] for line in fixture.fresh.logged() if line[1].endswith(".deb")]
    must_equal(fetched, [("/mirrored/" + pool, 200)], "log of the second time")
