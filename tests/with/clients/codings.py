# SPDX-License-Identifier: MIT
"""Content-Encodings for clients to undo. br and zstd need no library here: both allow blocks stored as they are."""

import gzip

BR_BLOCK = 1 << 16  # the most that four nibbles of length say
ZSTD_BLOCK = 1 << 17  # RFC 8878 3.1.1.2.4


def gz(content):
    return gzip.compress(content, mtime=0)


def br(content):
    """RFC 7932 9.2: a window of 16 bits (one bit, 0), blocks of the kind ISUNCOMPRESSED, an empty last block."""
    out, window = b"", 1
    for at in range(0, len(content), BR_BLOCK):
        block = content[at:at + BR_BLOCK]
        header = (len(block) - 1) << 3 | 1 << 19  # not the last, four nibbles, MLEN - 1, uncompressed
        out += (header << window).to_bytes(3, "little") + block
        window = 0
    return out + b"\x03"


def zst(content):
    """RFC 8878 3.1.1: one segment, its size in four bytes, blocks of the type raw."""
    out = b"\x28\xb5\x2f\xfd\xa0" + len(content).to_bytes(4, "little")
    for at in range(0, len(content), ZSTD_BLOCK):
        block = content[at:at + ZSTD_BLOCK]
        last = at + ZSTD_BLOCK >= len(content)
        out += (len(block) << 3 | last).to_bytes(3, "little") + block
    return out


ENCODERS = {"br": br, "zst": zst, "gz": gz}
