# SPDX-License-Identifier: MIT
"""Where a reference leads: RFC 3986, sections 5.2.2 to 5.2.4."""

import re

# Appendix B: scheme, authority, path, query; a fragment has no part in a request.
PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.S)


def without_dots(path):
    """The path with its dot segments removed."""
    out = []
    segments = path.split("/")[1:]
    for at, segment in enumerate(segments):
        if segment == ".." and out:
            out.pop()
        if segment not in (".", ".."):
            out.append(segment)
        elif at == len(segments) - 1:
            out.append("")
    return "/" + "/".join(out)


def resolve(base, reference):
    """(host, target) for a client that asked for `base`, a request target; the host is None where it stays the same."""
    base_path, mark, base_query = re.sub("^http://[^/?]*", "", base).partition("?")
    base_query = base_query if mark else None
    scheme, host, path, query = PARTS.fullmatch(reference).groups()
    if scheme is not None and (scheme.lower() != "http" or host is None):
        return reference, ""
    if host is None and not path:
        path, query = base_path or "/", base_query if query is None else query
    elif not path.startswith("/"):
        path = (base_path or "/").rpartition("/")[0] + "/" + path
    return host, without_dots(path) + ("" if query is None else "?" + query)
