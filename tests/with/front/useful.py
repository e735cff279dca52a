# SPDX-License-Identifier: MIT
"""What front ends are for: they keep connections, cache, ask whether what they have still holds, and look after us."""

import gzip
import os
import time

from batontest.patience import eventually

import judge
from client import ask

PAGE = b"".join(b"%015d\n" % at for at in range(0, 4096, 16))
FILES = {"page.txt": PAGE, "soon-page.txt": PAGE, "alive.txt": b"alive\n", "asset.css": PAGE[:2048],
         "asset.css.gz": gzip.compress(PAGE[:2048], mtime=0)}
YESTERDAY = 86400


def make(root):
    os.mkdir(os.path.join(root, "folder"))
    for name, content in FILES.items():
        path = os.path.join(root, name)
        with open(path, "wb") as file:
            file.write(content)
        os.utime(path, (time.time() - YESTERDAY,) * 2)


def get(lane, path, *fields, method="GET"):
    lines = ["%s /%s HTTP/1.1" % (method, path), "Host: test", *fields]
    return ask(lane.port, ("\r\n".join(lines) + "\r\n\r\n").encode(), method == "HEAD")


def expect(answer, status, body):
    """What is wrong with an answer, if anything."""
    if answer.status != status or not answer.whole:
        return ["status %d (expected %d), %s" % (answer.status, status, "whole" if answer.whole else "not whole")]
    return [] if answer.body == body else ["another body: %d bytes, %r" % (len(answer.body), answer.body[:60])]


def peers(port):
    """The clients' ports of all connections to that port of ours."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return {row[2] for row in rows if row[3] == "01" and int(row[1].rpartition(":")[2], 16) == port}


def faults_of_reuse(lane):
    """Many clients, one after another, are served through a few connections, of which none is closed. When a front end
    takes one back is its own affair: where it has not yet, the next client makes it open another."""
    if lane.port == lane.behind:
        return
    get(lane, "page.txt?0")
    before = peers(lane.behind)
    for number in range(1, 40):
        yield from expect(get(lane, "page.txt?%d" % number), 200, PAGE)
    after = peers(lane.behind)
    if not before or not before <= after or len(after) > 10:
        yield "connections behind it were %s and are %s" % (sorted(before), sorted(after))


def plain(lane):
    answer = get(lane, "page.txt")
    yield "GET", expect(answer, 200, PAGE)
    yield "HEAD", expect(get(lane, "page.txt", method="HEAD"), 200, b"")
    for name, validator in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")):
        field = "%s: %s" % (name, answer.get(validator))
        yield name + " is answered 304", expect(get(lane, "page.txt", field), 304, b"")
    yield "an ETag of another is answered 200", expect(get(lane, "page.txt", 'If-None-Match: "x"'), 200, PAGE)
    yield "GET again", expect(get(lane, "page.txt"), 200, PAGE)


def ranges(front, lane):
    yield "a range", expect(get(lane, "page.txt", "Range: bytes=16-47"), 206, PAGE[16:48])
    yield "a range from the end", expect(get(lane, "page.txt", "Range: bytes=-16"), 206, PAGE[-16:])
    yield "a range beyond the end", [] if get(lane, "page.txt", "Range: bytes=5000-").status == 416 else ["not 416"]
    yield "If-Range", expect(get(lane, "page.txt", "Range: bytes=16-47", 'If-Range: "x"'), 200, PAGE)
    if front.name != "varnish":  # it answers 416 to a list of ranges, by itself
        answer = get(lane, "page.txt", "Range: bytes=0-1,16-47")
        yield "two ranges", faults_of_parts(answer, (PAGE[:2], PAGE[16:48]))


def faults_of_parts(answer, wanted):
    """Multipart bodies, read by their boundary alone."""
    kind, _, boundary = (answer.get("content-type") or "").partition("boundary=")
    if answer.status != 206 or not answer.whole or not kind.startswith("multipart/byteranges"):
        return ["status %d, type %r" % (answer.status, kind)]
    parts = (b"\r\n" + answer.body).split(b"\r\n--" + boundary.strip('"').encode())
    bodies = tuple(part.partition(b"\r\n\r\n")[2] for part in parts[1:-1])
    return [] if bodies == wanted and parts[-1].startswith(b"--") else ["parts %r" % (bodies,)]


def variants(lane):
    """Two clients take turns: one that reads gzip, one that does not. A cache must tell them apart by Vary."""
    for turn in ("first", "from a cache, if there is one"):
        for said, fields, name in (("gzip", ("Accept-Encoding: gzip",), "asset.css.gz"), ("identity", (), "asset.css")):
            answer = get(lane, "asset.css", *fields)
            faults = expect(answer, 200, FILES[name])
            if "accept-encoding" not in (answer.get("vary") or "").lower():
                faults.append("no Vary")
            if (answer.get("content-encoding") == "gzip") != (said == "gzip"):
                faults.append("Content-Encoding %s" % answer.get("content-encoding"))
            yield "%s, %s" % (said, turn), faults


def revalidation(lane, log_path):
    """What has become old is asked for with our validators, and our 304 makes it new again: we send it once only."""
    answers = []

    def ask_again():
        answers.append(get(lane, "soon-page.txt"))
        return [request.status for request in judge.read_log(log_path) if "soon-page.txt" in request.line]
    statuses = eventually(lambda: len(found := ask_again()) >= 3 and found, pause=0.1) or ask_again()
    yield "asked again and again, it is whole", [said for answer in answers for said in expect(answer, 200, PAGE)]
    yield "we sent it once, and then 304", [] if set(statuses[1:]) == {304} and statuses[0] == 200 else [str(statuses)]
    kept = {answer.get("x-kept") for answer in answers}
    yield "nginx says so", [] if kept == {None} or "REVALIDATED" in kept else ["X-Kept: %s" % kept]


def wait_for(lane, status):
    eventually(lambda: get(lane, "page.txt").status == status, pause=0.05)
    got = get(lane, "page.txt").status
    return [] if got == status else ["status %d, not %d" % (got, status)]


def health(lane, root):
    """HAProxy asks for a file, and believes the answer."""
    path = os.path.join(root, "alive.txt")
    yield "healthy", wait_for(lane, 200)
    os.rename(path, path + "-not")
    yield "no longer healthy", wait_for(lane, 503)
    os.rename(path + "-not", path)
    yield "healthy again", wait_for(lane, 200)


def check(front, lane, root, log_path):
    """Pairs of a name and what is wrong."""
    yield from plain(lane)
    yield from ranges(front, lane)
    yield from variants(lane)
    if front.name in ("nginx", "varnish"):
        yield from revalidation(lane, log_path)
    if front.name == "haproxy":
        yield from health(lane, root)
