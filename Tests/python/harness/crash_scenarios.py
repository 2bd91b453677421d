"""What the crash explorer tries of fetching: a command, what it begins with, and what must be so however it ends."""

import os
import shutil

from harness import cache as cache_entries
from harness.crash_world import World, leftovers
from harness.store import Store, marker
from harness.tool import Tool
from harness.trees import STAGING, digests, visible
from harness.workspace import Workspace

DIRECTORY, FILE, DEPENDENCY = "folders/d:1.0", "files/f:1.0", "files/base:1.0"
# Two parts of 16 MiB and a little, mostly holes.
LARGE = b"begin" + bytes(17 << 20) + b"end"
OLD = "folders/d:0.9"
# Of which each is made in some scenario. The program does not call fdatasync.
CALLS = {
    "unlinkat", "renameat", "renameat2", "linkat", "mkdirat", "fsync", "syncfs", "ftruncate", "pwrite64",
    "copy_file_range", "fchmod", "utimensat", "fallocate", "openat", "close",
}  # fmt: skip
# What every command does: it opens, makes and closes.
ALWAYS = {"openat", "close"}
FETCHING = ALWAYS | {"mkdirat", "fchmod", "utimensat", "fsync", "pwrite64", "renameat", "unlinkat", "fallocate"}
FETCHING |= {"copy_file_range"}


ENTRIES = [
    {"name": "files/base", "version": "1.0"},
    {"name": "files/f", "version": "1.0", "depends_on": [DEPENDENCY]},
    {"name": "folders/d", "version": "1.0", "depends_on": [DEPENDENCY]},
]


class Scenario:
    """A fetch into an empty directory; the base of all others."""

    must_call = FETCHING
    # Of the README's: done; a spec, lock or plan that cannot be read; what depends on an asset that cannot be looked at; the
    # assets directory or the disk.
    statuses = {0, 3, 5, 9}
    # Whether what a run did is there after a power cut.
    lasts = True

    def __init__(self, folder, binary, kind=World):
        self.world = kind(folder / "world")
        self.home, self.work, self.assets = folder / "home", self.world.folder / "work", self.world.folder / "assets"
        for made in (self.home, self.work, self.assets):
            made.mkdir()
        self.cache = self.world.folder / "cache"
        self.store = Store(self.bucket(folder))
        self.workspace = Workspace(self.work, Tool(binary, self.home), self.store, self.assets)
        self.workspace.point_at(self.assets)
        self.tool = self.workspace.tool
        self.store.push(DEPENDENCY, b"what others need")
        self.store.push(FILE, b"a file asset")
        self.store.push(DIRECTORY, {"large": LARGE, "below/small": b"small", "empty": b""})
        self.spec = self.workspace.spec(*ENTRIES)
        self.pins = (DEPENDENCY, FILE, DIRECTORY)
        self.seen_locks = {}
        self.whole = visible(self.store.digests(*self.pins))
        self.prepare()
        self.world.begin()

    def bucket(self, folder):
        """Outside of what is put back: tags of a folder's objects tell their inodes."""
        return folder / "bucket"

    def prepare(self):
        """Does what comes before the command."""

    @property
    def arguments(self):
        return self.resolve()

    @property
    def command(self):
        return [self.tool.binary, *map(str, self.arguments)]

    def resolve(self, *options):
        return ["resolve", self.spec, *options]

    def put_in_place(self):
        self.tool.run(*self.resolve()).succeeded()

    def stands(self, pin):
        return os.path.lexists(self.assets / pin.replace(":", "/"))

    # What must be so.

    def check_visible(self, case):
        found = digests(self.assets)
        for pin in self.pins:
            if not (marker(pin, pin.startswith("folders")) in found and self.stands(pin)):
                continue
            path = pin.replace(":", "/")
            mine = {name: value for name, value in self.whole.items() if name == path or name.startswith(path + "/")}
            assert {name: found.get(name) for name in mine} == mine, f"{case}: {pin} is marked and not whole"
            assert self.stands(DEPENDENCY), f"{case}: {pin} is there without what it depends on"
        self.check_lock(case, {0, 7})

    def check_lock(self, case, statuses):
        """A lock that is there can be read. A run that failed in part leaves one of the other assets (status 7)."""
        path = self.work / "assets.lock"
        if not path.exists():
            return
        text = path.read_bytes()
        if text not in self.seen_locks:
            self.seen_locks[text] = self.tool.run("lock", "--check", self.spec)
        assert self.seen_locks[text].status in statuses, f"{case}: {self.seen_locks[text]}"

    def check_done(self, case):
        """Of a run that ended with 0."""
        assert visible(digests(self.assets)) == self.whole, f"{case}: wrong content"

    def check_next(self, case):
        """The same again, and a plain resolve, end with 0, and nothing stays behind."""
        result = self.tool.run(*self.arguments)
        assert result.status == 0, f"{case}: {result}"
        self.check_done(case)
        self.check_resolve(case)

    def check_resolve(self, case):
        result = self.tool.run(*self.resolve())
        assert result.status == 0, f"{case}: {result}"
        assert visible(digests(self.assets)) == self.whole, f"{case}: wrong content"
        self.check_lock(case, {0})
        if self.cache.exists():
            self.check_cache(case)
        left = leftovers(self.world.folder, f"assets/{STAGING}", "work/.*", "cache/v1/temporary/*", "cache/.*")
        assert left == [], f"{case}: left behind: {left}"

    def check_cache(self, case):
        cache_entries.entries(self.cache)
        if " unlinkat " in case and any(made in case for made in ("/cache/v1/temporary/", "/cache/.CACHEDIR.TAG.")):
            # What the disk does not let go of stays until the next run that adds to the cache, or prunes it.
            self.tool.run("cache", "prune", "--cache-dir", self.cache).succeeded()


