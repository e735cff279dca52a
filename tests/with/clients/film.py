# SPDX-License-Identifier: MIT
"""A film made without any tool: WebM around frames that the browser's own image encoder made.

A lossy WebP image is one VP8 key frame. Each second of the film is one such frame in a cluster of its own, and behind
it comes a Void element that makes the cluster large, as a film's would be. Cues stand in front, so that a player
knows at which byte each second begins and can ask for just that.
"""

import base64
import os
import struct

from batontest.expect import must
from batontest.files import age, write

from fixture import DAY

SECONDS = 120
WIDTH, HEIGHT = 64, 48
CLUSTER = 512 * 1024  # zeros but for the frame: holes in the file
ENOUGH = 8 * CLUSTER  # of one answer: how far a player reads ahead depends on how fast everything is
TRACK_VIDEO = 1
SOUGHT = (60, 115, 30)
PAGE = b"""<!doctype html>
<title>film</title>
<link rel="icon" href="data:,">
<video id="film" src="film.webm" preload="metadata" muted controls></video>
"""
# Frames whose grey says which second they are of.
DRAW = """(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [%d, %d];
    const on = canvas.getContext('2d', {alpha: false});
    return Array.from({length: %d}, (_, second) => {
        on.fillStyle = `rgb(${2 * second}, ${2 * second}, ${2 * second})`;
        on.fillRect(0, 0, canvas.width, canvas.height);
        return canvas.toDataURL('image/webp', 0.8).split(',')[1];
    });
})()""" % (WIDTH, HEIGHT, SECONDS)
# Seek, wait until it is done and a frame is there, and say what that frame shows.
SEEK = """new Promise((resolve, reject) => {
    const video = document.getElementById('film');
    const look = () => {
        if (video.readyState < 2)
            return setTimeout(look, 20);
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [8, 8];
        const on = canvas.getContext('2d', {alpha: false});
        on.drawImage(video, 0, 0, 8, 8);
        resolve([video.currentTime, on.getImageData(4, 4, 1, 1).data[0]]);
    };
    video.addEventListener('error', () => reject(new Error(video.error.message)), {once: true});
    video.addEventListener('seeked', look, {once: true});
    video.currentTime = %g;
})"""
METADATA = """new Promise((resolve, reject) => {
    const video = document.getElementById('film');
    const done = () => resolve([video.duration, video.videoWidth, video.videoHeight]);
    video.addEventListener('error', () => reject(new Error(video.error.message)), {once: true});
    video.readyState >= 1 ? done() : video.addEventListener('loadedmetadata', done, {once: true});
    if (video.error)
        reject(new Error(video.error.message));
})"""


def _length(length):
    return (length | 1 << 56).to_bytes(8, "big")


def _element(identity, content):
    """EBML (RFC 8794): identity, length in eight bytes, content."""
    return bytes.fromhex(identity) + _length(len(content)) + content


def _number(identity, value, length=8):
    return _element(identity, value.to_bytes(length, "big"))


def key_frame(webp):
    """The VP8 chunk of a WebP image (RIFF: each chunk's length is in little endian, and padded to an even one)."""
    at = 12
    while at < len(webp):
        length = int.from_bytes(webp[at + 4:at + 8], "little")
        if webp[at:at + 4] == b"VP8 ":
            return webp[at + 8:at + 8 + length]
        at += 8 + (length + 1) // 2 * 2
    raise ValueError("not a lossy WebP image: %r" % webp[:40])


def _cluster(second, frame):
    """All of it but the zeros at its end."""
    block = _element("A3", b"\x81" + struct.pack(">hB", 0, 0x80) + frame)  # of track 1, at the cluster's time
    head = _number("E7", second * 1000) + block
    void = CLUSTER - len(head) - 9 - 12  # behind two elements' own heads
    return bytes.fromhex("1F43B675") + _length(CLUSTER - 12) + head + bytes.fromhex("EC") + _length(void)


def _tracks():
    video = _element("E0", _number("B0", WIDTH, 2) + _number("BA", HEIGHT, 2))
    entry = (_number("D7", 1, 1) + _number("73C5", 1, 1) + _number("83", TRACK_VIDEO, 1) + _number("9C", 0, 1) +
             _element("86", b"V_VP8") + video)
    return _element("1654AE6B", _element("AE", entry))


def _cues(first):
    """Where each second's cluster begins, the first of them `first` bytes into the segment."""
    points = [_element("BB", _number("B3", second * 1000) + _element("B7", _number("F7", 1, 1) + _number(
        "F1", first + second * CLUSTER))) for second in range(SECONDS)]
    return _element("1C53BB6B", b"".join(points))


def make(path, frames):
    """Write the film; return at which byte each second's cluster begins."""
    header = _element("1A45DFA3", _number("4286", 1, 1) + _number("42F7", 1, 1) + _number("42F2", 4, 1) +
                      _number("42F3", 8, 1) + _element("4282", b"webm") + _number("4287", 2, 1) + _number("4285", 2, 1))
    info = _element("1549A966", _number("2AD7B1", 1_000_000) + _element("4489", struct.pack(">d", SECONDS * 1000.0)) +
                    _element("4D80", b"baton") + _element("5741", b"baton"))
    tracks = _tracks()
    first = len(info) + len(tracks) + len(_cues(0))
    segment = bytes.fromhex("18538067") + _length(first + SECONDS * CLUSTER)
    with open(path, "wb") as file:
        file.write(header + segment + info + tracks + _cues(first))
        begin = file.tell()
        for second, frame in enumerate(frames):
            file.seek(begin + second * CLUSTER)
            file.write(_cluster(second, frame))
        file.truncate(begin + SECONDS * CLUSTER)
    return [begin + second * CLUSTER for second in range(SECONDS)]


def publish(fixture, evaluate):
    """Make the film and its page, by a browser's evaluate(); at which byte each second begins, and the size of it all."""
    frames = [key_frame(base64.b64decode(one)) for one in evaluate(DRAW)]
    begins = make(fixture.file("film.webm"), frames)
    write(PAGE, fixture.file("film.html"))
    for name in ("film.webm", "film.html"):
        age(fixture.file(name), DAY)
    return begins, os.stat(fixture.file("film.webm")).st_size


def seek(evaluate):
    """Seek to each second of SOUGHT; the frame there must be the right one."""
    for second in SOUGHT:
        at, grey = evaluate(SEEK % (second + 0.5))
        must(abs(at - second - 0.5) < 0.01, "at %s s, not %s" % (at, second + 0.5))
        must(abs(grey - 2 * second) <= 6, "at %s s the frame has the grey %s, not %s" % (at, grey, 2 * second))
