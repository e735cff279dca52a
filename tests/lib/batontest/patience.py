# SPDX-License-Identifier: MIT
"""How tests wait, so that none depends on the speed of the machine.

They wait for what must come, and PATIENCE bounds only how long a test hangs where it never does. That is less than the
timeouts of a daemon that is started for a test (daemon.py), so what comes at all comes without the help of one. What is
there for a limited time only is tried with ever longer limits, until we were quick enough to see it.
"""

import time

PATIENCE = 120.0


class TooSlow(Exception):
    """We came too late to see what there was to see."""


def eventually(holds, within=PATIENCE, pause=0.01):
    """What holds() returns once that is true, or its last value where it never is."""
    deadline = time.monotonic() + within
    while not (value := holds()) and time.monotonic() < deadline:
        time.sleep(pause)
    return value


def in_time(attempt, limits=(1, 4, 16, 64)):
    """attempt(limit), again with the next limit for as long as it raises TooSlow."""
    for limit in limits[:-1]:
        try:
            return attempt(limit)
        except TooSlow:
            pass
    return attempt(limits[-1])
