# SPDX-License-Identifier: MIT
"""curl: ranges and resumed downloads, conditions, encodings."""

import base64
import hashlib
import json
import os
import re
import time

from batontest.expect import must, must_equal
from batontest.files import age, read, write
from batontest.run import test

from fixture import BEYOND, FILES, FOUR_GIB, MIB, PAGE, beyond_stamps, heads


class Got:
    """What one run of curl left: its status, the heads and the body it wrote, what it says of each transfer."""

    def __init__(self, done, head, body):
        self.exit, self.said = done.returncode, done.stderr.decode(errors="replace")
        self.info = [json.loads(line) for line in self.said.splitlines() if line.startswith("{")]
        self.heads = heads(read(head)) if self.exit == 0 and os.path.exists(head) else []
        self.body = read(body) if os.path.exists(body) else b""

    @property
    def codes(self):
        return [one["http_code"] for one in self.info]

    def field(self, name):
        return self.heads[-1].get(name)


def curl(fixture, *arguments, within=20, out="body"):
    """Heads go to the file `head` of the room, the body to `out`, unless the arguments say otherwise."""
    for name in ("head", "body"):
        if os.path.exists(fixture.local(name)) and "-C" not in arguments:
            os.unlink(fixture.local(name))
    done = fixture.command("curl", "-q", "-sS", "--max-time", str(within - 2), "-D", "head", "-w", "%{stderr}%{json}\n",
                           *(("-o", out) if out else ()), *arguments, within=within)
    return Got(done, fixture.local("head"), fixture.local(out or "body"))


def must_get(got, code, body=None, exit_status=0):
    must(got.exit == exit_status, "exit status %d: %s" % (got.exit, got.said[:300]))
    must_equal(got.codes[-1], code, "status")
    if body is not None:
        must_equal(got.body, body, "body")
    return got


@test
def each_single_range_gives_just_its_bytes(fixture):
    whole = FILES["1m.txt"]
    for spec, first, last in (("0-499", 0, 499), ("500-", 500, MIB - 1), ("-100", MIB - 100, MIB - 1), ("0-0", 0, 0),
                              ("1048575-", MIB - 1, MIB - 1), ("1048000-9999999", 1048000, MIB - 1),
                              ("-9999999", 0, MIB - 1)):
        got = must_get(curl(fixture, "-r", spec, fixture.main.url("files/1m.txt")), 206, whole[first:last + 1])
        must_equal(got.field("Content-Range"), "bytes %d-%d/%d" % (first, last, MIB), spec)


@test
def a_range_beyond_the_end_is_416(fixture):
    got = must_get(curl(fixture, "-r", "1048576-", fixture.main.url("files/1m.txt")), 416)
    must_equal(got.field("Content-Range"), "bytes */%d" % MIB, "Content-Range")


def parts_of(got):
    """[(Content-Range, Content-Type, content)] of a multipart/byteranges body, each byte of which is accounted for."""
    kind = re.fullmatch(r'multipart/byteranges; ?boundary="?([^";]+)"?', got.field("Content-Type") or "")
    must(kind, "Content-Type %r" % got.field("Content-Type"))
    fence = b"--" + kind[1].encode()
    before, *parts, last = got.body.split(fence)
    must(before in (b"", b"\r\n") and last in (b"--\r\n", b"--"), "around the parts: %r %r" % (before, last))
    found = []
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        must(content.endswith(b"\r\n"), "a part ends in %r" % content[-4:])
        found.append((fields.get("Content-Range"), fields.get("Content-Type"), content[:-2]))
    return found


@test
def several_ranges_come_as_parts_in_the_order_asked(fixture):
    whole = FILES["1m.txt"]
    got = must_get(curl(fixture, "-r", "1000-1099,0-9,-16", fixture.main.url("files/1m.txt")), 206)
    must(got.field("Content-Range") is None, "Content-Range beside parts")
    expected = [("bytes %d-%d/%d" % (first, last, MIB), "text/plain; charset=utf-8", whole[first:last + 1])
                for first, last in ((1000, 1099), (0, 9), (MIB - 16, MIB - 1))]
    must_equal([(one[0], one[1].lower(), one[2]) for one in parts_of(got)], expected, "parts")
    again = must_get(curl(fixture, "-r", "1000-1099,0-9,-16", fixture.main.url("files/1m.txt")), 206)
    must(again.field("Content-Type") != got.field("Content-Type"), "the same boundary twice")


@test
def overlapping_ranges_are_one_and_too_many_are_none(fixture):
    url = fixture.main.url("files/1m.txt")
    got = must_get(curl(fixture, "-r", "0-9,5-19", url), 206, FILES["1m.txt"][:20])
    must_equal(got.field("Content-Range"), "bytes 0-19/%d" % MIB, "Content-Range")
    must_get(curl(fixture, "-r", ",".join("%d-%d" % (at, at) for at in range(0, 514, 2)), url), 200, FILES["1m.txt"])


