# SPDX-License-Identifier: MIT
"""Run tests, each in a house of its own, and say which do not hold."""

import argparse
import os
import re
import traceback

from house import House, Skipped
from batond import default_path


def _run_one(function, path):
    """None, or why the test does not hold."""
    house = House(path)
    message = None
    try:
        function(house)
    except Skipped:
        raise
    except Exception as error:  # whatever goes wrong, the other tests shall run
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
                 if frame.filename == function.__code__.co_filename]
        message = "%s: %s (line %d)" % (type(error).__name__, error, lines[-1])
    finally:
        report = house.clean()
    return message or report


def main(tests, description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--batond", default=default_path(), metavar="PATH")
    parser.add_argument("--only", metavar="PATTERN", default="")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    path = os.path.abspath(arguments.batond)
    chosen = [function for function in tests if re.search(arguments.only, function.__name__)]
    if arguments.list:
        print("\n".join(function.__name__ for function in chosen))
        return 0
    failed = skipped = 0
    for function in chosen:
        try:
            message = _run_one(function, path)
        except Skipped as reason:
            print("SKIP %s: %s" % (function.__name__, reason), flush=True)
            skipped += 1
            message = os.environ.get("CI") and "nothing is skipped where CI is set"
        if message:
            failed += 1
            print("FAIL %s: %s" % (function.__name__, message), flush=True)
    print("%d passed, %d failed, %d skipped" % (len(chosen) - failed - skipped, failed, skipped))
    return 1 if failed else 0
