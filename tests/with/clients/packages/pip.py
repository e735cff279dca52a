# SPDX-License-Identifier: MIT
"""pip: a package found on an index of pages, looked into by ranges, installed, and not loaded again."""

import hashlib
import os
import zipfile

from batontest.expect import must, must_equal
from batontest.files import read
from batontest.run import test

PAGE = '<!doctype html>\n<title>%s</title>\n<a href="../../wheels/%s#sha256=%s">%s</a>\n'
WHEEL = "Wheel-Version: 1.0\nGenerator: baton\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel(fixture, name, size, needs=()):
    """A package whose module says its own name, and its page on the index; the wheel's name."""
    info, file_name = "%s-1.0.dist-info" % name, "%s-1.0-py3-none-any.whl" % name
    local = fixture.local(file_name)
    with zipfile.ZipFile(local, "w") as archive:
        archive.writestr("%s.py" % name, "NAME = %r\n" % name)
        archive.writestr("%s_data.bin" % name, os.urandom(size))
        archive.writestr(info + "/METADATA", "Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n%s" % (
            name, "".join("Requires-Dist: %s\n" % one for one in needs)))
        archive.writestr(info + "/WHEEL", WHEEL)
        archive.writestr(info + "/RECORD", "")
    with open(local, "rb") as file:
        content = file.read()
    fixture.publish(content, "wheels/" + file_name)
    page = PAGE % (name, file_name, hashlib.sha256(content).hexdigest(), file_name)
    fixture.publish(page.encode(), "simple/%s/index.html" % name)
    return file_name


def pip(fixture, served, command, *arguments):
    return fixture.run("pip3", "--isolated", "--disable-pip-version-check", "--no-input", command, "--retries", "0",
                       "--index-url", served.url("simple/"), "--trusted-host", "127.0.0.1", *arguments,
                       environment={"PIP_CONFIG_FILE": os.devnull})


@test
def a_package_and_what_it_needs_is_installed_and_runs(fixture):
    wheel(fixture, "batonone", 1000, ["batontwo"])
    wheel(fixture, "batontwo", 1000)
    pip(fixture, fixture.main, "install", "--no-cache-dir", "--target", "site", "batonone")
    said = fixture.run("python3", "-c", "import batonone, batontwo; print(batonone.NAME, batontwo.NAME)",
                       environment={"PYTHONPATH": fixture.local("site")})
    must_equal(said, "batonone batontwo\n", "what the modules say")
    must_equal({line[2] for line in fixture.main.logged(4)}, {200}, "log")


@test
def a_second_download_asks_for_the_page_with_its_tag_and_not_for_the_package(fixture):
    name = wheel(fixture, "batoncached", 100_000)
    pip(fixture, fixture.main, "download", "-d", "one", "batoncached")
    fixture.main.mark()
    pip(fixture, fixture.main, "download", "-d", "two", "batoncached")
    must(os.path.exists(fixture.local("two/" + name)), "nothing was downloaded")
    lines = [line[1:3] for line in fixture.main.logged()]
    must(("/simple/batoncached/", 304) in lines, "log: %r" % lines)
    must(("/wheels/" + name, 200) not in lines, "the package is loaded again: %r" % lines)


@test
def what_a_large_package_needs_is_read_out_of_its_end_before_it_is_loaded(fixture):
    size = 4 << 20
    name = wheel(fixture, "batonlarge", size, ["batonlittle"])
    wheel(fixture, "batonlittle", 1000)
    pip(fixture, fixture.main, "download", "--no-cache-dir", "--use-feature=fast-deps", "-d", "got", "batonlarge")
    lines = fixture.main.logged()
    asked = [line[1] for line in lines]
    first = lines[asked.index("/wheels/" + name):asked.index("/simple/batonlittle/")]
    must_equal(first[0][::2], ("HEAD", 200), "log of what came first")
    must_equal({line[2] for line in first[1:]}, {206}, "log of what was read")
    must(sum(line[3] for line in first) < size // 10, "%r is more than its end" % first)
    must_equal(read(fixture.local("got/" + name)), read(fixture.root, "wheels", name), "package")
