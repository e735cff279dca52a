# SPDX-License-Identifier: MIT
"""cargo: crates of a sparse registry, whose index is one small file for each name."""

import hashlib
import io
import json
import os
import tarfile

from batontest.expect import must, must_equal
from batontest.files import read, write
from batontest.run import test

MANIFEST = '[package]\nname = "%s"\nversion = "%s"\nedition = "2018"\n'
CONFIG = """\
[registries.test]
index = "sparse+%s"
[net]
retry = 0
"""
# Debian's cargo of 2022 keeps sparse registries behind this; later ones know them without it and take it all the same.
CARGO = ("cargo", "-Z", "sparse-registry")


class Registry:
    """A registry below the root: its index at `path`/index, its crates at `path`/crates."""

    def __init__(self, fixture, path, served):
        self.fixture, self.path, self.index, self.published = fixture, path, served.url(path + "/index/"), {}
        fixture.publish(json.dumps({"dl": served.url(path + "/crates/{crate}-{version}.crate")}).encode(),
                        path + "/index/config.json")

    def add(self, name, version, needs=()):
        """Publish a version of a crate."""
        packed, top = io.BytesIO(), "%s-%s" % (name, version)
        manifest = MANIFEST % (name, version) + "".join(
            '[dependencies.%s]\nversion = "1"\nregistry-index = "sparse+%s"\n' % (one, self.index) for one in needs)
        library = "// %s\n" % os.urandom(30_000).hex()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            for where, content in (("Cargo.toml", manifest.encode()), ("src/lib.rs", library.encode())):
                member = tarfile.TarInfo("%s/%s" % (top, where))
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        self.fixture.publish(packed.getvalue(), "%s/crates/%s.crate" % (self.path, top))
        lines = self.published.setdefault(name, [])
        lines.append(json.dumps({
            "name": name, "vers": version, "cksum": hashlib.sha256(packed.getvalue()).hexdigest(), "features": {},
            "deps": [{"name": one, "req": "^1", "features": [], "optional": False, "default_features": True,
                      "target": None, "kind": "normal"} for one in needs], "yanked": False}))
        self.fixture.publish("".join(line + "\n" for line in lines).encode(), self.index_path(name), 86400 - 3600 * len(lines))

    def index_path(self, name):
        return "%s/index/%s/%s/%s" % (self.path, name[:2], name[2:4], name)


def cargo(fixture, *arguments):
    return fixture.run(*CARGO, *arguments, environment={
        "CARGO_HOME": fixture.local("cargo"), "RUSTC_BOOTSTRAP": "1", "CARGO_NET_OFFLINE": "false"})


def project(fixture, registry, needs):
    os.makedirs(fixture.local("src"))
    os.makedirs(fixture.local("cargo"))
    write((CONFIG % registry.index).encode(), fixture.local("cargo"), "config.toml")
    write((MANIFEST % ("mine", "0.1.0") + '[dependencies]\n%s = { version = "1", registry = "test" }\n' % needs).encode(),
          fixture.local("Cargo.toml"))
    write(b"", fixture.local("src/lib.rs"))


def downloaded(fixture):
    return {name: read(top, name) for top, _, names in os.walk(fixture.local("cargo/registry/cache")) for name in names}


@test
def crates_are_found_by_the_index_and_an_update_asks_by_tag(fixture):
    registry = Registry(fixture, "sparse", fixture.fresh)
    registry.add("leaf-crate", "1.0.0")
    registry.add("tree-crate", "1.0.0", ["leaf-crate"])
    project(fixture, registry, "tree-crate")
    cargo(fixture, "fetch")
    crates = {name: read(fixture.root, "sparse/crates", name) for name in ("leaf-crate-1.0.0.crate", "tree-crate-1.0.0.crate")}
    must_equal(downloaded(fixture), crates, "crates")
    must_equal({line[2] for line in fixture.fresh.logged(5)}, {200}, "log")
    registry.add("leaf-crate", "1.1.0")
    fixture.fresh.mark()
    cargo(fixture, "update")
    said = cargo(fixture, "fetch")
    must("leaf-crate-1.1.0.crate" in downloaded(fixture), "the update was not seen: %s" % said)
    statuses = {line[1]: line[2] for line in fixture.fresh.logged(4)}
    must_equal(statuses.get("/" + registry.index_path("tree-crate")), 304, "status of what is the same")
    must_equal(statuses.get("/" + registry.index_path("leaf-crate")), 200, "status of what changed")
    must("/sparse/crates/tree-crate-1.0.0.crate" not in statuses, "log: %r" % statuses)
