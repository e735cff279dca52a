# SPDX-License-Identifier: MIT
"""Run the tests of a script, each in a fixture of its own, and say which do not hold."""

import argparse
import os
import re
import sys
import traceback

from batontest.daemon import default_path
from batontest.expect import Skipped
from batontest.fixture import Fixture


def test(function):
    """Marks a test; its name says what must hold."""
    function.is_test = True
    return function


def tests_of(*modules):
    """The tests of these modules, in the order in which they stand there."""
    return [value for module in modules for value in vars(module).values() if getattr(value, "is_test", False)]


def failure(function, error):
    """What went wrong, and the lines of the test that led there."""
    folder = os.path.dirname(os.path.realpath(function.__code__.co_filename))
    lines = ["%s:%d" % (os.path.basename(frame.filename), frame.lineno)
             for frame in traceback.extract_tb(error.__traceback__)[1:]  # the first is who called it
             if os.path.dirname(os.path.realpath(frame.filename)) == folder]
    return "%s: %s (%s)" % (type(error).__name__, error, ", ".join(lines))


def _run_one(function, path):
    """None, or why the test does not hold."""
    fixture = Fixture(path)
    message = None
    try:
        function(fixture)
    except Skipped:
        raise
    except Exception as error:  # whatever goes wrong, the other tests shall run
        message = failure(function, error)
    finally:
        report = fixture.clean()
    return message or report


def main(description, *modules):
    """Runs the tests of these modules, then those of the script itself; returns the status of the process."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--batond", default=default_path(), metavar="PATH")
    parser.add_argument("--only", metavar="PATTERN", default="")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    path = os.path.abspath(arguments.batond)
    tests = tests_of(*modules, sys.modules["__main__"])
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
