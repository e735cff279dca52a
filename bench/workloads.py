# SPDX-License-Identifier: MIT
"""What is asked for: the document root, and the table of workloads."""

import os
import random
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILES = 10000
FILE_MIN, FILE_MAX = 700, 2700
MODIFIED = 1_700_000_000.25  # long ago, and a fraction of a second, so that every server trusts its validators
WORDS = "baton relay lane track runner stride pass hand hold finish turn lap pace start field bend".split()


@dataclass(frozen=True)
class Workload:
    name: str
    title: str
    connections: int = 64
    path: str = "/1k.html"
    floor: str = "keepalive"  # the floor's mode
    headers: tuple = ()
    lua: str = ""
    lua_args: tuple = ()
    depth: int = 1  # requests in one write
    status: int = 200
    conditional: bool = False  # with the validator of each server's own answer

    def lua_path(self):
        return HERE / self.lua if self.lua else None


def file_path(i):
    """Paths of equal length, as files.lua asks for them."""
    return f"/d{i % 100:02}/f{i:05}.html"


def file_sizes():
    dice = random.Random(1)
    return [dice.randint(FILE_MIN, FILE_MAX) for _ in range(FILES)]


def middle_file():
    """The file whose size is the middle one: what the floor sends in place of them all."""
    sizes = file_sizes()
    return file_path(sorted(range(FILES), key=lambda i: sizes[i])[FILES // 2])


TABLE = (
    Workload("1k-64", "1 KiB, 64 connections"),
    Workload("1k-1000", "1 KiB, 1,000 connections", connections=1000),
    Workload("1", "1 KiB, one connection", connections=1),
    Workload(
        "10k-files",
        "10,000 files of 0.7 to 2.7 KiB in random order, 64 connections",
        path=middle_file(),
        lua="files.lua",
        lua_args=(str(FILES),),
    ),
    Workload(
        "pipelined",
        "1 KiB, pipelined 16 deep, 64 connections",
        lua="pipelined.lua",
        lua_args=("16",),
        depth=16,
    ),
    Workload("close", "1 KiB, Connection: close, 64 connections", floor="handoff", headers=("Connection: close",)),
    Workload("100k", "100 KiB, 64 connections", path="/100k.bin", floor="sendfile"),
    Workload("1m", "1 MiB, 64 connections", path="/1m.bin", floor="sendfile"),
    Workload("304", "not modified, 64 connections", status=304, conditional=True),
    Workload("browser", "1 KiB, a browser's head, 64 connections", lua="browser.lua"),
)


def filler(size, dice):
    """Text that looks like text, `size` bytes of it."""
    words = []
    length = 0
    while length < min(size, 8192):
        words.append(dice.choice(WORDS))
        length += len(words[-1]) + 1
    text = " ".join(words).encode() + b"\n"
    return (text * (size // len(text) + 1))[:size]


def make_root(root):
    """Writes the document root."""
    dice = random.Random(2)
    files = {"/1k.html": 1024, "/100k.bin": 100 * 1024, "/1m.bin": 1024 * 1024}
    files.update((file_path(i), size) for i, size in enumerate(file_sizes()))
    for i in range(100):
        (root / f"d{i:02}").mkdir(parents=True)
    for path, size in files.items():
        target = root / path[1:]
        target.write_bytes(filler(size, dice))
        os.utime(target, (MODIFIED, MODIFIED))
