# SPDX-License-Identifier: MIT
"""Clients that ask while something happens to the daemon, none of whom may notice."""

import threading

from batontest.client import GET, read_answer
from batontest.expect import must, wait_until

LAST = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


class Visitors:
    """Clients that come, are served and go while the with block lasts; each of them must be."""

    def __init__(self, server, count=6):
        self.server, self.over, self.faults, self.served = server, threading.Event(), [], 0
        self.threads = [threading.Thread(target=self.run) for _ in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *unused):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def run(self):
        while not self.over.is_set():
            try:
                with self.server.connect(timeout=20) as sock:
                    for request in (GET, LAST):
                        sock.sendall(request)
                        must(read_answer(sock, 20).status == 200, "another status")
                self.served += 1
            except (OSError, AssertionError) as fault:
                self.faults.append(repr(fault))

    def check(self):
        must(not self.faults, "%d faults, the first: %s" % (len(self.faults), self.faults[:1]))

    def wait_for_more(self, count=20):
        goal = self.served + count
        wait_until(lambda: self.served >= goal or self.faults, "nobody is served")
