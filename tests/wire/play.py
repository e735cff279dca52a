# SPDX-License-Identifier: MIT
"""Play one case against a running daemon: send, read, compare. A case that does not hold raises Failed."""

import os
import re
import select
import socket
import struct
import time

from batontest import answer as wire
from batontest.patience import PATIENCE

import docroot
import location
from compare import Failed, NotPlayed, Untimely, check_body, check_fields, check_same
from expand import expand

PROBE = b"GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n"
DRIP = 0.05
REPLAYS = 10


class Connection:
    """A client's end: sends as the sender wishes, reads one strict answer at a time."""

    def __init__(self, server, via):
        self.since = time.monotonic()  # no wait of the daemon for what is to come began before this
        self.answered = False
        self.sock = server.connect(via, PATIENCE)
        self.buffer = bytearray()
        self.begin(send_whole)

    def begin(self, sender):
        """A case begins, to be sent by `sender`."""
        self.sender = sender
        self.transcript = []
        self.began = time.time()
        self.sent_at = self.got_at = time.monotonic()

    def send(self, data):
        if self.answered:
            self.since, self.answered = time.monotonic(), False
        try:
            self.sender(self.sock, data)
        except OSError as error:
            raise Failed("sending failed: %s" % error) from error
        self.sent_at = time.monotonic()

    def _receive(self):
        """Read more; False at the end of the stream."""
        try:
            data = self.sock.recv(262144)
        except socket.timeout:
            raise Failed("nothing came within %g s" % PATIENCE) from None
        except OSError as error:
            raise Failed("receiving failed: %s" % error) from error
        self.got_at = time.monotonic()
        self.buffer += data
        return bool(data)

    def _need(self, ready, what):
        while True:
            found = ready()
            if found is not None:
                return found
            if not self._receive():
                raise Failed("closed before %s, after %r" % (what, bytes(self.buffer[:80])))

    def answer(self, head_only):
        try:
            result = self._need(lambda: wire.parse_head(self.buffer), "the head was complete")
            length = result.body_length(head_only)
            del self.buffer[:len(result.raw)]
            self._need(lambda: True if len(self.buffer) >= length else None, "the body was complete")
            result.body = bytes(self.buffer[:length])
            del self.buffer[:length]
            wire.check(result, self.began)
        except wire.BadAnswer as error:
            raise Failed(str(error)) from error
        self.answered = True
        self.transcript.append(result.masked())
        return result

    def something_comes(self, seconds):
        """... within this time; it stays unread."""
        return bool(self.buffer) or bool(select.select([self.sock], [], [], seconds)[0])

    def must_be_quiet(self, seconds=0.0):
        if self.something_comes(seconds) and not self.buffer and not self._receive():
            raise Failed("closed")
        if self.buffer:
            raise Failed("unexpected bytes %r" % bytes(self.buffer[:80]))

    def has_more(self):
        """Whether anything comes before the end."""
        return bool(self.buffer) or self._receive()

    def must_be_closed(self):
        if self.has_more():
            raise Failed("expected the end, got %r" % bytes(self.buffer[:80]))

    def close(self):
        """Close with a reset, so that thousands of connections leave no TIME_WAIT behind."""
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self.sock.close()


