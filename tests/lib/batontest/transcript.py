# SPDX-License-Identifier: MIT
"""Read *.wire files into cases. The format is described at the top of tests/wire/run."""

import re

ANSWER = re.compile(r"(\d{3}(?:\|\d{3})*)(?: (head))?(?: x(\d+))?")


class FormatError(Exception):
    """A .wire file is not in the format."""


class Expect:
    """One expected answer, or several in a row."""

    def __init__(self, statuses, head_only, count):
        self.statuses, self.head_only, self.count = statuses, head_only, count
        self.others, self.may_stay, self.may_close = [], False, False  # what the RFC would let another server do
        self.fields = []  # (kind, name, value); kind is one of = ~ * - ?
        self.same = False  # all fields are those of the answer before, but for Date
        self.body = None  # (kind, argument) or None: any


class Step:
    """One line, or one group of lines, of a case: a thing to do or to see."""

    def __init__(self, kind, value, text):
        self.kind, self.value, self.text = kind, value, text


class Case:
    """One connection: what is sent on it, and what must come back."""

    def __init__(self, name, where):
        self.name, self.where = name, where
        self.server, self.via = "main", "tcp"
        self.cut, self.root_too, self.ours, self.within = True, True, False, None
        self.steps = []


def _header_line(case, line):
    """A line before the first step that says how the case is to be run; False when it is none."""
    word, _, rest = line.partition(" ")
    if word == "on":
        case.server = rest
    elif word == "via":
        case.via = rest
    elif word == "within":
        case.within = int(rest)
    elif line == "nocut":
        case.cut = False
    elif line == "unless root":
        case.root_too = False
    elif line == "ours":
        case.ours = True
    else:
        return False
    return True


def _number_range(text):
    low, _, high = text.partition("-")
    return int(low), int(high)


def _detail_line(case, line):
    """A line that says more about the answer begun above; False when it is none."""
    expect = case.steps[-1].value if case.steps and case.steps[-1].kind == "answer" else None
    mark, _, rest = line.partition(" ")
    if mark not in ("+", "-", "=", "?", "or", "same"):
        return False
    if expect is None:
        raise FormatError("%r without an answer before it" % line)
    if line == "or open":
        expect.may_stay = True
    elif line == "or 200 closed":
        expect.may_close = True
    elif mark == "or":
        expect.others += [int(status) for status in rest.split("|")]
    elif mark == "same":
        expect.same = True
    elif mark == "-":
        expect.fields.append(("-", rest, None))
    elif mark == "=":
        expect.body = tuple(rest.split(" ", 1)) if " " in rest else (rest, "")
    elif mark == "?":
        _, name, regex = _field_expectation(rest)
        expect.fields.append(("?", name, regex))
    else:
        expect.fields.append(_field_expectation(rest))
    return True


def _field_expectation(rest):
    found = re.fullmatch(r"([\w-]+)(?:: (.*)| ~ (.*)| (\*))", rest)
    if not found:
        raise FormatError("cannot read the field %r" % rest)
    name, equal, regex, _ = found.groups()
    if equal is not None:
        return "=", name, equal
    return ("~", name, regex) if regex is not None else ("*", name, None)


def _step_line(case, line):
    word, _, rest = line.partition(" ")
    if word == ">":
        step = Step("send", rest + "\\r\\n", line)
    elif word == ">>":
        step = Step("send", rest, line)
    elif word == "<":
        found = ANSWER.fullmatch(rest)
        if not found:
            raise FormatError("cannot read the answer %r" % line)
        statuses = [int(status) for status in found[1].split("|")]
        step = Step("answer", Expect(statuses, bool(found[2]), int(found[3] or 1)), line)
    elif word in ("write", "replace", "touch", "remove"):
        case.cut = False
        step = Step(word, rest.split(" ", 1), line)
    elif word in ("pause", "quiet"):
        case.cut = False
        step = Step(word, int(rest), line)
    elif word in ("until", "drip", "arrives", "second"):
        case.cut = False
        step = Step(word, rest, line)
    elif word == "took":
        case.cut = False
        step = Step(word, _number_range(rest), line)
    elif word == "follow":
        case.cut = False
        step = Step(word, rest, line)
    elif line in ("shut", "open", "closed", "closed quietly", "refused"):
        step = Step(word, rest, line)
    else:
        raise FormatError("cannot read %r" % line)
    case.steps.append(step)


def _build(name, lines, where):
    case = Case(name, where)
    for line in lines:
        if not case.steps and _header_line(case, line):
            continue
        if not _detail_line(case, line):
            _step_line(case, line)
    if not case.steps:
        raise FormatError("the case does nothing")
    return case


def _instances(name, lines, rows):
    """The case itself, or one case for each row of its table."""
    if not rows:
        yield name, lines
    for row in rows:
        ours = ["ours"] if row.startswith("|~") else []
        cells = [cell.strip() for cell in re.sub(r"\s\|$", " ", row[1 + len(ours):]).split(" | ")]

        def fill(text, cells=cells):
            return re.sub(r"(?<!\\)\$([1-9])", lambda number: cells[int(number[1]) - 1], text)
        yield fill(name), ours + [fill(line) for line in lines]


def load(path, label):
    """All cases of one file."""
    cases, block = [], None
    with open(path, encoding="utf-8") as file:
        numbered = list(enumerate(file.read().split("\n"), 1)) + [(0, "== ")]
    for number, line in numbered:
        if line.startswith("== "):
            if block:
                cases += _finish(block, label)
            block = (line[3:], number, [], [])
        elif line.startswith("#") or not line.strip():
            continue
        elif block is None:
            raise FormatError("%s:%d: a line before the first case" % (label, number))
        else:
            block[3 if line.startswith("|") else 2].append(line if line.startswith(">") else line.strip())
    return cases


def _finish(block, label):
    name, number, lines, rows = block
    where = "%s:%d" % (label, number)
    try:
        return [_build(filled, text, where) for filled, text in _instances(name, lines, rows)]
    except (FormatError, IndexError, ValueError) as error:
        raise FormatError("%s: %s" % (where, error)) from error
