# SPDX-License-Identifier: MIT
"""A client that sends any bytes, and reads what comes back as answers, leniently: what is judged is whose they are."""

import re
import socket
import time

from batontest.patience import PATIENCE

from cases import content_of, path_of

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)[^\r\n]*\r\n")
MARK = re.compile(rb"<<([^<>]*)>>")
QUIET = 0.15  # seconds after which nobody is expected to answer what may be half a request


class Answer:
    """One final answer. `whole` is false when its end had not come, `body` is decoded."""

    def __init__(self, status, fields, body, whole):
        self.status, self.fields, self.body, self.whole = status, fields, body, whole

    def get(self, name):
        return self.fields.get(name.lower())

    def marks(self):
        return MARK.findall(self.body)


def read_chunks(data):
    """The decoded body and the length of its coded form, or None when it has not ended."""
    body, at = b"", 0
    while True:
        line = re.compile(rb"([0-9A-Fa-f]+)[^\r\n]*\r\n").match(data, at)
        if not line:
            return None
        size = int(line[1], 16)
        at = line.end()
        if size == 0:
            end = data.find(b"\r\n", at)
            return (body, end + 2) if end >= 0 else None
        if len(data) < at + size + 2:
            return None
        body, at = body + data[at:at + size], at + size + 2


def read_body(status, fields, data, bodiless):
    """The body, the length of its form on the wire, and whether it is whole."""
    if bodiless and status >= 400:
        bodiless = not data or data.startswith(b"HTTP/1.")  # a HEAD that was not understood may get a page
    if status < 200 or status in (204, 304) or bodiless:
        return b"", 0, True
    if "chunked" in fields.get("transfer-encoding", "").lower():
        done = read_chunks(data)
        return (*done, True) if done else (data, len(data), False)
    size = int(fields.get("content-length", "-1"))
    if size < 0:
        return data, len(data), False  # until the connection ends
    return data[:size], min(size, len(data)), len(data) >= size


def read_answers(data, head_first):
    """All answers in these bytes but interim ones; bytes that begin no answer are one without a status."""
    answers = []
    while data:
        line = STATUS_LINE.match(data)
        end = data.find(b"\r\n\r\n") + 4
        if not line or end < 4:
            answers.append(Answer(0, {}, data, False))
            break
        fields = {}
        for field in data[line.end():end - 4].split(b"\r\n"):
            name, _, value = field.partition(b":")
            fields.setdefault(name.decode("latin-1").lower(), value.strip().decode("latin-1"))
        status = int(line[1])
        body, size, whole = read_body(status, fields, data[end:], head_first and not answers)
        data = data[end + size:]
        if status >= 200 or status == 101:
            answers.append(Answer(status, fields, body, whole))
    return answers


class Connection:
    """One connection to a front end."""

    def __init__(self, port, head_first=False):
        self.sock = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head_first, self.data, self.closed = head_first, b"", False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        try:
            self.sock.settimeout(PATIENCE)
            self.sock.sendall(data)
        except OSError:
            pass  # it was closed, and what it answered before is still to be read

    def answers(self):
        return read_answers(self.data, self.head_first)

    def _receive(self, within):
        """Whether something came."""
        try:
            self.sock.settimeout(within)
            data = self.sock.recv(1 << 18)
        except (TimeoutError, BlockingIOError):
            return False
        except OSError:
            data = b""
        self.closed = not data
        self.data += data
        return bool(data)

    def read(self, count, patience):
        """Until there are so many whole answers, the end has come, or nothing comes."""
        deadline = time.monotonic() + patience
        while not self.closed and sum(answer.whole for answer in self.answers()) < count:
            rest = deadline - time.monotonic()
            if rest <= 0 or not self._receive(rest):
                break
        return self.answers()

    def rest(self):
        """What has come by now."""
        while not self.closed and self._receive(0):
            pass
        return self.answers()


def innocent(role, visit, fields=b""):
    return b"GET %s HTTP/1.1\r\nHost: test\r\n%s\r\n" % (path_of(role, visit), fields)


def ask(port, data, head_first=False):
    """One answer on a connection of its own."""
    with Connection(port, head_first) as connection:
        connection.send(data)
        connection.read(1, PATIENCE)
        answers = connection.rest()
        return answers[0] if len(answers) == 1 else Answer(0, {}, connection.data, False)


def is_own(answer, path):
    return answer.status == 200 and answer.whole and answer.body == content_of(path)


class Visit:
    """One case, played once through a front end: what came back on its own connection and on that of another."""

    def __init__(self, case, number, lane, piped, patient=PATIENCE):
        self.case, self.lane, self.piped = case, lane, piped
        self.patience = patient if case.outer == "must" else QUIET
        self.name = b"%04d%s" % (number, lane.letter)
        self.answers, self.other = [], None
        self.error = None

    @property
    def label(self):
        return "%s [%s, %s]" % (self.case.label, self.lane.flavour, "in one piece" if self.piped else "one by one")

    def play(self):
        """In one piece: the case and an innocent request at once. One by one: that of another client comes between."""
        case, wanted = self.case, len(self.case.truth)
        try:
            with Connection(self.lane.port, case.wire.lstrip(b"\r\n").startswith(b"HEAD ")) as own:
                own.send(case.bytes(self.name) + (innocent("outer", self.name) if self.piped else b""))
                own.read(wanted if self.piped else 1, self.patience)
                self.other = ask(self.lane.port, innocent("other", self.name))
                if not self.piped:
                    own.send(innocent("outer", self.name))
                    own.read(wanted, self.patience)
                self.answers = own.rest()
        except OSError as error:
            self.error = "%s: %s" % (type(error).__name__, error)