class Player:
    """The state of one case while it is played; to transcripts it is the environment, which also knows {last NAME}."""

    def __init__(self, connection, env, probe=True):
        self.connection, self.env, self.probe = connection, env, probe
        self.memo, self.mtime, self.etag, self.type_of, self.port = env.memo, env.mtime, env.etag, env.type_of, env.port
        self.pending = b""
        self.before = None
        self.over = self.stays = False

    def last(self, name):
        if self.before is None or self.before.get(name) is None:
            raise Failed("the answer before has no %s" % name)
        return self.before.get(name).encode("latin-1")

    def _flush(self):
        if self.pending:
            data, self.pending = self.pending, b""
            self.connection.send(data)

    def send(self, text):
        self.pending += expand(text, self)

    def answer(self, expect):
        self._flush()
        for _ in range(expect.count):
            if self.before is not None and self.before.closes():
                raise Failed("an answer is expected after one that says Connection: close")
            got = self.connection.answer(expect.head_only)
            self.check(got, expect)
            self.before = got

    def check(self, got, expect):
        if got.status not in expect.statuses:
            raise Failed("expected status %s, got %d" % ("|".join(map(str, expect.statuses)), got.status))
        if expect.same:
            check_same(got, self.before)
        check_fields(got, [(kind, name, self.expanded(value) if kind == "=" else value)
                           for kind, name, value in expect.fields])
        if expect.body:
            check_body(got, *expect.body, self)

    def expanded(self, value):
        return expand(value, self).decode("latin-1")

    def _path(self, name):
        return os.path.join(self.env.server.root, name)

    def write(self, argument):
        """A new content of the same file."""
        self._flush()
        os.makedirs(os.path.dirname(self._path(argument[0])), exist_ok=True)
        with open(self._path(argument[0]), "wb") as file:
            file.write(expand(argument[1], self))

    def replace(self, argument):
        """Another file in its place, in one stroke."""
        self.write([argument[0] + ".new", argument[1]])
        os.rename(self._path(argument[0] + ".new"), self._path(argument[0]))

    def touch(self, argument):
        """Give the file this time: seconds since 1970, or from now where there is a sign."""
        self._flush()
        when = float(argument[1]) + (time.time() if argument[1][0] in "+-" else 0)
        os.utime(self._path(argument[0]), (when, when))

    def remove(self, argument):
        self._flush()
        os.unlink(self._path(argument[0]))

    def pause(self, milliseconds):
        self._flush()
        time.sleep(milliseconds / 1000)

    def follow(self, base):
        """As a client does that asked for `base`: it must not be led to another host."""
        self._flush()
        base = expand(base, self).decode("latin-1")
        host, target = location.resolve(base, self.last("Location").decode("latin-1"))
        if host not in (None, "test"):
            raise Failed("led to the host %r" % host)
        self.send("GET {} HTTP/1.1\\r\\nHost: test\\r\\n\\r\\n".format(re.sub(r"([\\{}$])", r"\\\1", target)))

    def second(self, _):
        """Until one begins."""
        self._flush()
        time.sleep(1.01 - time.time() % 1)

    def arrives(self, _):
        self._flush()
        if not self.connection.something_comes(PATIENCE):
            raise Failed("nothing came")

    def until(self, name):
        """Ask again and again, until an answer has this field."""
        data, self.pending = self.pending, b""
        deadline = time.monotonic() + PATIENCE
        while self.before is None or self.before.get(name) is None:
            if time.monotonic() > deadline:
                raise Failed("there is no %s" % name)
            self.connection.send(data)
            self.before = self.connection.answer(data.startswith(b"HEAD "))
            if self.before.status != 200:
                raise Failed("got %d" % self.before.status)
            time.sleep(0.01)

    def drip(self, text):
        """A little at a time, until an answer comes."""
        self._flush()
        deadline = time.monotonic() + PATIENCE
        while not self.connection.something_comes(DRIP):
            if time.monotonic() > deadline:
                raise Failed("nothing came")
            self.connection.send(expand(text, self))

    def quiet(self, milliseconds):
        self._flush()
        self.connection.must_be_quiet(milliseconds / 1000)

    def shut(self, _):
        self._flush()
        self.connection.sock.shutdown(socket.SHUT_WR)

    def took(self, bounds):
        """Not less than the first from when the daemon may have begun to wait, not more than the second from when it
        must have."""
        least, most = self.connection.got_at - self.connection.since, self.connection.got_at - self.connection.sent_at
        if least * 1000 < bounds[0] or most * 1000 > bounds[1]:
            raise Untimely("took %d to %d ms" % (most * 1000, least * 1000))

    def open(self, _):
        self._flush()
        self.over = True
        if self.before is not None and self.before.closes():
            raise Failed("the connection must stay open, the answer says Connection: close")
        self.stays = True
        self.connection.must_be_quiet()
        if not self.probe:
            return
        self.connection.send(PROBE)
        got = self.connection.answer(False)
        self.connection.transcript.pop()
        if got.status != 200 or got.body != docroot.FILES["a.txt"]:
            raise Failed("a request after the case got %d %r" % (got.status, got.body[:40]))
        self.connection.must_be_quiet()

    def closed(self, quietly):
        self._flush()
        self.over = True
        self.connection.must_be_closed()
        if self.before is not None and not quietly and not self.before.closes():
            raise Failed("closed, but the answer did not say Connection: close")

    def refused(self, _):
        """Closed, at most after one 4xx."""
        self._flush()
        self.over = True
        connection = self.connection
        if connection.has_more():
            got = connection.answer(False)
            if not 400 <= got.status <= 499:
                raise Failed("got %d" % got.status)
        connection.must_be_closed()

    def finish(self):
        """No word on how the case ends: then it ends as its last answer says."""
        if not self.over:
            ends = self.before is not None and self.before.closes()
            (self.closed if ends else self.open)("")


def send_whole(sock, data):
    sock.sendall(data)


def answers_at_all(server):
    """Whether the daemon is alive and answers a plain request, or at least closes."""
    try:
        with server.connect(timeout=PATIENCE) as sock:
            sock.sendall(PROBE)
            sock.recv(1)
            return True
    except OSError:
        return False


def play(case, server, env, senders=(send_whole,), player=Player, connection=Connection):
    """Play the case once with each sender, all on one connection if there are several; (what came back each time,
    without what is never twice the same; whether the connection was still open). Raises Failed."""
    deadline = time.monotonic() + PATIENCE
    for left in range(REPLAYS, -1, -1):
        if server.broken:
            raise NotPlayed()
        try:
            return _play(case, server, env, senders, player, connection)
        except Failed as failure:
            if isinstance(failure, Untimely) and left > 0 and time.monotonic() < deadline:
                continue
            if not server.broken and not answers_at_all(server):
                server.broken = True
                raise Failed("%s; now the daemon '%s' no longer answers" % (failure, server.name)) from None
            raise
    return None


def _play(case, server, env, senders, player_type, connection_type):
    try:
        connection = connection_type(server, case.via)
    except OSError as error:
        raise Failed("cannot connect: %s" % error) from error
    transcripts = []
    try:
        for sender in senders:
            connection.begin(sender)
            player = player_type(connection, env, sender is senders[-1])
            _play_steps(case, player, sender)
            transcripts.append(connection.transcript)
        return transcripts, player.stays
    finally:
        connection.close()


def _play_steps(case, player, sender):
    label = getattr(sender, "label", "")
    began, slowest, step_text = player.connection.since, 0.0, "the end"
    try:
        for step in case.steps:
            if player.over:
                break
            step_text = step.text
            getattr(player, step.kind)(step.value)
            wanted = step.value / 1000 if step.kind in ("pause", "quiet") else 0.0
            began, slowest = time.monotonic(), max(slowest, time.monotonic() - began - wanted)
        player.finish()
    except Failed as failure:
        slowest = max(slowest, time.monotonic() - began)
        kind = Untimely if case.within is not None and slowest * 1000 > case.within else type(failure)
        raise kind("%sat '%s': %s" % (label, step_text, failure)) from None
