# SPDX-License-Identifier: MIT
"""The checks must be able to fail: a server with a fault stands where batond stands, and must be found out."""

import os

from batontest.patience import PATIENCE

import every_case
import judge
from bad_backend import FAULTS, BadBackend
from client import QUIET, Visit

# What every front end passes on, and what confuses a server that has it.
WORST = "bodies are not read"
THROUGH = ("body: POST with", "trailer: X: y")
TELLING = ("takes for a request", "took for a request", "it got the files")


def find(front, lane, root, faults, patterns, patience=PATIENCE):
    """What the checks say of a server with these faults behind that lane."""
    log_path = os.path.join(root, "..", "%s-drill.access" % front.name)
    chosen = [case for case in every_case.load() if case.label.startswith(patterns)]
    visits = [Visit(case, number, lane, number % 2 == 0, patience) for number, case in enumerate(chosen)]
    for name, content in judge.files(visits):
        with open(os.path.join(root, name), "wb") as file:
            file.write(content)
    backend = BadBackend(lane.behind, root, log_path, faults)
    try:
        for visit in visits:
            visit.play()
    finally:
        backend.stop()
    judged = judge.judge(front, visits, judge.read_log(log_path))
    return ["%s: %s" % (visit.case.label, "; ".join(faults)) for visit, faults, _ in judged if faults]


def find_out(front, lane, root, fault, patterns):
    """That it no longer answers is not enough: bytes must have been taken for what they are not. One with faults is
    hardly waited for; where the machine is busy, longer."""
    for patience in (QUIET, 8 * QUIET, 64 * QUIET):
        found = find(front, lane, root, (fault,), patterns, patience)
        telling = [said for said in found if any(words in said for words in TELLING)]
        if telling:
            break
    return "a server is found out: " + fault, [] if telling else ["it was not: %s" % found[:1]]


def check(front, lane, root):
    """Pairs of a name and what is wrong: that nothing was found."""
    if front.name != "direct":
        yield find_out(front, lane, root, WORST, THROUGH)
        return
    for fault, patterns in FAULTS.items():
        yield find_out(front, lane, root, fault, patterns)
    found = find(front, lane, root, (), tuple(p for patterns in FAULTS.values() for p in patterns))
    yield "a server without a fault passes", found
