# SPDX-License-Identifier: MIT
"""Chromium: the demo site loaded twice, a coded page, and a video that is sought in. One browser for all of it."""

import os
import re
import time

from batontest.devtools import Browser, Tab
from batontest.expect import must, must_equal
from batontest.files import age, read, write
from batontest.run import test

import film
from fixture import DAY, PAGE

PATIENCE = 40.0  # seconds, for all that a browser does
PAGES = ("", "how-it-works.html", "deploy/")
SUBRESOURCES = {"style.css", "favicon.svg", "handoff.svg", "track.png"}
ALL_SHOWN = """[...document.images].every((one) => one.complete && one.naturalWidth > 0) &&
    [...document.styleSheets].every((one) => one.cssRules.length > 0) && document.styleSheets.length > 0"""


def tab_of(fixture):
    """A new tab of the browser, which starts when it is first needed and ends with the fixture."""
    if not getattr(fixture, "browser", None):
        fixture.browser = Browser(fixture, time.monotonic() + PATIENCE)
        fixture.to_close.append(fixture.browser)
    return Tab(fixture.browser)


def walk(tab, served, again=False):
    """Load each page of the demo site; {path: what the network said}. Nothing may go wrong on the way."""
    found = {}
    for page in PAGES:
        tab.load(served.url(page), again)
        must_equal(tab.complaints(), [], "complaints about /%s" % page)
        must(tab.evaluate(ALL_SHOWN), "/%s: an image or a stylesheet is not shown" % page)
        found.update(tab.fetched())
    return found


@test
def the_demo_site_is_loaded_without_a_complaint_and_then_from_the_cache(fixture):
    tab = tab_of(fixture)
    first = walk(tab, fixture.main)
    must(SUBRESOURCES | set(PAGES) <= set(first), "not asked for: %r" % sorted(SUBRESOURCES - set(first)))
    lines = fixture.main.logged()
    must_equal({line[2] for line in lines}, {200}, "statuses of the first load")
    asked = [line[1] for line in lines]
    must_equal(len(asked), len(set(asked)), "different targets of %r" % asked)
    tab.call("Page.navigate", url="about:blank")
    fixture.main.mark()
    second = walk(tab, fixture.main)
    fresh = {path: status for path, status in second.items() if status not in (304, "cache")}
    must_equal(fresh, {}, "neither 304 nor from the cache")
    must({line[2] for line in fixture.main.logged(0)} <= {304}, "log of the second load: %r" % fixture.main.logged(0))


@test
def a_site_that_says_no_cache_is_asked_again_and_says_304(fixture):
    served = fixture.start("revalidated", {"cache": "/* no-cache"})
    tab = tab_of(fixture)
    walk(tab, served)
    tab.call("Page.navigate", url="about:blank")
    served.mark()
    second = walk(tab, served)
    lines = served.logged(len(PAGES))
    must_equal({line[2] for line in lines}, {304}, "statuses of the second load")
    must(SUBRESOURCES | set(PAGES) <= {line[1][1:] for line in lines}, "not asked for again: %r" % lines)
    must(set(second.values()) <= {304, "cache"}, "second load: %r" % second)


@test
def a_reload_gets_the_one_file_that_changed(fixture):
    served = fixture.start("changing", {"cache": "/* no-cache"})
    tab = tab_of(fixture)
    tab.load(served.url(""))
    path = os.path.join(fixture.root, "style.css")
    before = read(path)
    try:
        write(before + b"h1 { color: rgb(1, 2, 3) }\n", path + ".new")
        age(path + ".new", DAY)
        os.rename(path + ".new", path)
        time.sleep(1.1)  # cache_ttl
        served.mark()
        tab.load(served.url(""), again=True)
        must_equal(tab.evaluate("getComputedStyle(document.querySelector('h1')).color"), "rgb(1, 2, 3)", "colour")
        changed = [line[1] for line in served.logged() if line[2] != 304]
        must_equal(changed, ["/style.css"], "what was loaded in whole")
    finally:
        age(write(before, path), 10 * DAY)


@test
def a_coded_page_shows_what_the_original_says(fixture):
    tab = tab_of(fixture)
    tab.load(fixture.main.url("files/page.html"))
    must_equal(tab.complaints(), [], "complaints")
    text = tab.evaluate("document.getElementById('text').textContent")
    must_equal(text.encode(), PAGE.partition(b"<pre id=text>\n")[2].partition(b"</pre>")[0], "text")
    found = {name.lower(): value for one in tab.events("Network.responseReceived")
             for name, value in one["response"]["headers"].items()}
    must(found.get("content-encoding") in ("br", "gzip"), "Content-Encoding: %s" % found.get("content-encoding"))


def ranges_asked(tab):
    """[(first, last byte asked for or None, Content-Range)] of the answers to requests for the film, each a 206."""
    asked = {one["requestId"]: one["request"]["headers"] for one in tab.events("Network.requestWillBeSent")
             if one["request"]["url"].endswith("film.webm")}
    for one in tab.events("Network.requestWillBeSentExtraInfo"):
        if one["requestId"] in asked:
            asked[one["requestId"]] = one["headers"]
    found = []
    for one in tab.events("Network.responseReceivedExtraInfo"):
        if one["requestId"] in asked:
            must_equal(one["statusCode"], 206, "status of an answer with the film")
            first = re.fullmatch(r"bytes=(\d+)-(\d*)", asked[one["requestId"]]["Range"])
            fields = {name.lower(): value for name, value in one["headers"].items()}
            found.append((int(first[1]), int(first[2]) if first[2] else None, fields["content-range"]))
    return found


@test
def a_video_is_sought_in_by_ranges(fixture):
    tab = tab_of(fixture)
    begins, size = film.publish(fixture, tab.evaluate)
    served, relay = fixture.through_relay(fixture.main)
    tab.load(served.url("files/film.html"))
    relay.enough = film.ENOUGH  # from here on: the browser ends its first look by itself
    must_equal(tab.evaluate(film.METADATA), [film.SECONDS, film.WIDTH, film.HEIGHT], "duration and size of the film")
    film.seek(tab.evaluate)
    ranges = ranges_asked(tab)
    for second in film.SOUGHT[:2]:  # the last may lie in what was read ahead
        must(any(0 <= begins[second] - first < film.CLUSTER * 2 for first, _, _ in ranges),
             "no range from byte %d on: %r" % (begins[second], ranges))
    for first, last, said in ranges:
        must_equal(said, "bytes %d-%d/%d" % (first, size - 1 if last is None else min(last, size - 1), size),
                   "Content-Range")
    must(relay.passed < size * 3 // 4, "%d of %d bytes passed" % (relay.passed, size))
    must_equal({line[2] for line in served.logged() if line[1].endswith("film.webm")}, {206}, "log")
    must_equal(tab.complaints(), [], "complaints")
