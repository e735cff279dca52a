# SPDX-License-Identifier: MIT
"""Chromium without a window, spoken to over its DevTools pipe: JSON that ends in a NUL, in on 3, out on 4."""

import json
import os
import signal
import subprocess
import threading
import time

from batontest.expect import Failed, must
from batontest.patience import PATIENCE

OPTIONS = (
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox",  # it loads our own pages only; root has no sandbox
    "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio", "--autoplay-policy=no-user-gesture-required",
    "--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-extensions", "--disable-sync", "--disable-breakpad", "--no-proxy-server",
    "--password-store=basic", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--window-size=1280,900")


def _occupy_low():
    """Take what is free up to descriptor 4, so that nothing else of ours stands where Chromium expects its pipe."""
    taken = [os.open(os.devnull, os.O_RDONLY)]
    while taken[-1] <= 4:
        taken.append(os.open(os.devnull, os.O_RDONLY))
    return taken


class Browser:
    """One running Chromium with a profile of its own, and what it said so far. Nothing waits beyond `deadline`."""

    def __init__(self, fixture, deadline):
        self.deadline = deadline
        low = _occupy_low()
        (to_read, self.to), (self.back, back_write) = os.pipe(), os.pipe()

        def redirect():
            os.dup2(to_read, 3)
            os.dup2(back_write, 4)

        with open(os.path.join(fixture.top, "chromium.stderr"), "ab") as errors:
            self.process = subprocess.Popen(
                ["chromium", "--user-data-dir=" + os.path.join(fixture.top, "profile"), *OPTIONS, "about:blank"],
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, preexec_fn=redirect, close_fds=False,
                start_new_session=True, env=fixture.environment, cwd=fixture.top)
        for descriptor in (*low, to_read, back_write):
            os.close(descriptor)
        self.events, self.answers, self.number = [], {}, 0
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        """Sort what comes into answers and events, until the pipe ends."""
        pending = b""
        for data in iter(lambda: os.read(self.back, 1 << 16), b""):
            *messages, pending = (pending + data).split(b"\0")
            with self.changed:
                for message in map(json.loads, messages):
                    if "id" in message:
                        self.answers[message["id"]] = message
                    else:
                        self.events.append(message)
                self.changed.notify_all()

    def wait(self, what, describe, within=PATIENCE):
        """What `what` returns once that is true; nothing waits beyond the browser's own deadline."""
        end = min(time.monotonic() + within, self.deadline)
        with self.changed:
            while True:
                result = what()
                if result:
                    return result
                must(time.monotonic() < end and self.process.poll() is None, "%s did not come" % describe)
                self.changed.wait(0.05)

    def call(self, method, within=PATIENCE, session=None, **parameters):
        with self.changed:
            self.number += 1
            number = self.number
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        os.write(self.to, json.dumps(message).encode() + b"\0")
        answer = self.wait(lambda: self.answers.pop(number, None), "the answer to " + method, within)
        if "error" in answer:
            raise Failed("%s: %s" % (method, answer["error"].get("message")))
        return answer["result"]

    def close(self):
        """End it, and whatever of its process group is left."""
        try:
            self.call("Browser.close", within=3)
            self.process.wait(3)
        except (Failed, OSError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(5)
        for descriptor in (self.to, self.back):
            os.close(descriptor)


class Tab:
    """One page, and what happened on the network for it."""

    DOMAINS = ("Page", "Network", "Log", "Runtime")

    def __init__(self, browser):
        self.browser, self.begun = browser, 0
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in self.DOMAINS:
            self.call(domain + ".enable")

    def call(self, method, **parameters):
        return self.browser.call(method, session=self.session, **parameters)

    def events(self, *methods):
        """Parameters of what happened since the last load() began."""
        return [one["params"] for one in self.browser.events[self.begun:]
                if one.get("sessionId") == self.session and one["method"] in methods]

    def load(self, url, again=False):
        """Load it, or load again what is there, until the network is quiet."""
        self.begun = len(self.browser.events)
        done = self.call("Page.reload") if again else self.call("Page.navigate", url=url)
        must("errorText" not in done, "%s: %s" % (url, done.get("errorText")))
        self.browser.wait(lambda: self.events("Page.loadEventFired"), "the load event of " + url)
        self.settle()

    def settle(self):
        """Until nothing is under way, and nothing new has begun for a moment."""
        quiet = {"since": time.monotonic(), "count": -1}

        def is_quiet():
            asked = {one["requestId"] for one in self.events("Network.requestWillBeSent")}
            ended = {one["requestId"] for one in self.events("Network.loadingFinished", "Network.loadingFailed")}
            count = len(asked)
            if count != quiet["count"] or asked - ended:
                quiet.update(since=time.monotonic(), count=count)
            return time.monotonic() - quiet["since"] > 0.25
        self.browser.wait(is_quiet, "an end of the requests")

    def evaluate(self, expression, within=PATIENCE):
        """The value of a JavaScript expression, or of the promise it gives."""
        result = self.browser.call("Runtime.evaluate", within, self.session, expression=expression,
                                   awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise Failed("script: %s" % details.get("exception", details).get("description", details["text"]))
        return result["result"].get("value")

    def complaints(self):
        """Errors and warnings of the console, exceptions, requests that failed."""
        found = [one["entry"]["text"] for one in self.events("Log.entryAdded")
                 if one["entry"]["level"] in ("error", "warning")]
        found += [str(one["args"])[:200] for one in self.events("Runtime.consoleAPICalled")
                  if one["type"] in ("error", "warning", "assert")]
        found += [one["exceptionDetails"]["text"] for one in self.events("Runtime.exceptionThrown")]
        return found + [one["errorText"] for one in self.events("Network.loadingFailed") if not one.get("canceled")]

    def fetched(self):
        """{path: status or "cache"} of every request since load() began, as the network saw it."""
        paths = {one["requestId"]: one["request"]["url"].partition("127.0.0.1:")[2].partition("/")[2]
                 for one in self.events("Network.requestWillBeSent") if "127.0.0.1" in one["request"]["url"]}
        status = {one["requestId"]: one["response"]["status"] for one in self.events("Network.responseReceived")}
        for one in self.events("Network.responseReceived"):
            if one["response"].get("fromDiskCache"):
                status[one["requestId"]] = "cache"
        status.update((one["requestId"], "cache") for one in self.events("Network.requestServedFromCache"))
        status.update((one["requestId"], one["statusCode"]) for one in self.events("Network.responseReceivedExtraInfo"))
        return {path: status.get(request) for request, path in paths.items()}
