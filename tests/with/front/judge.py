# SPDX-License-Identifier: MIT
"""What must hold of a visit: every answer belongs to the request it answers, and the server has seen no other request.

Two witnesses: the clients, by the marks in the files they were given, and the access log of the server behind, by the
mark that the front end puts on each request that it forwards (fronts.py).
"""

import collections
import re

import quirks
from cases import content_of, path_of
from client import ask, innocent, is_own

TEXT = r'"((?:[^"\\]|\\.)*)"'
LINE = re.compile(r"\S+ - - \[[^]]*\] %s (\d+) \d+ %s %s" % (TEXT, TEXT, TEXT))
LATER = b"Referer: later\r\n"
VISIT_PATH = re.compile(r"/(\d{4}[a-z])-(self|inner|outer|other)\.txt")


class Request:
    """A line of an access log."""

    def __init__(self, line, status, agent):
        self.line, self.status, self.agent = line, int(status), agent
        found = VISIT_PATH.search(line)
        self.visit, self.role = (found[1], found[2]) if found else (None, None)


def read_log(path):
    """The requests of an access log, but for those of faults_of_cache. A line may be half written yet."""
    with open(path, encoding="latin-1", newline="\n") as log:
        found = [LINE.fullmatch(line) for line in log.read().split("\n")[:-1]]
    if None in found:
        raise ValueError("%s: line %d is none of a log" % (path, found.index(None) + 1))
    return [Request(match[1], match[2], match[4]) for match in found if match[3] != "later"]


def is_subsequence(short, long):
    rest = iter(long)
    return all(item in rest for item in short)


def truth_of(visit, lines, forwarded):
    """The roles that the connection asks for as the front end reads it, and whether it reads one that is not there."""
    truth = visit.case.truth
    misread = "inner" not in truth and any(line.role == "inner" and forwarded(line) for line in lines)
    if misread:
        truth.insert(truth.index("outer") if "outer" in truth else len(truth), "inner")
    return truth, misread


def faults_of_answers(visit, truth, must_answer):
    """What the two clients saw that must not be."""
    if visit.error:
        yield visit.error
        return
    if not is_own(visit.other, path_of("other", visit.name)):
        yield "another client got %d %r for its file" % (visit.other.status, visit.other.body[:60])
    paths = [path_of(role, visit.name) for role in truth]
    marks = [mark for answer in visit.answers for mark in answer.marks()]
    if not is_subsequence(marks, paths):
        yield "it got the files %s, and asked for %s" % (b" ".join(marks).decode(), b" ".join(paths).decode())
    if len(visit.answers) > len(paths):
        yield "%d answers to %d requests: %s" % (
            len(visit.answers), len(paths), [answer.status for answer in visit.answers])
    if must_answer and not is_answered(visit, paths):
        yield "%d requests, the last one innocent, were not answered: %s" % (
            len(paths), [(answer.status, answer.body[:40]) for answer in visit.answers])


def is_answered(visit, paths):
    """All its requests were understood, and the last one got its file."""
    understood = [answer for answer in visit.answers if answer.status != 400 and answer.status < 500]
    return len(understood) == len(paths) and is_own(understood[-1], paths[-1])


def faults_of_lines(lines, truth, forwarded):
    """What the server's log says of a visit that must not be."""
    allowed = truth + ["other"]
    for line in lines:
        # What is refused before its fields are read bears no mark.
        refused = line.role == "self" and line.status >= 400 and line.agent == "-"
        if not refused and not forwarded(line):
            yield "the server took for a request what was not sent as one: %r %d %r" % (
                line.line[:80], line.status, line.agent[:80])
        elif line.role not in allowed:
            yield "the server found a request where there is none: %r %d" % (line.line[:80], line.status)
    served = collections.Counter(line.role for line in lines if line.status in (200, 206))
    for role in set(allowed):
        if served[role] > allowed.count(role) or (role == "other" and not served[role]):
            yield "%s was served %d times, and asked for %d times" % (role, served[role], allowed.count(role))


def judge(front, visits, requests):
    """Triples of a visit, what is wrong, and whether the front end alone misread it in a way that is known."""
    by_visit = collections.defaultdict(list)
    for request in requests:
        by_visit[request.visit].append(request)
    for visit in visits:
        lines = by_visit[visit.name.decode()]
        truth, misread = truth_of(visit, lines, front.forwarded)
        must_answer = visit.case.outer == "must" and not quirks.is_known_refusal(front.name, visit)
        faults = list(faults_of_answers(visit, truth, must_answer))
        faults += faults_of_lines(lines, truth, front.forwarded)
        known = misread and quirks.is_known_misreading(front.name, visit)
        if misread and not known:
            faults.append("%s takes for a request what is none" % front.name)
        yield visit, faults, known


def faults_of_cache(visit):
    """A front end that caches must have kept no answer under another's name."""
    for role in ("self", "outer", "other"):
        path = path_of(role, visit.name)
        answer = ask(visit.lane.port, innocent(role, visit.name, LATER))
        if not is_own(answer, path):
            yield "later, %s was answered %d %r" % (role, answer.status, answer.body[:60])


def files(visits):
    """The files that the visits ask for, by name."""
    for visit in visits:
        for role in ("self", "inner", "outer", "other"):
            path = path_of(role, visit.name)
            yield path[1:].decode(), content_of(path)
