# SPDX-License-Identifier: MIT
"""Play a case against any server, by the RFCs alone: every form of answer that they allow is read, and where they leave
a choice, each choice is right. What is ours in answer.py and play.py is not asked for here."""

import re
import select

from batontest import answer as wire

import docroot
from compare import Failed, check_body, check_field, check_same
from play import Connection, Player

STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?")
FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")
# Fields that a server may leave out, or that say what our own site allows.
NOT_ASKED = ("accept-ranges", "server", "x-powered-by")


class Answer(wire.Answer):
    def __init__(self, raw):
        self.raw, self.body = raw, b""
        lines = raw[:-4].split(b"\r\n")
        status = STATUS_LINE.fullmatch(lines[0])
        if not status:
            raise wire.BadAnswer("malformed status line %r" % lines[0][:100])
        self.minor, self.status = int(status[1]), int(status[2])
        self.fields = [self._field(line) for line in lines[1:]]

    @staticmethod
    def _field(line):
        field = FIELD_LINE.fullmatch(line)
        if not field:
            raise wire.BadAnswer("malformed field line %r" % line[:100])
        return field[1].decode("ascii"), field[2].decode("latin-1")

    def options(self):
        return [word.strip().lower() for word in ",".join(self.all("connection")).split(",")]

    def closes(self):
        return "close" in self.options() or (self.minor == 0 and "keep-alive" not in self.options())


class LenientConnection(Connection):
    """Reads bodies of all kinds."""

    def answer(self, head_only):
        try:
            self._need(lambda: True if b"\r\n\r\n" in self.buffer else None, "the head was complete")
            end = self.buffer.find(b"\r\n\r\n") + 4
            got = Answer(bytes(self.buffer[:end]))
            del self.buffer[:end]
            got.body = self._body(got, head_only)
            if got.status >= 200:
                wire.check_to_the_letter(got, need_date=False)
        except wire.BadAnswer as error:
            raise Failed(str(error)) from error
        self.transcript.append(got.masked())
        return got

    def _body(self, got, head_only):
        lengths = got.all("content-length")
        if len(set(lengths)) > 1 or (lengths and not lengths[0].isdigit()):
            raise Failed("Content-Length %r" % lengths)
        if lengths and (got.status < 200 or got.status == 204):
            raise Failed("Content-Length in a %d" % got.status)
        if head_only or got.status < 200 or got.status in (204, 304):
            return b""
        if (got.get("transfer-encoding") or "").lower() == "chunked":
            return self._chunks()
        if not lengths:
            while self._receive():
                pass
            return self._take(len(self.buffer))
        return self._take(int(lengths[0]))

    def _take(self, length):
        self._need(lambda: True if len(self.buffer) >= length else None, "the body was complete")
        data = bytes(self.buffer[:length])
        del self.buffer[:length]
        return data

    def _chunks(self):
        out = b""
        while True:
            self._need(lambda: True if b"\r\n" in self.buffer else None, "a chunk was complete")
            line = self._take(self.buffer.find(b"\r\n") + 2)
            size = int(line.split(b";")[0], 16)
            out += self._take(size)
            if self._take(2) != b"\r\n":
                raise Failed("a chunk without its end")
            if size == 0:
                return out


def _plain(name, value):
    """What two spellings of one value have in common."""
    return re.sub(r"\s*;\s*", ";", value).lower() if name.lower() == "content-type" else value


def _check_coalesced(got, argument):
    """Several ranges may be sent as one that has them all: RFC 9110, section 15.3.7.2."""
    name, *ranges = argument.split(" ")
    first, last = map(int, re.match(r"bytes (\d+)-(\d+)/", got.get("content-range")).groups())
    if got.body != docroot.content(name, first, last):
        raise Failed("other bytes than those of %s" % got.get("content-range"))
    for text in ranges:
        low, high = map(int, text.split("-"))
        if not first <= low <= high <= last:
            raise Failed("%s is not in %s" % (text, got.get("content-range")))


class LenientPlayer(Player):
    """Takes each answer that the RFCs allow."""

    def __init__(self, connection, env, probe=True):
        super().__init__(connection, env, probe)
        self.free = self.may_stay = self.early = False

    def check(self, got, expect):
        self.free, self.may_stay, self.early = False, expect.may_stay, False
        # A server may ignore Range: RFC 9110, section 14.2.
        others = expect.others + ([200] if {206, 416} & set(expect.statuses) else [])
        self.early = expect.may_close and got.status == 200
        if (got.status in others or self.early) and got.status not in expect.statuses:
            self.free = True
            return
        if got.status not in expect.statuses:
            raise Failed("expected status %s, got %d" % ("|".join(map(str, expect.statuses)), got.status))
        if expect.same:
            self._check_same(got)
        parts = expect.body and expect.body[0] == "parts" and got.get("content-range")
        for kind, name, value in expect.fields:
            if not parts or name not in ("Content-Type", "Content-Range"):
                self._check_field(got, kind, name, value)
        if parts:
            _check_coalesced(got, expect.body[1])
        elif expect.body:
            check_body(got, *expect.body, self)

    def _check_same(self, got):
        for answer in (got, self.before):
            answer.fields = [field for field in answer.fields if field[0].lower() not in ("connection", "keep-alive")]
        check_same(got, self.before)

    def _check_field(self, got, kind, name, value):
        lower = name.lower()
        if lower in NOT_ASKED or (lower == "connection" and kind == "-"):
            return
        wanted = self.expanded(value) if kind == "=" else value
        if lower == "connection" and kind == "=":
            if wanted not in got.options() and not (wanted == "close" and got.closes()):
                raise Failed("expected Connection: %s, got %r" % (wanted, got.get("connection")))
        elif lower == "allow":
            words = [word.strip() for word in (got.get("allow") or "").split(",")]
            if kind == "=" and not {"GET", "HEAD"} <= set(words):
                raise Failed("expected Allow, got %r" % got.get("allow"))
        elif lower == "vary" and kind == "=":
            if wanted.lower() not in ", ".join(got.all("vary")).lower():
                raise Failed("expected Vary: %s, got %r" % (wanted, got.get("vary")))
        elif kind == "=" and got.get(name) is not None and _plain(name, got.get(name)) == _plain(name, wanted):
            return
        else:
            check_field(got, kind, name, wanted)

    def answer(self, expect):
        """A server may end a connection after each answer, as long as it says so: RFC 9112, sections 9.3 and 9.6."""
        self._flush()
        if self.before is not None and self.before.closes():
            self.over = True
            self.connection.must_be_closed()
        else:
            super().answer(expect)

    def open(self, text):
        """... and without a word too, where nothing is asked any more."""
        self._flush()
        self.over = True
        if (self.before is not None and self.before.closes()) or self._is_at_its_end():
            self.connection.must_be_closed()
        else:
            super().open(text)

    def _is_at_its_end(self):
        ready = select.select([self.connection.sock], [], [], 0.05)[0]
        return ready and not self.connection.has_more()

    def quiet(self, milliseconds):
        """Whoever needs no body may answer before it is there."""
        self.pause(milliseconds)

    def closed(self, quietly):
        if (self.free or self.may_stay) and not self.early and not self.before.closes():
            super().open("")
        else:
            super().closed(quietly or self.early)
