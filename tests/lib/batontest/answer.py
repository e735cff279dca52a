# SPDX-License-Identifier: MIT
"""Read an answer from bytes, strictly, and check what must hold of every answer."""

import email.utils
import re
import time

from batontest.patience import PATIENCE

STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5]\d\d) ([\x21-\x7e][\x20-\x7e]*)")
FIELD_LINE = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\x21-\x7e\x80-\xff](?:[\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)")
IMF_FIXDATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT")
STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]+"')
ONLY_ONCE = ("date", "content-length", "content-type", "content-range", "connection", "etag", "last-modified",
             "location", "allow", "accept-ranges", "server", "vary", "cache-control", "content-encoding", "repr-digest")
TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
LIST_OF_TOKENS = re.compile(r"%s(?:, ?%s)*" % (TOKEN, TOKEN))
CACHE_CONTROL = re.compile(r"(?:{d})(?:, (?:{d}))*".format(d=r"max-age=(?:0|[1-9]\d*)|immutable|no-cache|no-store"))
REPR_DIGEST = re.compile(r"sha-256=:[A-Za-z0-9+/]{43}=:")
MULTIPART = re.compile(r"multipart/byteranges; ?boundary=\"?([^\" ;]{1,70})\"?", re.I)
# Fields that describe what a 304 does not send: RFC 9110, section 15.4.5.
NOT_IN_304 = ("content-type", "content-encoding", "content-range", "transfer-encoding", "repr-digest")
NEEDS = {405: "allow", 416: "content-range", 206: "content-type", 301: "location", 308: "location"}


class BadAnswer(Exception):
    """What came back is not a correct HTTP/1.1 answer."""


class Answer:
    """One answer: status, fields in order, body; `raw` is the head as it came."""

    def __init__(self, raw):
        self.raw = raw
        self.body = b""
        lines = raw[:-4].split(b"\r\n")
        status = STATUS_LINE.fullmatch(lines[0])
        if not status:
            raise BadAnswer("malformed status line %r" % lines[0][:100])
        self.status = int(status[1])
        self.fields = [self._field(line) for line in lines[1:]]

    @staticmethod
    def _field(line):
        field = FIELD_LINE.fullmatch(line)
        if not field:
            raise BadAnswer("malformed field line %r" % line[:100])
        return field[1].decode("ascii"), field[2].decode("latin-1")

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name):
        values = self.all(name)
        return values[0] if values else None

    def closes(self):
        return (self.get("connection") or "").lower() == "close"

    def body_length(self, head_only):
        """How many bytes of body follow the head."""
        if head_only or self.status < 200 or self.status in (204, 304):
            return 0
        length = self.get("content-length")
        if length is None:
            raise BadAnswer("status %d without Content-Length" % self.status)
        return int(length)

    def masked(self):
        """Head and body with the date and the boundary blanked: equal for equal answers."""
        whole = re.sub(rb"(?m)^Date: [^\r]*", b"Date: -", self.raw) + self.body
        multipart = MULTIPART.fullmatch(self.get("content-type") or "")
        return whole.replace(multipart[1].encode(), b"-") if multipart else whole


def imf_seconds(text):
    """Seconds since 1970 of an IMF-fixdate; BadAnswer when it is in another format."""
    if not IMF_FIXDATE.fullmatch(text):
        raise BadAnswer("not an IMF-fixdate: %r" % text)
    when = email.utils.parsedate_to_datetime(text)
    if email.utils.format_datetime(when, usegmt=True) != text:
        raise BadAnswer("no such day: %r" % text)
    return when.timestamp()


