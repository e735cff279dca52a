# SPDX-License-Identifier: MIT
"""Firefox: the demo site loaded twice, and a video that is sought in. One browser for all of it."""

from batontest.expect import must, must_equal
from batontest.run import test

import film
from chromium import ALL_SHOWN, PAGES, SUBRESOURCES
from marionette import Browser


def browser_of(fixture):
    """The browser starts when it is first needed, and ends with the fixture."""
    if not fixture.firefox:
        fixture.firefox = Browser(fixture)
        fixture.to_close.append(fixture.firefox)
    return fixture.firefox


def walk(browser, served):
    """Load each page of the demo site. Nothing may go wrong on the way."""
    for page in PAGES:
        browser.load(served.url(page))
        must(browser.evaluate(ALL_SHOWN), "/%s: an image or a stylesheet is not shown" % page)
    must_equal(browser.complaints(served.url("")), [], "complaints")


@test
def the_demo_site_is_loaded_and_then_only_asked_about(fixture):
    served = fixture.start("firefox", {"cache": "/* no-cache"})
    browser = browser_of(fixture)
    walk(browser, served)
    lines = served.logged()
    first = dict((line[1][1:], line[2]) for line in reversed(lines))  # pages share what they are made of
    must(SUBRESOURCES | set(PAGES) <= set(first), "not asked for: %r" % lines)
    must_equal(set(first.values()), {200}, "statuses of the first load")
    served.mark()
    walk(browser, served)
    lines = served.logged(len(PAGES))
    must_equal({line[2] for line in lines}, {304}, "statuses of the second load")
    must(set(PAGES) <= {line[1][1:] for line in lines}, "not asked for again: %r" % lines)


@test
def a_video_is_sought_in_by_ranges(fixture):
    browser = browser_of(fixture)
    browser.load(fixture.main.url("files/ten.txt"))
    begins, size = film.publish(fixture, browser.evaluate)
    served, relay = fixture.through_relay(fixture.main)
    try:
        browser.load(served.url("files/film.html"))
        relay.enough = film.ENOUGH
        must_equal(browser.evaluate(film.METADATA), [film.SECONDS, film.WIDTH, film.HEIGHT], "duration and size of the film")
        film.seek(browser.evaluate)
        must_equal(browser.complaints(served.url("")), [], "complaints")
    finally:
        browser.load("about:blank")  # or else it holds on to answers that it does not read
    asked = [one.fields["range"] for one in relay.asked() if one.target == "/files/film.webm"]
    starts = [int(one[len("bytes="):].partition("-")[0]) for one in asked]
    for second in film.SOUGHT[:2]:  # the last may lie in what was read ahead
        must(any(0 <= begins[second] - start < film.CLUSTER * 2 for start in starts),
             "no range from byte %d on: %r" % (begins[second], asked))
    must(relay.passed < size * 3 // 4, "%d of %d bytes passed" % (relay.passed, size))
    must_equal({line[2] for line in served.logged() if line[1].endswith("film.webm")}, {206}, "log")
