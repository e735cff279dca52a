# SPDX-License-Identifier: MIT
"""curl: versions, connections, requests in a row, targets, limits, bodies."""

import os

from batontest.expect import Failed, must, must_equal
from batontest.files import read, write
from batontest.run import test

from curl import curl, must_get
from fixture import FILES, OUTSIDE, answers

MESSAGE_LENGTH = 2 << 20  # beyond limits.body_size, and beyond what makes curl expect a 100


@test
def head_has_every_field_of_get(fixture):
    for path in ("", "files/1m.txt", "files/page.html", "files/missing", "deploy"):
        get = curl(fixture, fixture.main.url(path))
        head = curl(fixture, "-I", fixture.main.url(path), out=None)
        must_equal((head.exit, head.codes), (0, get.codes), "exit status and status of HEAD")
        plain = [[field for field in got.heads[-1].fields if field[0] != "Date"] for got in (get, head)]
        must_equal(plain[1], plain[0], "fields of /%s" % path)


@test
def http_1_0_is_answered_and_closed(fixture):
    url = fixture.main.url("files/ten.txt")
    got = must_get(curl(fixture, "-0", url, "-o", "second", url), 200, FILES["ten.txt"])
    must_equal([one["num_connects"] for one in got.info], [1, 1], "connections made")
    must_equal([one["http_version"] for one in got.info], ["1.1", "1.1"], "version of the answers")


@test
def http_1_0_with_keep_alive_stays_on_one_connection(fixture):
    urls = [fixture.main.url("files/n%d.txt" % n) for n in (1, 2, 3)]
    got = curl(fixture, "-0", "-H", "Connection: keep-alive", *urls, "-o", "b", "-o", "c")
    must_equal([one["num_connects"] for one in got.info], [1, 0, 0], "connections made, %s" % got.said[:200])
    bodies = [got.body, read(fixture.local("b")), read(fixture.local("c"))]
    must_equal(bodies, [b"one\n", b"two\n", b"three\n"], "bodies")
    must_equal([head.get("Connection") for head in got.heads], ["keep-alive"] * 3, "Connection")


@test
def many_urls_share_one_connection(fixture):
    paths = ["", "files/missing", "files/1m.txt", "files/n1.txt", "style.css"]
    more = [argument for n in range(1, len(paths)) for argument in ("-o", "body%d" % n)]
    got = curl(fixture, *more, *map(fixture.main.url, paths))
    must_equal([one["num_connects"] for one in got.info], [1, 0, 0, 0, 0], "connections made")
    must_equal(got.codes, [200, 404, 200, 200, 200], "statuses")
    must_equal(read(fixture.local("body2")), FILES["1m.txt"], "the third body")


@test
def many_urls_at_once_are_all_whole(fixture):
    more = [argument for n in range(20) for argument in ("-o", "p%d" % n, fixture.main.url("files/1m.txt"))]
    got = curl(fixture, "-Z", "--parallel-immediate", *more, out=None)
    must_equal(got.exit, 0, "exit status")
    must_equal(fixture.main.statuses(20), [200] * 20, "log")
    for n in range(20):
        must_equal(read(fixture.local("p%d" % n)), FILES["1m.txt"], "body %d" % n)


def pipeline(fixture, tag):
    """[(method, fields, status, body)] of requests to be sent in one go."""
    one_m = FILES["1m.txt"]
    rows = [("GET", "/files/n%d.txt" % n, "", 200, FILES["n%d.txt" % n]) for n in (1, 2, 3)] * 10
    rows[3:3] = [("HEAD", "/files/1m.txt", "", 200, b""),
                 ("GET", "/files/ten.txt", "If-None-Match: %s\r\n" % tag, 304, b""),
                 ("GET", "/files/1m.txt", "Range: bytes=65530-131080\r\n", 206, one_m[65530:131081]),
                 ("GET", "/files/ten.txt", "Content-Length: 19\r\n\r\nGET /evil HTTP/1.1\n", 200, FILES["ten.txt"]),
                 ("GET", "/files/missing", "", 404, None),
                 ("GET", "/files/1m.txt", "", 200, one_m)]
    return rows + [("GET", "/files/n1.txt", "Connection: close\r\n", 200, b"one\n")]


