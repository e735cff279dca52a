# SPDX-License-Identifier: MIT
"""Where a front end of Debian 12 reads or refuses a case otherwise than RFC 9112 says. None of it is between it and us.

Each row: its name, a pattern of cases, and what it does. The rows excuse no disagreement: what the front end takes for
a request bears its mark, and is then one for both. Bytes that the daemon takes for a request on its own stay failures.
"""

import re

# It finds a request where there is none (cases with inner = never), and forwards it as one.
MISREADS = (
    ("haproxy|nginx|varnish|h2o", r"end of chunks: (0\\n|3\\nabc|3\\r\\nabc\\n|3\\r\\nab\\r\\n)",
     "a LF alone ends a line between chunks"),
    ("haproxy|nginx|varnish|h2o", r"end of chunks: 0 \\r", "white space may stand behind a chunk's size"),
    ("haproxy|nginx|h2o", r"end of chunks: (0;x\\n|3;\\nabc)", "a LF alone ends a chunk's extension"),
    ("haproxy|nginx|h2o", r"end of chunks: 0\\r\\n( X: y|X : y|X: y\\x00)\\r", "a trailer is hardly looked at"),
    ("nginx|h2o", r"end of chunks: 0\\r\\n(X|: y)\\r", "a line of a trailer needs no name and no colon"),
    ("h2o", r"end of chunks: (00x|0x0)\\r", "whatever follows a chunk's size is an extension"),
    ("h2o", r"two lengths: [01](,| and)", "the first of two lengths counts"),
    ("h2o", r"hidden length: .*after a length of 0", "the first of two lengths counts, and lines are unfolded"),
    ("haproxy", r"length: POST `18446744073709551616`",
     "a length of 2^64 counts as 0, and is forwarded as it is: we refuse it"),
    ("nginx", r"hidden (coding: in a chunk|length: Content-Length\\xa0)", "a line whose name is no token is left out"),
)
# It allows more where accept-invalid-http-request says so.
LAX = (
    ("haproxy", r"hidden (coding: in a chunk|length:)", "a name may hold any byte, and is then another name"),
)
# What must be answered, with the innocent request behind it, it refuses, or it closes the connection behind it.
REFUSALS = (
    ("varnish", r"trailer: ", "it reads no trailer, and closes"),
    ("varnish", r"chunk size: \w+ `%s;", "it reads no extension of a chunk"),
    ("varnish", r"(body|pipeline): HEAD,? with (INNER|a request|the beginning)", "a HEAD with a body is refused"),
    ("varnish", r"pipeline: HEAD with a range", "it answers 206 to HEAD, and closes"),
    ("h2o", r"length: well: `%d `", "white space behind a length is refused"),
)


def listed(rows, name, label):
    return any(re.fullmatch(names, name) and re.match(pattern, label) for names, pattern, _ in rows)


def is_known_misreading(name, visit):
    label = visit.case.label
    return listed(MISREADS, name, label) or (visit.lane.flavour == "lax" and listed(LAX, name, label))


def is_known_refusal(name, visit):
    return listed(REFUSALS, name, visit.case.label)
