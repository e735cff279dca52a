# SPDX-License-Identifier: MIT
"""The live page in Chromium, while wrk keeps the daemon busy. One browser for all of it."""

import base64
import os
import re
import shutil
import subprocess
import time

from batontest.devtools import Browser, Tab
from batontest.expect import must, must_equal
from batontest.patience import PATIENCE, eventually
from batontest.run import test

FOR_ALL = 4 * PATIENCE  # that the browser does
DARK = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
LIGHT = {"features": [{"name": "prefers-color-scheme", "value": "light"}]}
WIDTHS = {"wide": (1280, 1500), "phone": (360, 2600), "narrow": (320, 2600)}
# The values of the four large plots, as words.
HEALTH = "(document.getElementById('health')?.textContent || '')"
VALUES = "[...document.querySelectorAll('#whole .value')].map((one) => one.textContent)"
PATHS = "[...document.querySelectorAll('#whole path')].map((one) => one.getAttribute('d') || '')"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNLABELLED = "[...document.querySelectorAll('svg')].filter((one) => !one.getAttribute('aria-label')).length"
CONTRAST = """(() => {
    const light = (text) => {
        const [r, g, b] = text.match(/[\\d.]+/g).map((one) => one / 255)
            .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (one) => {
        while (getComputedStyle(one).backgroundColor === 'rgba(0, 0, 0, 0)' && one.parentElement)
            one = one.parentElement;
        return getComputedStyle(one).backgroundColor;
    };
    const low = [...document.querySelectorAll('body *')].filter((one) => [...one.childNodes].some((node) =>
        node.nodeType === 3 && node.data.trim()) && one.getClientRects().length > 0).map((one) => {
        const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((x, y) => y - x);
        return [(a + 0.05) / (b + 0.05), one.tagName, one.textContent.slice(0, 30)];
    }).filter(([ratio]) => ratio < 4.5);
    return low.map(String);
})()"""


class Load:
    """wrk, until the end of the block."""

    def __init__(self, fixture, target):
        self.process = subprocess.Popen(
            ["wrk", "-t1", "-c16", "-d1h", "http://127.0.0.1:%d%s" % (fixture.server.port, target)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def tab_of(fixture):
    """The tab with the page; the browser starts when it is first needed and ends with the fixture."""
    if fixture.browser is None:
        fixture.browser = Browser(fixture, time.monotonic() + FOR_ALL)
        fixture.to_close.append(fixture.browser)
    return Tab(fixture.browser)


def load(fixture, tab):
    tab.begun = len(tab.browser.events)
    tab.call("Page.navigate", url=fixture.status_url("/"))
    tab.browser.wait(lambda: tab.events("Page.loadEventFired"), "the load event of the page")


def wait_for(tab, expression, what):
    must(eventually(lambda: tab.evaluate(expression), pause=0.1),
         "%s did not come; the page says %r" % (what, tab.evaluate("document.body?.innerText")))


def shoot(fixture, tab, name):
    if fixture.keep is None:
        return
    picture = tab.call("Page.captureScreenshot", format="png")["data"]
    with open(os.path.join(fixture.keep, name + ".png"), "wb") as file:
        file.write(base64.b64decode(picture))


def resize(tab, width, height):
    tab.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)


@test
def the_figures_of_the_page_move_under_load_without_a_complaint_or_a_foreign_request(fixture):
    must(shutil.which("wrk"), "wrk is not installed")
    tab = tab_of(fixture)
    with Load(fixture, "/1k.txt"):
        resize(tab, *WIDTHS["wide"])
        load(fixture, tab)
        wait_for(tab, "/[1-9]/.test(%s[0])" % VALUES, "a rate")
        seen = set()

        def have_moved():
            seen.add(tuple(tab.evaluate(VALUES)))
            return len(seen) >= 4
        must(eventually(have_moved, pause=0.5), "the values stand still: %r" % seen)
        must(all(re.search(r"p50 .*\d.*p99 .*\d", one[1]) for one in seen if "\u2013" not in one[1]), repr(seen))
        wait_for(tab, PATHS + ".every(Boolean)", "a line in each plot")
        must_equal(len(tab.evaluate("[...document.querySelectorAll('.worker')].map(String)")), 2, "workers")
        wait_for(tab, HEALTH + " === 'healthy'", "health")
        time.sleep(fixture.film)
        for theme, media in (("light", LIGHT), ("dark", DARK)):
            tab.call("Emulation.setEmulatedMedia", **media)
            for width, size in WIDTHS.items():
                resize(tab, *size)
                wait_for(tab, OVERFLOW + " === 0", "no pixel to scroll sideways at %s" % width)
                shoot(fixture, tab, "%s-%s" % (theme, width))
            eventually(lambda: not tab.evaluate(CONTRAST), pause=0.1)
            must_equal(tab.evaluate(CONTRAST), [], "text of too little contrast (%s)" % theme)
        must_equal(tab.evaluate(UNLABELLED), 0, "plots without a text")
    must_equal(tab.complaints(), [], "complaints")
    urls = {one["request"]["url"] for one in tab.events("Network.requestWillBeSent")}
    foreign = [url for url in urls if not url.startswith((fixture.status_url("/"), "data:"))]
    must_equal(foreign, [], "requests to others")


@test
def the_page_can_be_paused(fixture):
    tab = tab_of(fixture)
    load(fixture, tab)
    wait_for(tab, HEALTH + " === 'healthy'", "health")
    tab.evaluate("document.getElementById('pause').click()")
    time.sleep(0.5)
    asked = len(tab.events("Network.requestWillBeSent"))
    time.sleep(2.5)
    must(len(tab.events("Network.requestWillBeSent")) <= asked + 1, "it goes on asking")
    tab.evaluate("document.getElementById('pause').click()")
    wait_for(tab, "document.getElementById('pause').textContent === 'Pause'", "the end of the pause")


@test
def the_page_says_since_when_there_is_no_answer_and_goes_on_with_the_next_process(fixture):
    server, port = fixture.start_another()
    tab = tab_of(fixture)
    tab.begun = len(tab.browser.events)
    tab.call("Page.navigate", url="http://127.0.0.1:%d/" % port)
    wait_for(tab, HEALTH + " === 'healthy'", "health")
    must_equal(server.stop(), 0, "exit status")
    wait_for(tab, "/^no answer since /.test(%s)" % HEALTH, "the loss")
    server.start()
    wait_for(tab, HEALTH + " === 'healthy'", "the next process")
    wait_for(tab, "/0/.test(%s[0])" % VALUES, "a rate")
    must("-" not in "".join(tab.evaluate(VALUES)), "a rate below nothing: %r" % tab.evaluate(VALUES))