class Fresh(Scenario):
    pass


class ManyFiles(Scenario):
    """More files than are synced one by one."""

    must_call = FETCHING - {"fallocate"} | {"syncfs"}

    def prepare(self):
        self.store.push("folders/many:1.0", {f"{part % 3}/{part:02}": b"%d" % part for part in range(34)})
        self.spec = self.workspace.spec(*ENTRIES[:1], {"name": "folders/many", "depends_on": [DEPENDENCY]})
        self.pins = (DEPENDENCY, "folders/many:1.0")
        self.whole = visible(self.store.digests(*self.pins))


class Resumed(Scenario):
    """A run before was killed between making room for an object and writing that down."""

    must_call = FETCHING | {"ftruncate"}

    def prepare(self):
        from harness.crash_explorer import trace_of

        seen = set()
        with trace_of(self) as trace:
            for call in trace:
                if "fallocate" in seen and call.name == "pwrite64" and call.path.endswith("journal"):
                    trace.kill()
                seen.add(call.name)
        assert trace.status != 0


class Forced(Scenario):
    must_call = FETCHING | {"renameat2"}

    def prepare(self):
        self.put_in_place()
        # A file's marker beside the directory, of which nothing knows why it is there: it goes when the directory does.
        (self.assets / marker(DIRECTORY, is_directory=False)).touch()

    @property
    def arguments(self):
        return self.resolve("--force-download")


class Cached(Scenario):
    """Puts what it fetches into a cache, too."""

    must_call = FETCHING | {"linkat"}

    def prepare(self):
        self.tool.environment["MODELKIT_ASSETS_CACHE_DIR"] = self.cache
        self.cache.mkdir()


class ForcedWithCache(Cached):
    must_call = FETCHING | {"renameat2"}

    def prepare(self):
        super().prepare()
        self.put_in_place()

    @property
    def arguments(self):
        return self.resolve("--force-download")


class FromCache(Cached):
    """Nothing is in place, and everything is in the cache."""

    must_call = FETCHING - {"copy_file_range", "fallocate"} | {"linkat"}

    def prepare(self):
        super().prepare()
        self.put_in_place()
        shutil.rmtree(self.assets)
        self.assets.mkdir()


class CacheCleaned(FromCache):
    must_call = ALWAYS | {"unlinkat"}
    lasts = False
    subcommand = ("clean",)

    def prepare(self):
        super().prepare()
        # As a killed run leaves it.
        (self.cache / "v1/temporary/4711").write_bytes(b"half")

    @property
    def arguments(self):
        return ["cache", *self.subcommand, "--cache-dir", self.cache]

    def check_done(self, case):
        assert cache_entries.entries(self.cache) == set(), f"{case}: still in the cache"

    def check_next(self, case):
        result = self.tool.run(*self.arguments)
        assert result.status == 0, f"{case}: {result}"
        self.check_done(case)
        self.check_resolve(case)


class CachePruned(CacheCleaned):
    subcommand = ("prune", "--older-than", "0s")

    def prepare(self):
        super().prepare()
        self.world.when_copied = self.age

    def age(self):
        """No entry was used for long: to copy a state reads it."""
        for path in (self.cache / "v1/sha256").glob("*/*"):
            os.utime(path, (0, path.stat().st_mtime))


class Repaired(Scenario):
    """Of the folder one file is damaged, the others are kept, and one is somebody's own."""

    must_call = FETCHING - {"fallocate"} | {"renameat2", "linkat"}

    def prepare(self):
        self.put_in_place()
        for path in ("folders/d/1.0/below/small", "files/f/1.0"):
            (self.assets / path).write_bytes(b"damaged")
        (self.assets / "folders/d/1.0/below/notes").write_bytes(b"somebody's own")

    @property
    def arguments(self):
        return ["verify", self.spec, "--repair"]

    def check_visible(self, case):
        self.check_notes(case)
        # It begins with what is damaged.
        if self.is_repaired:
            super().check_visible(case)

    def check_notes(self, case):
        """What is somebody's own is never lost."""
        moved = (self.assets / STAGING / "replaced/folders/d").glob("@1.0*/below/notes")
        there = [path for path in (self.assets / "folders/d/1.0/below/notes", *moved) if path.is_file()]
        assert [path.read_bytes() for path in there] == [b"somebody's own"], f"{case}: {there}"

    def check_resolve(self, case):
        self.check_notes(case)
        shutil.rmtree(self.assets / STAGING / "replaced")
        super().check_resolve(case)

    def check_next(self, case):
        self.is_repaired = True
        super().check_next(case)
        self.is_repaired = False

    is_repaired = False