def said_over_telnet(fixture, name):
    """What came back for the file, until the daemon closed."""
    with open(fixture.local(name), "rb") as requests:
        done = fixture.command("curl", "-q", "-sS", "--max-time", "10", "telnet://127.0.0.1:%d" % fixture.main.port,
                               stdin=requests)
    must_equal(done.returncode, 0, "exit status, %r after %d bytes" % (done.stderr[:200], len(done.stdout)))
    return done.stdout


@test
def requests_piped_from_a_file_are_answered_in_their_order(fixture):
    """curl does not pipeline, but its telnet sends a file as it is and prints all that comes."""
    rows = pipeline(fixture, curl(fixture, fixture.main.url("files/ten.txt")).field("ETag"))
    requests = "".join("%s %s HTTP/1.1\r\nHost: test\r\n%s%s" % (
        method, target, fields, "" if "\r\n\r\n" in fields else "\r\n") for method, target, fields, _, _ in rows)
    write(requests.encode(), fixture.local("requests"))
    got = answers(said_over_telnet(fixture, "requests"), [row[0] for row in rows])
    must_equal([one.status for one in got], [row[3] for row in rows], "statuses")
    for one, (_, target, _, _, body) in zip(got, rows):
        if body is not None:
            must_equal(one.body, body, target)
    must(got[-1].closes(), "the last answer does not say close")
    must_equal(len(fixture.main.logged(len(rows) + 1)), len(rows) + 1, "lines in the log")


@test
def a_path_as_it_is_never_leaves_the_root(fixture):
    for path in ("../outside.txt", "files/../../outside.txt", "%2e%2e/outside.txt", "..%2foutside.txt",
                 "files/%2e%2e/%2e%2e/outside.txt", "../../../../../../etc/passwd", "files//../..//../etc/passwd",
                 "..%5coutside.txt", "%2e%2e%2f%2e%2e%2fetc/passwd", "....//outside.txt"):
        got = curl(fixture, "--path-as-is", fixture.main.url(path))
        must(got.exit == 0 and got.codes[0] in (400, 403, 404), "/%s: status %s" % (path, got.codes))
        must(OUTSIDE not in got.body and b"root:" not in got.body, "/%s left the root" % path)
    must_get(curl(fixture, "--path-as-is", fixture.main.url("files/./../files/ten.txt")), 200, FILES["ten.txt"])


@test
def a_directory_without_its_slash_is_found_by_following(fixture):
    got = curl(fixture, "-L", fixture.main.url("deploy?from=curl"))
    must_get(got, 200, read(fixture.root, "deploy", "index.html"))
    must_equal([head.status for head in got.heads], [301, 200], "statuses")
    must_equal(got.info[0]["url_effective"], fixture.main.url("deploy/?from=curl"), "where it ended")


@test
def large_fields_are_taken_up_to_the_limit_and_431_beyond(fixture):
    url = fixture.main.url("files/ten.txt")
    must_get(curl(fixture, "-H", "X: " + "x" * 15000, url), 200, FILES["ten.txt"])
    more = [argument for n in range(90) for argument in ("-H", "X-%d: %s" % (n, "y" * 100))]
    must_get(curl(fixture, *more, url), 200, FILES["ten.txt"])
    for arguments in (("-H", "X: " + "x" * 20000), ("-H", "X: " + "x" * 100000)):
        got = must_get(curl(fixture, *arguments, url), 431)
        must(got.heads[-1].closes() and got.body, "a 431 without Connection: close, or without a page")


@test
def a_large_body_that_waits_for_100_is_refused_before_it_is_sent(fixture):
    path = write(b"x" * MESSAGE_LENGTH, fixture.local("large"))
    for arguments, codes in ((("-T", path), (405,)), (("--data-binary", "@" + path), (405,)),
                             (("-X", "GET", "--data-binary", "@" + path), (413,))):
        got = curl(fixture, *arguments, "-H", "Expect: 100-continue", fixture.main.url("files/ten.txt"))
        must_equal(got.exit, 0, "exit status, %s" % got.said[:200])
        must(got.codes[0] in codes, "%s: status %s" % (arguments, got.codes))
        must(not any(head.status == 100 for head in got.heads), "%s: a 100 for a body nobody wants" % (arguments,))
        must_equal(got.info[0]["size_upload"], 0, "bytes of body sent")
        must(got.info[0]["time_total"] < 0.9, "curl waited %s s for an answer" % got.info[0]["time_total"])
        if got.codes[0] == 405:
            must("GET" in got.field("Allow"), "Allow: %s" % got.field("Allow"))


