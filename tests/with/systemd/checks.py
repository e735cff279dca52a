# SPDX-License-Identifier: MIT
"""What must hold of the package and of the service, in this order: each check finds what those before it left. Runs in
the machine that tests/with/systemd/boot booted, with the package in the working directory."""

import os
import sys
import time
import traceback

import checks_ends
import checks_package
import checks_service
from machine import run

MODULES = (checks_service, checks_ends, checks_package)


def main():
    failed = 0
    checks = [value for module in MODULES for value in vars(module).values() if getattr(value, "is_check", False)]
    for function in checks:
        name = function.__name__.replace("_", " ")
        began = time.monotonic()
        fault = None
        try:
            function()
        except Exception as error:  # whatever goes wrong, the others shall run
            place = traceback.extract_tb(error.__traceback__)[1]
            fault = "%s: %s (%s:%d)" % (type(error).__name__, error, os.path.basename(place.filename), place.lineno)
        failed += fault is not None
        print("%s %s, %.1f s%s" % ("not ok" if fault else "ok", name, time.monotonic() - began,
                                   ": " + fault if fault else ""), flush=True)
    print("%d passed, %d failed" % (len(checks) - failed, failed))
    if failed:
        print(run("journalctl", "--no-pager", "--lines=200", "--output=short-precise", status=None))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
