# SPDX-License-Identifier: MIT
"""Contents of files, and their age."""

import os
import time


def pattern(length):
    """Content in which every 16 bytes say where they are."""
    lines = b"".join(b"%015d\n" % at for at in range(0, length + 16, 16))
    return lines[:length]


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def write(content, *path):
    with open(os.path.join(*path), "wb") as file:
        file.write(content)
    return os.path.join(*path)


def age(path, seconds):
    """Have the file be written so long ago."""
    when = int(time.time()) - seconds
    os.utime(path, (when, when))