@test
def a_large_body_that_waits_for_nothing_gets_its_answer_not_a_reset(fixture):
    path = write(b"x" * MESSAGE_LENGTH, fixture.local("large"))
    for arguments, codes in ((("-T", path), (405, 413)), (("--data-binary", "@" + path), (405, 413)),
                             (("-X", "GET", "--data-binary", "@" + path), (413,))):
        for _ in range(5):
            got = curl(fixture, *arguments, "-H", "Expect:", fixture.main.url("files/ten.txt"))
            must_equal(got.exit, 0, "%s: exit status, %s" % (arguments, got.said[:200]))
            must(got.codes[0] in codes and got.body, "%s: status %s" % (arguments, got.codes))


@test
def a_body_that_is_wanted_gets_its_100_at_once(fixture):
    path = write(b"x" * 100000, fixture.local("small"))
    url = fixture.main.url("files/ten.txt")
    got = curl(fixture, "-X", "GET", "--data-binary", "@" + path, "-H", "Expect: 100-continue", url, "-o", "next", url)
    must_equal((got.exit, got.codes), (0, [200, 200]), "exit status and statuses")
    must_equal([head.status for head in got.heads], [100, 200, 100, 200], "answers")
    must_equal([one["num_connects"] for one in got.info], [1, 0], "connections made")
    must(got.info[0]["time_total"] < 0.9, "curl waited %s s for a 100" % got.info[0]["time_total"])
    must_equal(got.body, FILES["ten.txt"], "body")


@test
def a_chunked_body_is_read_and_forgotten(fixture):
    path = write(b"x" * 100000, fixture.local("small"))
    url = fixture.main.url("files/n1.txt")
    got = curl(fixture, "-X", "GET", "--data-binary", "@" + path, "-H", "Transfer-Encoding: chunked", "-H", "Expect:",
               url, "-o", "next", fixture.main.url("files/n2.txt"))
    must_equal((got.exit, got.codes, got.body), (0, [200, 200], b"one\n"), "exit status, statuses, body")
    must_equal([one["num_connects"] for one in got.info], [1, 0], "connections made")


@test
def max_filesize_is_seen_before_anything_is_loaded(fixture):
    got = curl(fixture, "--max-filesize", "1000", fixture.main.url("files/1m.txt"))
    must_equal((got.exit, len(got.body)), (63, 0), "exit status and bytes loaded")
    must_get(curl(fixture, "--max-filesize", "1048576", fixture.main.url("files/1m.txt")), 200, FILES["1m.txt"])


@test
def names_with_brackets_are_names_with_globoff_and_patterns_without(fixture):
    for name in ("[1].txt", "{a,b}.txt"):
        must_get(curl(fixture, "--globoff", fixture.main.url("files/" + name)), 200, FILES[name])
    got = curl(fixture, fixture.main.url("files/n[1-3].txt"), out="n#1")
    must_equal((got.exit, got.codes), (0, [200] * 3), "exit status and statuses")
    must_equal([read(fixture.local("n%d" % n)) for n in (1, 2, 3)], [b"one\n", b"two\n", b"three\n"], "bodies")


@test
def the_unix_socket_gives_the_same(fixture):
    if fixture.spoil:
        raise Failed("the relay has no unix socket")
    path = os.path.join(fixture.top, "main.sock")
    must_get(curl(fixture, "--unix-socket", path, "http://test/files/1m.txt"), 200, FILES["1m.txt"])


@test
def trace_and_options_are_answered_as_they_should(fixture):
    got = must_get(curl(fixture, "-X", "TRACE", fixture.main.url("files/ten.txt")), 405)
    must("TRACE" not in got.field("Allow"), "Allow: %s" % got.field("Allow"))
    for target in ("/files/ten.txt", "*"):
        got = curl(fixture, "-X", "OPTIONS", "--request-target", target, fixture.main.url(""))
        must(got.exit == 0 and got.codes[0] in (200, 204), "OPTIONS %s: %s" % (target, got.codes))
        must({"GET", "HEAD", "OPTIONS"} <= set(got.field("Allow").split(", ")), "Allow: %s" % got.field("Allow"))