@test
def if_range_gives_the_rest_of_the_same_file_or_all_of_another(fixture):
    url = fixture.main.url("files/1m.txt")
    head = must_get(curl(fixture, "-I", url, out=None), 200)
    for validator, code in ((head.field("ETag"), 206), (head.field("Last-Modified"), 206), ('"another"', 200),
                            ("W/" + head.field("ETag"), 200), ("Sat, 01 Jan 2000 00:00:00 GMT", 200)):
        got = must_get(curl(fixture, "-r", "1048000-", "-H", "If-Range: " + validator, url), code)
        must_equal(got.body, FILES["1m.txt"][1048000 if code == 206 else 0:], validator)


@test
def half_a_file_is_resumed_with_the_other_half(fixture):
    write(FILES["1m.txt"][:MIB // 2], fixture.local("half"))
    must_get(curl(fixture, "-C", "-", fixture.main.url("files/1m.txt"), out="half"), 206, FILES["1m.txt"])
    must_equal(fixture.main.logged(), [("GET", "/files/1m.txt", 206, MIB // 2)], "log")


@test
def a_whole_file_is_resumed_with_nothing(fixture):
    write(FILES["1m.txt"], fixture.local("all"))
    must_get(curl(fixture, "-C", "-", fixture.main.url("files/1m.txt"), out="all"), 416, FILES["1m.txt"])


@test
def ranges_are_exact_around_4_gib_and_at_the_very_end(fixture):
    (around, mark), (last, end) = beyond_stamps()
    url = fixture.main.url("files/beyond.bin")
    for first, length, content in ((around, 8192, mark), (FOUR_GIB - 1, 1, mark[4095:4096]),
                                   (FOUR_GIB, 1, mark[4096:4097]), (FOUR_GIB - 17, 33, mark[4079:4112]),
                                   (around - 100, 100, bytes(100)), (last, 4096, end), (BEYOND - 1, 1, end[-1:])):
        got = must_get(curl(fixture, "-r", "%d-%d" % (first, first + length - 1), url), 206, content)
        must_equal(got.field("Content-Range"), "bytes %d-%d/%d" % (first, first + length - 1, BEYOND), "Content-Range")
    must_get(curl(fixture, "-r", "-4096", url), 206, end)
    got = must_get(curl(fixture, "-I", url, out=None), 200)
    must_equal(got.field("Content-Length"), str(BEYOND), "Content-Length")


@test
def a_download_is_resumed_across_the_4_gib_mark(fixture):
    (_, mark), _ = beyond_stamps()
    with open(write(b"", fixture.local("big")), "wb") as file:
        file.truncate(FOUR_GIB - 4096)
    done = fixture.command("curl", "-q", "-sS", "--max-time", "15", "-C", "-", "-o", "big",
                           fixture.main.url("files/beyond.bin"))
    must_equal(done.returncode, 0, "exit status, %r" % done.stderr[:200])
    must_equal(os.stat(fixture.local("big")).st_size, BEYOND, "size")
    with open(fixture.local("big"), "rb") as ours, open(fixture.file("beyond.bin"), "rb") as theirs:
        for file in (ours, theirs):
            file.seek(FOUR_GIB - 4096)
        got = ours.read()
        must_equal(got, theirs.read(), "what came")
    must_equal(got[:8192], mark, "around the mark")
    must_equal(fixture.main.logged(), [("GET", "/files/beyond.bin", 206, BEYOND - FOUR_GIB + 4096)], "log")


@test
def z_gets_a_file_only_when_it_is_newer(fixture):
    url, stamp = fixture.main.url("files/1m.txt"), fixture.local("stamp")
    age(write(b"", stamp), 20 * 86400)
    must_get(curl(fixture, "-z", stamp, url), 200, FILES["1m.txt"])
    os.utime(stamp, (0, os.stat(fixture.file("1m.txt")).st_mtime))
    got = must_get(curl(fixture, "-z", stamp, url), 304, b"")
    must(got.field("ETag") and got.field("Date"), "a 304 without ETag or Date")
    age(stamp, 0)
    must_get(curl(fixture, "-z", stamp, url), 304, b"")
    must_equal(fixture.main.statuses(3), [200, 304, 304], "log")  # curl says 304 even where it was told 200


@test
def z_with_a_minus_gets_a_file_only_when_it_is_not_newer(fixture):
    url = fixture.main.url("files/1m.txt")
    must_get(curl(fixture, "-z", "-Sat, 01 Jan 2000 00:00:00 GMT", url), 412)
    must_get(curl(fixture, "-z", "-Tue, 01 Jan 2030 00:00:00 GMT", url), 200, FILES["1m.txt"])


@test
def a_saved_etag_is_compared_until_the_file_changes(fixture):
    path = write(b"first\n", fixture.file("changing.txt"))
    age(path, 100)
    ask = ("--etag-save", "tag", "--etag-compare", "tag", fixture.main.url("files/changing.txt"))
    must_get(curl(fixture, *ask), 200, b"first\n")
    must(re.fullmatch(rb'"[^"]+"\n', read(fixture.local("tag"))), "saved: %r" % read(fixture.local("tag")))
    must_get(curl(fixture, *ask), 304, b"")
    write(b"other\n", path + ".new")
    age(path + ".new", 100)  # as old and as long as the first: only what mtime says below a second differs
    os.utime(path + ".new", ns=(0, os.stat(path).st_mtime_ns + 1))
    os.rename(path + ".new", path)
    time.sleep(1.1)  # cache_ttl, for which the daemon may believe what it knew
    must_get(curl(fixture, *ask), 200, b"other\n")
    must_equal(fixture.main.statuses(3), [200, 304, 200], "log")


@test
def if_match_guards_against_another_version(fixture):
    url = fixture.main.url("files/ten.txt")
    tag = must_get(curl(fixture, "-I", url, out=None), 200).field("ETag")
    for value, code in ((tag, 200), ('"x", ' + tag, 200), ("*", 200), ('"x"', 412), ("W/" + tag, 412)):
        must_get(curl(fixture, "-H", "If-Match: " + value, url), code, FILES["ten.txt"] if code == 200 else None)


CODINGS = {"gzip": "gz", "br": "br", "zstd": "zst"}


def coded(fixture, ending):
    return read(fixture.file("page.html." + ending))


@test
def compressed_gets_each_variant_and_decodes_it(fixture):
    url, tags = fixture.main.url("files/page.html"), set()
    for coding, ending in CODINGS.items():
        got = must_get(curl(fixture, "--compressed", "-H", "Accept-Encoding: " + coding, url), 200, PAGE)
        must_equal(got.field("Content-Encoding"), coding, "Content-Encoding")
        must_equal(got.field("Content-Type"), "text/html; charset=utf-8", "Content-Type")
        must_equal(got.field("Content-Length"), str(len(coded(fixture, ending))), "Content-Length")
        must_equal(got.field("Vary"), "Accept-Encoding", "Vary")
        must(got.field("ETag").endswith('-%s"' % coding), "ETag %r" % got.field("ETag"))
        tags.add(got.field("ETag"))
    plain = must_get(curl(fixture, url), 200, PAGE)
    must(plain.field("Content-Encoding") is None, "Content-Encoding of what is not coded")
    must_equal(plain.field("Vary"), "Accept-Encoding", "Vary of the original")
    must_equal(len(tags | {plain.field("ETag")}), 4, "different ETags")


@test
def compressed_takes_what_the_site_prefers_of_all_that_curl_can(fixture):
    got = must_get(curl(fixture, "--compressed", fixture.main.url("files/page.html")), 200, PAGE)
    must_equal(got.field("Content-Encoding"), "br", "Content-Encoding")
    got = must_get(curl(fixture, "--compressed", fixture.main.url("files/plain.html")), 200, PAGE)
    must(got.field("Content-Encoding") is None and got.field("Vary") is None, "a file without siblings is negotiated")


@test
def a_variant_has_ranges_and_a_304_of_its_own(fixture):
    url = fixture.main.url("files/page.html")
    for coding, ending in CODINGS.items():
        accept = ("-H", "Accept-Encoding: " + coding)
        got = must_get(curl(fixture, *accept, "-r", "10-99", url), 206, coded(fixture, ending)[10:100])
        must_equal((got.field("Content-Encoding"), got.field("Vary")), (coding, "Accept-Encoding"), "the 206")
        again = must_get(curl(fixture, *accept, "-H", "If-None-Match: " + got.field("ETag"), url), 304, b"")
        must_equal((again.field("ETag"), again.field("Vary")), (got.field("ETag"), "Accept-Encoding"), "the 304")
        must_get(curl(fixture, "-H", "If-None-Match: " + got.field("ETag"), url), 200, PAGE)


@test
def a_compressed_download_is_resumed_in_its_coding(fixture):
    content = coded(fixture, "gz")
    write(content[:1000], fixture.local("half"))
    must_get(curl(fixture, "-C", "-", "-H", "Accept-Encoding: gzip", fixture.main.url("files/page.html"), out="half"),
             206, content)


@test
def a_digest_is_given_to_who_wants_it(fixture):
    expected = "sha-256=:%s:" % base64.b64encode(hashlib.sha256(FILES["1m.txt"]).digest()).decode()
    url = fixture.main.url("files/1m.txt")
    must(curl(fixture, url).field("Repr-Digest") is None, "a digest that nobody wants")
    for more in ((), ("-r", "0-9")):
        got = wanted_digest(fixture, *more, url)
        must_equal(got, expected, "Repr-Digest")


def wanted_digest(fixture, *arguments, out="body"):
    """Repr-Digest, which a large file has once it was summed."""
    for _ in range(40):
        got = curl(fixture, "-H", "Want-Repr-Digest: sha-256=5", *arguments, out=out).field("Repr-Digest")
        if got:
            return got
        time.sleep(0.1)
    return None
