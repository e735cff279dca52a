# SPDX-License-Identifier: MIT
"""A crowd of clients, good, slow, broken and rude, on one event loop each process.

Each behaviour is one connection. What must hold is checked where the client behaved well; what a rude client may
get is only checked for form. A client behaves well while its event loop turns: where that was held up, the daemon's
timeouts may have ended the connection, and only answers that came are judged. So the load goes on, with fewer and fewer
clients, until enough of them were not held up.
"""

import asyncio
import collections
import random
import resource
import socket
import struct
import time

from batontest import answer as wire
from batontest.patience import PATIENCE

import content
from traffic import Request, Wrong, malformed, well_formed

IP_BIND_ADDRESS_NO_PORT = 24
TIMEOUT = 4.0        # of the daemon, each kind
HELD_UP = 1.25       # seconds in a turn of the loop: from bytes that came to those that follow it takes up to two
BEAT = 0.05
ENOUGH = 250         # well-behaved clients of one crowd that were not held up
FEW = 8              # clients that a machine can serve, however busy it is


class Dropped(Exception):
    """The connection ended where it should not."""


class Late(Exception):
    """This client was held up: the daemon is not to blame."""


class Client:
    """One connection."""

    def __init__(self, crowd, receive_buffer=None):
        self.loop = asyncio.get_running_loop()
        self.crowd, self.rng, self.port = crowd, crowd.rng, crowd.port
        self.buffer = bytearray()
        self.sock = socket.socket()
        self.sock.setblocking(False)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.began = time.monotonic()

    async def open(self):
        """Connect, from one of many loopback addresses: no port is short."""
        self.sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        self.sock.bind(("127.1.%d.%d" % (self.rng.randrange(250), self.rng.randrange(1, 250)), 0))
        async with asyncio.timeout(PATIENCE):
            await self.loop.sock_connect(self.sock, ("127.0.0.1", self.port))

    def was_held_up(self):
        return self.crowd.held_up_since(self.began)

    def _lost(self, what):
        raise Late() if self.was_held_up() else Dropped(what)

    async def send(self, data):
        try:
            async with asyncio.timeout(PATIENCE):
                await self.loop.sock_sendall(self.sock, data)
        except OSError as error:
            self._lost("sending: %s" % error)

    async def receive(self, size=262144):
        """More bytes, b"" at the end."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.loop.sock_recv(self.sock, size)
        except TimeoutError:
            raise Wrong("nothing came for %g s" % PATIENCE) from None
        except OSError as error:
            return self._lost("receiving: %s" % error)

    async def _more(self):
        data = await self.receive()
        if not data:
            self._lost("closed after %r" % bytes(self.buffer[:60]))
        self.buffer += data

    async def answer(self, head_only=False):
        try:
            while (result := wire.parse_head(self.buffer)) is None:
                await self._more()
            del self.buffer[:len(result.raw)]
            length = result.body_length(head_only)
            while len(self.buffer) < length:
                await self._more()
            result.body = bytes(self.buffer[:length])
            del self.buffer[:length]
        except wire.BadAnswer as error:
            raise Wrong(str(error)) from error
        if result.status == 408 and self.was_held_up():
            raise Late()
        return result

    def shut(self):
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            self._lost("shutdown: %s" % error)

    def close(self, reset=False):
        if reset:
            try:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass
        self.sock.close()


async def polite(crowd, client):
    """Request after request, every answer judged."""
    for _ in range(client.rng.randrange(1, 8)):
        await crowd.exchange(client, [well_formed(client.rng)])


async def pipelined(crowd, client):
    """Several requests in one write, every answer judged."""
    await crowd.exchange(client, [well_formed(client.rng, small=True) for _ in range(client.rng.randrange(2, 17))])


async def half_closed(crowd, client):
    """The sending side is shut after the requests: the answers still come, then the end."""
    requests = [well_formed(client.rng, small=True) for _ in range(client.rng.randrange(1, 4))]
    if await crowd.exchange(client, requests, shut=True) and (client.buffer or await client.receive()):
        raise Wrong("bytes after the last answer")


async def resetting(_, client):
    """Ask, or half ask, perhaps read a little, and reset."""
    data = b"".join(well_formed(client.rng).data for _ in range(client.rng.randrange(1, 5)))
    await client.send(data[:client.rng.randrange(1, len(data) + 1)])
    if client.rng.random() < 0.5:
        await asyncio.sleep(client.rng.random() * 0.05)


async def aborting(_, client):
    """Read a part of a large file, then go."""
    await client.send(Request("big.bin").data)
    for _ in range(client.rng.randrange(1, 6)):
        if not await client.receive(16384):
            break


async def hasty(_, client):
    """Connect and close at once."""
    client.close(reset=client.rng.random() < 0.5)


async def silent(_, client):
    """Never send: the daemon closes, without a word."""
    await _must_end(client, words=False)


async def stalled(_, client):
    """Stop in the middle of a request: the daemon closes, at most after one 408."""
    data = well_formed(client.rng).data
    await client.send(data[:client.rng.randrange(1, len(data))])
    await _must_end(client, words=True)


async def idle(crowd, client):
    """Wait after an answer: the daemon closes, without a word."""
    if await crowd.exchange(client, [Request("fixed.txt")]):
        await _must_end(client, words=False)


async def malicious(_, client):
    """Send what is no request: nothing but errors may come, and then the end."""
    await client.send(malformed(client.rng))
    if client.rng.random() < 0.5:
        await client.send(Request("fixed.txt").data)
    await _must_end(client, words=True)


async def _must_end(client, words):
    """The daemon ends the connection in time; `words`: after answers that are errors."""
    data = b""
    while more := await client.receive():
        data += more
    client.buffer[:] = data
    while client.buffer:
        got = await client.answer()
        if not words or got.status < 400:
            raise Wrong("status %d where only the end was due" % got.status)


async def slow_reader(_, client):
    """Read 1 MiB a little at a time; what comes is right, whether the daemon has patience or not."""
    await client.send(Request("big.bin").data)
    deadline = time.monotonic() + client.rng.random() * 4
    data = bytearray()
    while time.monotonic() < deadline:
        more = await client.receive(2048)
        if not more:
            break
        data += more
        await asyncio.sleep(client.rng.random() * 0.1)
    head, _, body = data.partition(b"\r\n\r\n")
    if data and (not head.startswith(b"HTTP/1.1 200 ") or not content.STATIC["big.bin"].startswith(body)):
        raise Wrong("a slow reader got another body")


async def stopped_reader(_, client):
    """Ask for much and never read: send_timeout ends it."""
    await client.send(Request("big.bin").data * 4)
    await asyncio.sleep(TIMEOUT + 1.5)


BEHAVIOURS = (  # (weight, behaviour, does an early end of the connection count as a fault, receive buffer)
    (30, polite, True, None), (12, pipelined, True, None), (10, half_closed, True, None),
    (20, resetting, False, None), (6, aborting, False, None), (10, hasty, False, None),
    (2, silent, False, None), (3, stalled, False, None), (3, idle, True, None), (6, malicious, False, None),
    (2, slow_reader, False, 4096), (2, stopped_reader, False, 4096),
)


class Crowd:
    """Keeps a number of connections open at once until the time is over."""

    def __init__(self, port, seed, size, seconds):
        self.port, self.rng, self.size = port, random.Random(seed), size
        self.until = time.monotonic() + seconds
        self.deadline = self.until + PATIENCE
        self.beat = self.held_up = time.monotonic()
        self.counts = collections.Counter()
        self.faults = []
        self.etags = {}

    async def exchange(self, client, requests, shut=False):
        """Send the requests at once, judge the answers; False when the daemon had to give up on a shrunk file."""
        await client.send(b"".join(request.data for request in requests))
        if shut:
            client.shut()
        for request in requests:
            try:
                got = await client.answer(request.head_only)
            except Dropped:
                if request.may_be_aborted:
                    self.counts["aborted"] += 1
                    raise Late() from None
                raise
            request.judge(got, self.etags)
            self.counts["answers"] += 1
        return True

    def held_up_since(self, then):
        """Whether since then the loop needed too long for one of its turns."""
        return self.held_up > then or time.monotonic() - self.beat > HELD_UP

    async def _beat(self):
        """What the loop is late with this, it is late with all."""
        while True:
            now = time.monotonic()
            if now - self.beat > HELD_UP:
                self.held_up = now
                self.size = self.size if now < self.until else max(self.size // 2, FEW)
            self.beat = now
            await asyncio.sleep(BEAT)

    async def _one(self):
        weights = [row[0] for row in BEHAVIOURS]
        _, behaviour, strict, receive_buffer = self.rng.choices(BEHAVIOURS, weights)[0]
        client = Client(self, receive_buffer)
        try:
            await client.open()
            self.counts["connections"] += 1
            await behaviour(self, client)
            self.counts["in time"] += strict and not client.was_held_up()
        except Late:
            self.counts["late"] += 1
        except Dropped as dropped:
            if strict:
                self._fault(behaviour, dropped)
        except (Wrong, OSError, TimeoutError) as wrong:
            self._fault(behaviour, wrong)
        finally:
            client.close(reset=behaviour is resetting or self.rng.random() < 0.3)

    def _fault(self, behaviour, error):
        self.counts["faults"] += 1
        if len(self.faults) < 20:
            self.faults.append("%s: %s: %s" % (behaviour.__name__, type(error).__name__, error))

    async def _seat(self, number):
        await asyncio.sleep(number / self.size)
        while number < self.size and not self._is_over():
            await self._one()

    def _is_over(self):
        return time.monotonic() > (self.until if self.counts["in time"] >= ENOUGH else self.deadline)

    async def run(self):
        beat = asyncio.create_task(self._beat())
        await asyncio.gather(*(self._seat(number) for number in range(self.size)))
        beat.cancel()


def raise_limit():
    """As many descriptors as we may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


def run_crowd(arguments):
    """In a process of its own: counts and faults of one crowd."""
    crowd = Crowd(*arguments)
    asyncio.run(crowd.run())
    return crowd.counts, crowd.faults
