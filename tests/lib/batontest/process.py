# SPDX-License-Identifier: MIT
"""What the kernel says of a running process: descriptors, connections, memory, CPU time."""

import os
import re
import subprocess
import sys
import time


def descriptors(pid):
    """What each open descriptor is, as readlink says."""
    links = []
    for entry in os.listdir("/proc/%d/fd" % pid):
        try:
            links.append(os.readlink("/proc/%d/fd/%s" % (pid, entry)))
        except FileNotFoundError:
            pass
    return links


def sockets(pid):
    return sum(link.startswith("socket:") for link in descriptors(pid))


def deleted_files(pid):
    """Regular files that are open but no longer have a name."""
    return [link for link in descriptors(pid) if link.startswith("/") and link.endswith(" (deleted)")]


def established(port):
    """Connections of our port that the kernel has not closed, but for TIME_WAIT."""
    count = 0
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table.readlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            count += int(local.rpartition(":")[2], 16) == port and state not in ("06", "0A")
    return count


def threads_named(pid, name):
    count = 0
    for task in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/comm" % (pid, task), encoding="ascii") as comm:
                count += comm.read().strip() == name
        except OSError:
            pass
    return count


def read_bytes(pid):
    """How much it has got by read(2)."""
    with open("/proc/%d/io" % pid, encoding="ascii") as counts:
        return int(re.search(r"rchar: (\d+)", counts.read())[1])


def pss_kib(pid):
    with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as rollup:
        return int(re.search(r"(?m)^Pss:\s+(\d+)", rollup.read())[1])


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busyness(pid, seconds=1.0):
    """CPU time that it uses meanwhile, as a share of what a process gets that does nothing but use it: 0 is asleep, 1 spins,
    however busy the machine is."""
    loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        before = cpu_seconds(pid), cpu_seconds(loop.pid)
        time.sleep(seconds)
        while cpu_seconds(loop.pid) - before[1] < 0.1:
            time.sleep(0.05)
        used, control = cpu_seconds(pid) - before[0], cpu_seconds(loop.pid) - before[1]
    finally:
        loop.kill()
        loop.wait()
    return used / control


def watched(pid):
    """How many descriptors are in its epoll sets."""
    count, directory = 0, "/proc/%d/fdinfo" % pid
    for fd in os.listdir(directory):
        try:
            with open(os.path.join(directory, fd), encoding="ascii") as info:
                count += sum(line.startswith("tfd:") for line in info)
        except OSError:
            pass
    return count


def is_gone(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True