def parse_head(data):
    """The answer whose head `data` begins with, or None while the head is incomplete."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if len(data) > 65536:
            raise BadAnswer("a head of more than 64 KiB")
        return None
    answer = Answer(bytes(data[:end + 4]))
    _check_framing(answer)
    return answer


def _check_framing(answer):
    for name in ONLY_ONCE:
        if len(answer.all(name)) > 1:
            raise BadAnswer("%s more than once" % name)
    if answer.get("transfer-encoding"):
        raise BadAnswer("Transfer-Encoding in an answer of known length")
    length = answer.get("content-length")
    if length is not None and not re.fullmatch(r"0|[1-9]\d*", length):
        raise BadAnswer("Content-Length: %r" % length)
    if length is not None and (answer.status < 200 or answer.status == 204):
        raise BadAnswer("Content-Length in a %d" % answer.status)


def check(answer, since=None):
    """What must hold of every final answer, whatever was asked. It was asked for after the time `since`."""
    if answer.status < 200:
        return
    check_to_the_letter(answer, since)
    _check_ours(answer)


def check_to_the_letter(answer, since=None, need_date=True):
    """... by the RFCs, without what they leave to one status: that, the cases ask for."""
    if need_date or answer.get("date") is not None:
        _check_dates(answer, since)
    etag = answer.get("etag")
    if etag is not None and not STRONG_ETAG.fullmatch(etag.removeprefix("W/")):
        raise BadAnswer("ETag %r" % etag)
    if answer.get("age") is not None:
        raise BadAnswer("Age from an origin server")
    _check_negotiated(answer)
    _check_range(answer)


def _check_negotiated(answer):
    vary = ", ".join(answer.all("vary"))
    if vary and not LIST_OF_TOKENS.fullmatch(vary):
        raise BadAnswer("Vary: %r" % vary)
    fixed = (answer.get("content-type"), answer.get("content-encoding")) == ("image/svg+xml", "gzip")
    if answer.get("content-encoding") and not fixed and "accept-encoding" not in vary.lower().split(", "):
        raise BadAnswer("Content-Encoding %r with Vary %r" % (answer.get("content-encoding"), vary))


def _check_ours(answer):
    """What the RFCs want of a status, and where they leave a choice, ours."""
    needed = NEEDS.get(answer.status)
    if needed and answer.get(needed) is None:
        raise BadAnswer("status %d without %s" % (answer.status, needed))
    for name in NOT_IN_304 if answer.status == 304 else ():
        if answer.get(name) is not None:
            raise BadAnswer("%s in a 304" % name)
    if answer.body and answer.get("content-type") is None:
        raise BadAnswer("a body without Content-Type")
    if MULTIPART.fullmatch(answer.get("content-type") or "") and answer.body and not answer.body.startswith(b"\r\n--"):
        raise BadAnswer("parts without a line end before the first of them")
    etag = answer.get("etag")
    if etag is not None and not STRONG_ETAG.fullmatch(etag):
        raise BadAnswer("weak ETag %r" % etag)
    connection = (answer.get("connection") or "close").lower()
    if connection not in ("close", "keep-alive"):
        raise BadAnswer("Connection: %r" % connection)
    if answer.get("content-encoding") not in (None, "br", "zstd", "gzip"):
        raise BadAnswer("Content-Encoding: %r" % answer.get("content-encoding"))
    if answer.get("vary") not in (None, "Accept-Encoding"):
        raise BadAnswer("Vary: %r" % answer.get("vary"))
    rule = answer.get("cache-control")
    if rule is not None and (answer.status not in (200, 206, 304) or not CACHE_CONTROL.fullmatch(rule)):
        raise BadAnswer("Cache-Control: %r in a %d" % (rule, answer.status))
    digest = answer.get("repr-digest")
    if digest is not None and (answer.status not in (200, 206) or not REPR_DIGEST.fullmatch(digest)):
        raise BadAnswer("Repr-Digest: %r in a %d" % (digest, answer.status))
    ranges, file = answer.get("accept-ranges"), etag or answer.get("last-modified")
    if ranges not in ("bytes", None) or (answer.status == 200 and file and not ranges) or (
            ranges and answer.status not in (200, 206, 416)):
        raise BadAnswer("Accept-Ranges: %r in a %d" % (ranges, answer.status))


def _check_dates(answer, since):
    """It was made between the request and now, by a clock that shows seconds; the daemon looks at it once each turn."""
    date = answer.get("date")
    if date is None:
        raise BadAnswer("no Date")
    now = time.time()
    since = now - PATIENCE if since is None else since
    if not since - 2.0 <= imf_seconds(date) <= now + 1.0:
        raise BadAnswer("Date is %s, the request was made %.1f s ago" % (date, now - since))
    modified = answer.get("last-modified")
    if modified is not None and imf_seconds(modified) > imf_seconds(date):
        raise BadAnswer("Last-Modified is later than Date")


def _check_range(answer):
    content_range = answer.get("content-range")
    if answer.status == 416 and content_range and not re.fullmatch(r"bytes \*/\d+", content_range):
        raise BadAnswer("Content-Range %r in a 416" % content_range)
    if answer.status not in (206, 416) and content_range is not None:
        raise BadAnswer("Content-Range %r in a %d" % (content_range, answer.status))
    if answer.status == 206:
        _check_partial(answer, content_range)


def _check_partial(answer, content_range):
    if MULTIPART.fullmatch(answer.get("content-type") or ""):
        if content_range is not None:
            raise BadAnswer("Content-Range %r above several parts" % content_range)
        return
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", content_range or "")
    if not found:
        raise BadAnswer("Content-Range %r in a 206" % content_range)
    first, last, whole = map(int, found.groups())
    length = answer.get("content-length")
    if not first <= last < whole or (length is not None and int(length) != last - first + 1):
        raise BadAnswer("Content-Range %r with Content-Length %s" % (found[0], length))
