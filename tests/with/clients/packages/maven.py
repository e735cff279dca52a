# SPDX-License-Identifier: MIT
"""Maven: a parent, an extension and what that needs, out of a repository that mirrors all others.

`mvn validate` runs no plugin where the packaging is `pom`, so that nothing is needed but what is served here. Maven loads
jars for it all the same: those of a build extension, to which it adds an old plexus-utils of its own.
"""

import hashlib
import os
import random
import zipfile

from batontest.expect import must_equal
from batontest.files import read, write
from batontest.run import test

SETTINGS = """\
<settings>
  <localRepository>%s</localRepository>
  <mirrors><mirror><id>baton</id><mirrorOf>*</mirrorOf><url>%s</url></mirror></mirrors>
</settings>
"""
POM = """\
<project>
  <modelVersion>4.0.0</modelVersion>
  %s
  %s
  <packaging>%s</packaging>
  %s
</project>
"""
ARTIFACT = "<groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>"
EXTENSION = "<build><extensions><extension>%s</extension></extensions></build>"


class Repository:
    """A repository below the root, with a checksum beside each file."""

    def __init__(self, fixture, path):
        self.fixture, self.path, self.files = fixture, path, {}

    def put(self, content, artifact, ending):
        """A file of an artifact, which is (group, name, version)."""
        group, name, version = artifact
        where = "%s/%s/%s/%s-%s.%s" % (group.replace(".", "/"), name, version, name, version, ending)
        self.fixture.publish(content, "%s/%s" % (self.path, where))
        self.fixture.publish(hashlib.sha1(content).hexdigest().encode(), "%s/%s.sha1" % (self.path, where))
        self.files[where] = content

    def pom(self, artifact, packaging="jar", more=""):
        self.put((POM % ("", ARTIFACT % artifact, packaging, more)).encode(), artifact, "pom")

    def jar(self, artifact, size):
        """A jar that says nothing to Maven."""
        local = self.fixture.local("made.jar")
        with zipfile.ZipFile(local, "w") as archive:
            archive.writestr("%s.bin" % artifact[1], random.randbytes(size))
        self.put(read(local), artifact, "jar")

    def missing(self, local):
        """Files of this repository that a local one lacks, or has otherwise."""
        return [where for where, content in self.files.items()
                if not os.path.exists(os.path.join(local, where)) or read(local, where) != content]


def validate(fixture, served, path, project):
    """Maven's phase that comes before any plugin."""
    write((SETTINGS % (fixture.local("repository"), served.url(path))).encode(), fixture.local("settings.xml"))
    write(project.encode(), fixture.local("pom.xml"))
    return fixture.run("mvn", "-B", "-C", "-s", "settings.xml", "-Duser.home=" + fixture.room, "validate")


@test
def a_parent_an_extension_and_what_it_needs_come_with_their_checksums(fixture):
    parent, extension, library = (("test.baton", name, "1") for name in ("parent", "extension", "library"))
    repository = Repository(fixture, "maven")
    repository.pom(parent, "pom")
    repository.pom(extension, more="<dependencies><dependency>%s</dependency></dependencies>" % (ARTIFACT % library))
    repository.pom(library)
    repository.jar(extension, 100_000)
    repository.jar(library, 1 << 20)
    repository.jar(("org.codehaus.plexus", "plexus-utils", "1.1"), 10)
    validate(fixture, fixture.main, "maven", POM % (
        "<parent>%s<relativePath/></parent>" % (ARTIFACT % parent), ARTIFACT % ("test.baton", "mine", "1"), "pom",
        EXTENSION % (ARTIFACT % extension)))
    must_equal(repository.missing(fixture.local("repository")), [], "files that are not as served")
    lines = [line[1:3] for line in fixture.main.logged(2 * len(repository.files))]
    expected = [("/maven/" + where + ending, 200) for where in repository.files for ending in ("", ".sha1")]
    must_equal(sorted(lines), sorted(expected), "log")
