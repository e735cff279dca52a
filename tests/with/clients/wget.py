# SPDX-License-Identifier: MIT
"""wget: resumed downloads, timestamps, spiders, and a whole site."""

import filecmp
import os
import time

from batontest.expect import must, must_equal
from batontest.files import age, read, write
from batontest.run import test

from fixture import DAY, DEMO, FILES, MIB


def wget(fixture, *arguments, status=0, within=20):
    done = fixture.command("wget", "--no-config", "-nv", "-t", "1", "-T", "10", *arguments, within=within)
    must(done.returncode == status, "exit status %d, expected %d: %s" % (
        done.returncode, status, done.stderr.decode(errors="replace")[-300:]))
    return done.stderr.decode(errors="replace")


@test
def c_fetches_the_half_that_is_missing(fixture):
    write(FILES["1m.txt"][:MIB // 2], fixture.local("1m.txt"))
    wget(fixture, "-c", fixture.main.url("files/1m.txt"))
    must_equal(read(fixture.local("1m.txt")), FILES["1m.txt"], "file")
    must_equal(fixture.main.logged(), [("GET", "/files/1m.txt", 206, MIB // 2)], "log")


@test
def c_leaves_a_whole_file_alone(fixture):
    write(FILES["1m.txt"], fixture.local("1m.txt"))
    wget(fixture, "-c", fixture.main.url("files/1m.txt"))
    must_equal(read(fixture.local("1m.txt")), FILES["1m.txt"], "file")
    must_equal(fixture.main.statuses(), [416], "log")


@test
def n_fetches_a_file_again_only_when_it_changed(fixture):
    path = write(b"first\n", fixture.file("stamped.txt"))
    age(path, 2 * DAY)
    url = fixture.main.url("files/stamped.txt")
    wget(fixture, "-N", url)
    must_equal(int(os.stat(fixture.local("stamped.txt")).st_mtime), int(os.stat(path).st_mtime), "time of the copy")
    wget(fixture, "-N", url)
    write(b"second\n", path)
    age(path, DAY)
    time.sleep(1.1)  # cache_ttl
    wget(fixture, "-N", url)
    must_equal(read(fixture.local("stamped.txt")), b"second\n", "file")
    must_equal(fixture.main.statuses(3), [200, 304, 200], "log")


@test
def a_spider_learns_what_is_there_and_loads_nothing(fixture):
    wget(fixture, "--spider", fixture.main.url("files/1m.txt"))
    wget(fixture, "--spider", fixture.main.url("files/missing"), status=8)
    must_equal([line[::2] for line in fixture.main.logged(2)][:2], [("HEAD", 200), ("HEAD", 404)], "log")
    must_equal(os.listdir(fixture.room), [], "what was loaded")


def differences(left, right):
    """Names that only one of two directories has, or whose files differ in any byte."""
    compared = filecmp.dircmp(left, right)
    found = compared.left_only + compared.right_only + compared.funny_files
    found += [name for name in compared.common_files if read(left, name) != read(right, name)]
    for name in compared.common_dirs:
        found += ["%s/%s" % (name, one) for one in differences(os.path.join(left, name), os.path.join(right, name))]
    return found


# A 304 has no Content-Type, for which wget would follow no links; so it asks by HEAD whether anything is newer.
@test
def the_whole_demo_site_is_loaded_by_its_links(fixture):
    wget(fixture, "-r", "-l", "5", "-nH", "-e", "robots=off", "-P", "copy", fixture.main.url(""))
    must_equal(differences(DEMO, fixture.local("copy")), [], "differences")
    lines = fixture.main.logged()
    must(all(status == 200 for _, _, status, _ in lines), "log: %r" % lines)
    fixture.main.mark()
    wget(fixture, "-r", "-l", "5", "-nH", "-N", "--no-if-modified-since", "-e", "robots=off", "-P", "copy",
         fixture.main.url(""))
    must_equal({line[0] for line in fixture.main.logged(len(lines))}, {"HEAD"}, "methods of a second run")
    must_equal(differences(DEMO, fixture.local("copy")), [], "differences afterwards")


@test
def a_list_of_files_comes_over_one_connection(fixture):
    write("".join(fixture.main.url("files/n%d.txt\n" % n) for n in (1, 2, 3)).encode(), fixture.local("list"))
    said = wget(fixture, "-v", "-i", "list")
    must_equal(said.count("Reusing existing connection"), 2, "connections used again")
    must_equal([read(fixture.local("n%d.txt" % n)) for n in (1, 2, 3)], [b"one\n", b"two\n", b"three\n"], "files")