class Unmarked(Scenario):
    """A file asset stands without its marker, as Python modelkit leaves it when killed."""

    must_call = FETCHING - {"fallocate", "copy_file_range"}

    def prepare(self):
        self.put_in_place()
        (self.assets / marker(FILE, False)).unlink()


class Pruned(Scenario):
    must_call = ALWAYS | {"unlinkat", "renameat", "mkdirat"}
    lasts = False

    def prepare(self):
        self.store.push(OLD, {"below/a": b"a", "below/b": b"b", "c": b"c"})
        self.tool.run("resolve", self.workspace.spec(OLD, name="old.yaml"), "--no-lock").succeeded()
        self.old = {name: value for name, value in visible(digests(self.assets)).items() if name.startswith("folders")}
        self.put_in_place()

    @property
    def arguments(self):
        return ["prune", self.spec]

    def check_visible(self, case):
        super().check_visible(case)
        found = digests(self.assets)
        # What is in a lower layer cannot be moved away whole: its marker goes first.
        if self.stands(OLD) and (not self.world.is_layered or marker(OLD, True) in found):
            assert {name: found.get(name) for name in self.old} == self.old, f"{case}: {OLD} stands in part"


class Applied(Scenario):
    """Does a sealed plan."""

    def prepare(self):
        self.plan = self.work / "plan.json"
        self.tool.run("plan", self.spec, "--output", self.plan).succeeded()

    @property
    def arguments(self):
        return ["apply", self.plan]


class Locked(Scenario):
    """Writes the lock of a spec that has got a further entry."""

    must_call = ALWAYS | {"pwrite64", "fsync", "renameat"}

    def prepare(self):
        whole = self.spec.read_text()
        self.workspace.spec({"name": "files/base", "version": "1.0"})
        self.tool.run("lock", self.spec).succeeded()
        self.spec.write_text(whole)
        self.locks = {(self.work / "assets.lock").read_bytes()}
        self.world.keep("first")
        self.tool.run("lock", self.spec).succeeded()
        self.locks.add((self.work / "assets.lock").read_bytes())
        self.world.restore("first")

    @property
    def arguments(self):
        return ["lock", self.spec]

    def check_visible(self, case):
        assert (self.work / "assets.lock").read_bytes() in self.locks, f"{case}: the lock is neither of the two"

    def check_done(self, case):
        result = self.tool.run("lock", "--check", self.spec)
        assert result.status == 0, f"{case}: {result}"


class Added(Scenario):
    """Edits the spec, and then its lock, which was that of the spec before."""

    must_call = ALWAYS | {"pwrite64", "fsync", "renameat"}
    specifications = ("files/f:1.0",)
    command_line = ("add", "folders/d:0")

    def prepare(self):
        self.store.push(OLD, {"a": b"a"})
        self.spec = self.workspace.spec(*self.specifications)
        self.tool.run("lock", self.spec).succeeded()
        before = self.documents()
        self.world.keep("first")
        self.tool.run(*self.arguments).succeeded()
        self.after = self.documents()
        self.world.restore("first")
        spec, lock = self.after
        assert spec != before[0] and lock != before[1]
        self.allowed = [before, (spec, before[1]), self.after]

    def documents(self):
        return self.spec.read_bytes(), (self.work / "assets.lock").read_bytes()

    @property
    def arguments(self):
        return [*self.command_line, "--file", self.spec]

    def check_visible(self, case):
        assert self.documents() in self.allowed, f"{case}: the lock was written before the spec, or one of them in part"

    def check_done(self, case):
        assert self.documents() == self.after, f"{case}: other documents"

    def check_next(self, case):
        for arguments in (["lock", self.spec] if self.is_edited() else self.arguments, ["lock", "--check", self.spec]):
            result = self.tool.run(*arguments)
            assert result.status == 0, f"{case}: {result}"
        self.check_done(case)
        left = leftovers(self.work, ".*")
        assert left == [], f"{case}: left behind"

    def is_edited(self):
        return self.documents()[0] == self.after[0]


class Removed(Added):
    specifications = ("files/f:1.0", "folders/d:0")
    command_line = ("remove", "folders/d")


class Upgraded(Added):
    specifications = ("files/f:1.0", "folders/d:0")
    command_line = ("upgrade", "--latest", "folders/d")


FETCHES = [
    Fresh, ManyFiles, Resumed, Forced, Cached, ForcedWithCache, FromCache, CacheCleaned, CachePruned, Repaired,
    Unmarked, Pruned, Applied, Locked, Added, Removed, Upgraded,
]  # fmt: skip
