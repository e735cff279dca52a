# SPDX-License-Identifier: MIT
"""Processes: start and stop those of one server, and read what its whole tree costs from /proc."""

import ctypes
import os
import resource
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class BenchError(Exception):
    """Ends the run with one line that says why."""


def raise_fd_limit():
    """Raises RLIMIT_NOFILE as far as this user may; the servers inherit it. Returns the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (1 << 16, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))
            break
        except (OSError, ValueError):
            continue
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def child_setup(cpus):
    """What a child does before exec: keeps to `cpus` (None: all), and ends when the benchmark does."""

    def setup():
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if cpus:
            os.sched_setaffinity(0, cpus)

    return setup


class Process:
    """A server in a session of its own, so that the whole of it can be ended, and nothing else."""

    def __init__(self, name, argv, log_path, cpus=None):
        self.name = name
        self.log_path = log_path
        self.popen = None
        with open(log_path, "ab") as log:
            self.popen = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=child_setup(cpus),
            )
        self.pid = self.popen.pid

    def alive(self):
        """Looks without reaping: as long as the leader is not reaped, nobody else can be given its id."""
        if self.popen.returncode is not None:
            return False
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None

    def log_tail(self):
        with open(self.log_path, "r", errors="replace") as log:
            return "".join("    " + line for line in log.readlines()[-8:])

    def stop(self, patience=5.0):
        """SIGTERM, then SIGKILL to the session; the leader is reaped last."""
        if self.popen.returncode is not None:
            return
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.popen.wait()


def tree(root):
    """The ids of a process and of all that descend from it."""
    parents = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as stat:
                parents[int(entry)] = int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found = {root}
    grown = True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        grown = bool(children)
        found |= children
    return sorted(found)


def tasks(root):
    """Every thread of the tree, as (process, thread)."""
    found = []
    for pid in tree(root):
        try:
            found += [(pid, int(tid)) for tid in os.listdir(f"/proc/{pid}/task")]
        except OSError:
            continue
    return found


def cpu_sample(root):
    """Nanoseconds on a CPU of each task of the tree. One that ends between the list and the look is left out."""
    sample = {}
    for pid, tid in tasks(root):
        try:
            with open(f"/proc/{pid}/task/{tid}/schedstat") as schedstat:
                sample[pid, tid] = int(schedstat.read().split()[0])
        except OSError:
            continue
    if not sample and os.path.exists(f"/proc/{root}") and not os.path.exists(f"/proc/{root}/schedstat"):
        raise BenchError("this kernel has no /proc/PID/task/*/schedstat (CONFIG_SCHED_INFO)")
    return sample


def cpu_between(before, after):
    """Nanoseconds spent between two samples; a task that ended in between takes its share along."""
    return sum(ns - before.get(task, 0) for task, ns in after.items())


def pss_bytes(root):
    """Proportional memory of the tree."""
    total = 0
    for pid in tree(root):
        try:
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                total += sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
        except OSError:
            continue
    return total
