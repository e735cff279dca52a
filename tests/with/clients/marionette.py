# SPDX-License-Identifier: MIT
"""Firefox without a window, spoken to over Marionette: "LENGTH:JSON" on a socket, [0, id, command, parameters] there
and [1, id, error, result] back."""

import json
import os
import signal
import socket
import subprocess
import time

from batontest.expect import Failed, must
from batontest.files import write
from batontest.patience import PATIENCE

# It chooses its port. Whatever it asks for elsewhere goes to a proxy that is not there.
PREFERENCES = """\
user_pref("marionette.port", 0);
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("network.proxy.no_proxies_on", "127.0.0.1");
user_pref("media.autoplay.default", 0);
"""
PORT = "MarionetteActivePort"
# Errors and warnings about the scripts and styles of one origin.
COMPLAINTS = """
return Services.console.getMessageArray().filter((one) => one instanceof Ci.nsIScriptError &&
    one.sourceName.startsWith(arguments[0])).map((one) => one.errorMessage)
"""


class Browser:
    """One running Firefox with a profile of its own, and its one window."""

    def __init__(self, fixture):
        profile = os.path.join(fixture.top, "firefox")
        os.makedirs(profile)
        write(PREFERENCES.encode(), profile, "user.js")
        self.number, self.pending, self.sock = 0, b"", None
        with open(os.path.join(fixture.top, "firefox.stderr"), "ab") as errors:
            self.process = subprocess.Popen(
                ["firefox-esr", "--headless", "--no-remote", "--marionette", "--remote-allow-system-access", "--profile",
                 profile, "about:blank"], stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, start_new_session=True,
                env=fixture.environment, cwd=fixture.top)
        try:
            self._connect(os.path.join(profile, PORT))
            self.call("WebDriver:NewSession", capabilities={"alwaysMatch": {"pageLoadStrategy": "normal"}})
            self.call("WebDriver:SetTimeouts", script=PATIENCE * 1000, pageLoad=PATIENCE * 1000)
        except BaseException:
            self.close()
            raise

    def _connect(self, port_file):
        deadline = time.monotonic() + PATIENCE
        while self.sock is None:
            must(time.monotonic() < deadline and self.process.poll() is None, "Firefox does not listen")
            time.sleep(0.02)
            try:
                with open(port_file, encoding="ascii") as file:
                    self.sock = socket.create_connection(("127.0.0.1", int(file.read())), PATIENCE)
            except (OSError, ValueError):  # not yet there, or not yet written
                continue
        self._receive()  # it says who it is

    def _receive(self):
        while b":" not in self.pending:
            self._more()
        length, _, self.pending = self.pending.partition(b":")
        while len(self.pending) < int(length):
            self._more()
        message, self.pending = self.pending[:int(length)], self.pending[int(length):]
        return json.loads(message)

    def _more(self):
        data = self.sock.recv(65536)
        must(data, "Firefox has closed its socket")
        self.pending += data

    def call(self, command, **parameters):
        self.number += 1
        message = json.dumps([0, self.number, command, parameters]).encode()
        self.sock.sendall(b"%d:%s" % (len(message), message))
        _, number, error, result = self._receive()
        must(number == self.number, "answer %s to command %s" % (number, self.number))
        if error:
            raise Failed("%s: %s: %s" % (command, error["error"], error["message"][:300]))
        return result

    def load(self, url):
        """Until the load event."""
        self.call("WebDriver:Navigate", url=url)

    def evaluate(self, expression):
        """The value of a JavaScript expression, or of the promise it gives."""
        return self.call("WebDriver:ExecuteScript", script="return " + expression, args=[])["value"]

    def complaints(self, origin):
        """What it says about what came from there."""
        self.call("Marionette:SetContext", value="chrome")
        try:
            return self.call("WebDriver:ExecuteScript", script=COMPLAINTS, args=[origin])["value"]
        finally:
            self.call("Marionette:SetContext", value="content")

    def close(self):
        """End it, and whatever of its process group is left."""
        try:
            if self.sock:
                self.call("Marionette:Quit", flags=["eForceQuit"])
                self.process.wait(10)
        except (Failed, OSError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(5)
        if self.sock:
            self.sock.close()
