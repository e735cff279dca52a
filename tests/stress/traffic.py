# SPDX-License-Identifier: MIT
"""Random requests, well-formed ones with what may be answered, and malformed ones."""

import re

import content

STATUSES = {  # of GET without conditions, by the first letter of the name
    "s": (200,), "m": (200,), "l": (200,), "t": (200, 404), "d": (200, 301, 404),
}
MALFORMED = (
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: test\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: test\r\n\r\n",
    b"GET / HTTP/1.1\nHost: test\n\n",
    b"get / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: test\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: test\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: test\r\nX: " + b"x" * 20000 + b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
)


class Wrong(Exception):
    """An answer that must not be."""


class Request:
    """One well-formed request, and the judge of its answer."""

    def __init__(self, name, method="GET", target=None, fields=(), tail=b"", partial=None):
        self.name, self.method, self.partial = name, method, partial
        lines = ["%s /%s HTTP/1.1" % (method, target if target is not None else name), "Host: test", *fields]
        self.data = "\r\n".join(lines).encode() + b"\r\n\r\n" + tail

    @property
    def head_only(self):
        return self.method == "HEAD"

    @property
    def may_be_aborted(self):
        """The file may shrink while it is sent; then the daemon can only give up."""
        return self.name[0] == "t"

    def judge(self, answer, etags):
        """Raise Wrong unless the answer is right. `etags` remembers which version each tag stood for."""
        try:
            self._judge(answer, etags)
        except content.Torn as torn:
            raise Wrong("%r: %s" % (self.data[:100], torn)) from torn

    def _judge(self, answer, etags):
        expected = self._statuses()
        if answer.status not in expected:
            raise Wrong("%r: status %d, expected one of %s" % (self.data[:100], answer.status, expected))
        if answer.status not in (200, 206) or self.head_only:
            return
        if self.name in content.STATIC:
            self._judge_static(answer)
        elif answer.status == 206:
            self._judge_partial(answer, etags)
        else:
            self._remember(etags, answer, content.identify(self.name, answer.body), len(answer.body))

    def _statuses(self):
        if self.method == "POST":
            return (405,) if self.name in content.STATIC or self.name[0] in "sml" else (404, 405)
        if self.name == "missing":
            return (404,)
        known = (200,) if self.name in content.STATIC else STATUSES[self.name[0]]
        if self.partial == "condition":
            return known + (304,)
        return known + (206, 416) if self.partial else known

    def _judge_static(self, answer):
        whole = content.STATIC[self.name]
        first = self._span(answer)[0] if answer.status == 206 else 0
        wanted = whole[first:first + len(answer.body)] if answer.status == 206 else whole
        if answer.body != wanted:
            raise Wrong("%r: another body" % self.data[:100])

    @staticmethod
    def _span(answer):
        return [int(number) for number in re.findall(r"\d+", answer.get("content-range"))]

    def _judge_partial(self, answer, etags):
        first, last, whole = self._span(answer)
        if first % content.STAMP or len(answer.body) != last - first + 1:
            raise Wrong("%r: Content-Range %s" % (self.data[:100], answer.get("content-range")))
        self._remember(etags, answer, content.identify(self.name, answer.body, first, whole), whole)

    def _remember(self, etags, answer, version, length):
        """One tag, one version. A large file that has just changed has no tag yet."""
        key = (self.name, answer.get("etag"))
        if key[1] is not None and etags.setdefault(key, (version, length)) != (version, length):
            raise Wrong("%s: ETag %s stands for versions %s and %s" % (*key, etags[key], (version, length)))


def _ranged(rng, name):
    first = content.STAMP * rng.randrange(0, 250)
    last = "" if rng.random() < 0.3 else str(first + content.STAMP * rng.randrange(1, 500) - 1)
    return Request(name, fields=["Range: bytes=%d-%s" % (first, last)], partial="range")


def _with_body(rng, name):
    method = rng.choice(("GET", "POST"))
    if rng.random() < 0.5:
        return Request(name, method, fields=["Content-Length: 100"], tail=b"b" * 100)
    return Request(name, method, fields=["Transfer-Encoding: chunked"], tail=b"5\r\nhello\r\n0\r\n\r\n")


def well_formed(rng, small=False):
    """A random well-formed request; small: for files that many can wait for at once."""
    names = [name for name in content.NAMES if name[0] not in "ml"] if small else content.NAMES
    name = rng.choice(names + ["fixed.txt", "fixed.txt", "missing"])
    if name == "missing" or (name[0] == "d" and rng.random() < 0.5):
        return Request(name, target=name + "/")
    dice = rng.random()
    if dice < 0.1:
        return Request(name, "HEAD")
    if dice < 0.2:
        return Request(name, fields=['If-None-Match: "x", "y"'])
    if dice < 0.25:
        return Request(name, fields=["If-None-Match: *"], partial="condition")
    if dice < 0.4:
        return _ranged(rng, name)
    if dice < 0.5:
        return _with_body(rng, name)
    return Request(name)


def malformed(rng):
    """Bytes that deserve a 4xx or 5xx, if they are complete at all."""
    if rng.random() < 0.2:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(1, 300)))
    return rng.choice(MALFORMED)
