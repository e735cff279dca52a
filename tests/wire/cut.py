# SPDX-License-Identifier: MIT
"""Play each case again with its bytes cut: one byte at a time, and in two at every position.

How a request is cut into segments must not change one byte of the answers, but for the date.
"""

import concurrent.futures
import multiprocessing
import time

import answer
from play import Failed, play
from transcript import expand

GAP = 0.002
EVERY_POSITION = 400  # longer ones are cut at this many places: all in the first half, then evenly spread
THREADS = 48
PROCESSES = 2
WORK = []  # cases, servers, environments: what the forked processes inherit


def send_bytewise(sock, data):
    for at in range(len(data)):
        sock.sendall(data[at:at + 1])
        time.sleep(0.00005)


class CutAt:
    """Sends all it is given, but pauses once, after the byte at `position` of the whole case."""

    def __init__(self, position):
        self.position = position

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


def _variants(case, env):
    length = sum(len(expand(step.value, env)) for step in case.steps if step.kind == "send")
    if length <= 65536:
        if length <= 4096:
            yield "one byte at a time", send_bytewise
        for position in _positions(length):
            yield "cut after byte %d" % position, CutAt(position)


def _play_all(case, server, env, pool):
    """The first way of cutting that changes the outcome (None: none does), and how many there are."""
    whole = play(case, server, env)
    broken = []

    def one(variant):
        label, sender = variant
        if broken:
            return None
        message = outcome(label, sender)
        if message:
            broken.append(message)
        return message

    def outcome(label, sender):
        try:
            got = play(case, server, env, sender)
        except Failed as failure:
            return "%s: %s" % (label, failure)
        return None if got == whole else "%s: other answers than in one piece" % label
    results = list(pool.map(one, _variants(case, env)))
    return next((text for text in results if text), None), len(results)


def _share(start):
    """One process's share of the cases: (index, message or None, variants) for each."""
    cases, servers, envs = WORK
    out = []
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        for index, case in enumerate(cases[start::PROCESSES]):
            try:
                message, count = _play_all(case, servers[case.server], envs[case.server], pool)
            except Failed as failure:
                message, count = "in one piece: %s" % failure, 1
            out.append((start + index * PROCESSES, message, count))
    return out


def run(cases, servers, envs):
    """Yield (case, message or None, number of variants) for each case that may be cut, in order."""
    answer.age_max = 60.0  # what was answered to the first bytes is read after the last were sent
    usable = [case for case in cases if case.cut]
    WORK[:] = usable, servers, envs
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        results = [result for share in pool.map(_share, range(PROCESSES)) for result in share]
    for index, message, count in sorted(results, key=lambda result: result[0]):
        yield usable[index], message, count
