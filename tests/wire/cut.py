# SPDX-License-Identifier: MIT
"""Play each case again with its bytes cut: one byte at a time, and in two at every position.

How a request is cut into segments must not change one byte of the answers, but for the date. Where the connection stays
open after a case, the next way of cutting is played on the same connection.
"""

import concurrent.futures
import multiprocessing
import time

from compare import Failed
from expand import expand
from play import play

GAP = 0.002
EVERY_POSITION = 400  # longer ones are cut at this many places: all in the first half, then evenly spread
THREADS = 32
BATCH = 16  # ways of cutting on one connection
PROCESSES = 2
WORK = []  # cases, servers, environments: what the forked processes inherit


class Bytewise:
    """Sends one byte at a time, and no more once the daemon, which has refused the request, has waited long enough."""

    label = "one byte at a time: "

    def __call__(self, sock, data):
        try:
            for at in range(len(data)):
                sock.sendall(data[at:at + 1])
                time.sleep(0.00005)
        except BrokenPipeError:
            pass  # whether the answer came whole, the case sees


class CutAt:
    """Sends all it is given, but pauses once, after the byte at `position` of the whole case."""

    def __init__(self, position):
        self.position = position
        self.label = "cut after byte %d: " % position

    def __call__(self, sock, data):
        at, self.position = self.position, self.position - len(data)
        if 0 < at < len(data):
            sock.sendall(data[:at])
            time.sleep(GAP)
            data = data[at:]
        sock.sendall(data)


def _positions(length):
    if length <= EVERY_POSITION:
        return list(range(1, length))
    half = EVERY_POSITION // 2
    step = max(1, (length - half) // half)
    return list(range(1, half)) + list(range(half, length, step))[:half]


def _senders(case, env):
    length = sum(len(expand(step.value, env)) for step in case.steps if step.kind == "send")
    if length > 65536:
        return []
    bytewise = [Bytewise()] if length <= 4096 else []
    return bytewise + [CutAt(position) for position in _positions(length)]


def _outcome(case, server, env, batch, whole):
    try:
        transcripts, _ = play(case, server, env, batch)
    except Failed as failure:
        return str(failure)
    for sender, got in zip(batch, transcripts):
        if got != whole:
            return sender.label + "other answers than in one piece"
    return None


class Trial:
    """One case, played in one piece, and then in all other ways."""

    def __init__(self, index):
        cases, servers, envs = WORK
        self.index, self.case, self.message = index, cases[index], None
        self.server, self.env = servers[self.case.server], envs[self.case.server]
        self.whole, self.batches, self.count = None, [], 1

    def prepare(self):
        try:
            (self.whole,), stays = play(self.case, self.server, self.env)
        except Failed as failure:
            self.message = "in one piece: %s" % failure
            return
        senders = _senders(self.case, self.env)
        size = BATCH if stays else 1
        self.batches = [senders[at:at + size] for at in range(0, len(senders), size)]
        self.count = len(senders)

    def play(self, batch):
        """The first way that changes the outcome decides; the rest is not played any more."""
        if not self.message:
            message = _outcome(self.case, self.server, self.env, batch, self.whole)
            self.message = self.message or message


def _share(start):
    """One process's share of the cases: (index, message or None, variants) for each."""
    trials = [Trial(index) for index in range(start, len(WORK[0]), PROCESSES)]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(Trial.prepare, trials))
        list(pool.map(lambda job: job[0].play(job[1]), [(trial, batch) for trial in trials for batch in trial.batches]))
    return [(trial.index, trial.message, trial.count) for trial in trials]


def run(cases, servers, envs):
    """Yield (case, message or None, number of variants) for each case that may be cut, in order."""
    usable = [case for case in cases if case.cut]
    WORK[:] = usable, servers, envs
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        results = [result for share in pool.map(_share, range(PROCESSES)) for result in share]
    for index, message, count in sorted(results, key=lambda result: result[0]):
        yield usable[index], message, count
