# SPDX-License-Identifier: MIT
"""Of tests/tree/times: files whose times were written by clocks, and files whose times were not."""

import os
import shutil
import time

DAY = 86400
NOW = int(time.time())
PLACEHOLDERS = {
    "1970": 0, "1970-and-1": 1, "1979-zip": 312768000, "1980-zip": 315532800, "1980-and-1": 315532801,
    "1980-west": 315532800 + 8 * 3600, "1980-east": 315532800 - 9 * 3600, "1984-yarn": 456451200,
    "1985-npm": 499162500, "2006-cargo": 1153704088, "2010-bazel": 1262304000, "2020-hatch": 1580601600,
    "epoch": 1612345678,
}
LARGE = 200 * 1024
HUGE = 300 * 1024 * 1024


class Trees:
    """What is served: `lies` must not be trusted, `honest` must; each a path below the root."""

    def __init__(self, top):
        self.top, self.lies, self.caught, self.honest = top, {}, {}, {}

    def put(self, path, when, length=64):
        for release in (1, 2):
            name = os.path.join(self.top, "release-%d" % release, path)
            os.makedirs(os.path.dirname(name), exist_ok=True)
            line = b"%s of release %d\n" % (path.encode(), release)
            with open(name, "wb") as file:
                file.write((line * (length // len(line) + 1))[:length])
            os.utime(name, ns=(int(when * 10**9),) * 2 if isinstance(when, int) else (when[0] * 10**9 + when[1],) * 2)

    def make(self):
        os.makedirs(os.path.join(self.top, "release-1"))
        for name, when in PLACEHOLDERS.items():
            for path, length in (("lone/%s/page.txt" % name, 64), ("posts/%s/index.html" % name, 64),
                                 ("large/%s/app.js" % name, LARGE)):
                self.put(path, when, length)
                self.lies["/" + path] = when
            for i in range(6):
                self.put("crowd/%s/%d.txt" % (name, i), when)
            self.put("crowd/%s/other.txt" % name, NOW - 3 * DAY)
            self.put("crowd/%s/made.txt.gz" % name, (NOW - 2 * DAY, 7))
            self.lies["/crowd/%s/3.txt" % name] = when
        # Neither old nor shared by a crowd: only the change itself can tell.
        for path, when, length in (("recent/one/page.txt", NOW - 40 * DAY, 64), ("recent/two/page.txt", (NOW - DAY, 5), 64),
                                   ("recent/large/app.js", NOW - 50 * DAY, LARGE)):
            self.put(path, when, length)
            self.caught["/" + path] = when if isinstance(when, int) else when[0]
        self.make_honest()
        os.symlink("release-1", os.path.join(self.top, "current"))

    def make_honest(self):
        kept = [("mirror/foo_%d.deb" % i, 1400000000 + i * 1234567) for i in range(12)]
        kept += [("mirror/foo_%d.deb.gz" % i, 1400000000 + i * 1234567) for i in range(12)]
        # One upload: three files of one second, and a build that came later.
        kept += [("pool/h/" + name, 1673002080) for name in ("h.dsc", "h.debian.tar.xz", "h.orig.tar.xz")]
        kept += [("pool/h/h_amd64.deb", 1673009999), ("pool/h/h_arm64.deb", 1673011111)]
        kept += [("dists/stable/" + name, NOW - 200 * DAY) for name in ("Release", "InRelease", "Release.gpg")]
        kept += [("tar/%d.html" % i, NOW - 20 * DAY) for i in range(8)]  # deployed from a commit of that time
        kept += [("blog/%d/index.html" % i, (1300000000 + i, 123456789)) for i in range(3)]
        kept += [("alone/index.html", NOW - 90 * DAY)]
        for path, when in kept:
            self.put(path, when)
            # These are what the releases share.
            shutil.copy2(os.path.join(self.top, "release-1", path), os.path.join(self.top, "release-2", path))
            self.honest["/" + path] = when if isinstance(when, int) else when[0]
        for path, when in (("huge/old/image.iso", 1262304000), ("huge/early/image.iso", 315532800)):
            self.put(path, when, 0)
            for release in (1, 2):
                name = os.path.join(self.top, "release-%d" % release, path)
                os.truncate(name, HUGE)
                os.utime(name, (when, when))

    def turn(self):
        os.symlink("release-2", os.path.join(self.top, "next"))
        os.rename(os.path.join(self.top, "next"), os.path.join(self.top, "current"))

    def content(self, release, path):
        with open(os.path.join(self.top, "release-%d" % release) + path, "rb") as file:
            return file.read()
