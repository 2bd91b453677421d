"""What the crash explorer tries of pushing."""

import json

from harness.crash_scenarios import ALWAYS, Scenario
from harness.crash_world import leftovers
from harness.store import sha256

PUSHED = {"large": b"x" * (9 << 20), "below/small": b"pushed"}


class Pushing(Scenario):
    """A push into a folder as a store: what is listed is whole, and stays as it is."""

    must_call = ALWAYS | {"mkdirat", "fsync", "pwrite64", "renameat", "unlinkat", "copy_file_range"}
    # And what is pushed that cannot be read, and what the store does not allow, or cannot do.
    statuses = {0, 1, 3, 4, 5, 8, 9}
    name = "pushed/thing"

    def bucket(self, folder):
        return self.world.folder / "bucket"

    def prepare(self):
        self.content = self.work / "content"
        for path, data in PUSHED.items():
            (self.content / path).parent.mkdir(parents=True, exist_ok=True)
            (self.content / path).write_bytes(data)
        self.before = {}

    def versions(self):
        path = self.store.versions_object(self.name)
        return json.loads(path.read_text())["versions"] if path.exists() else []

    def stored(self, version):
        """A version's objects as they are in the store."""
        folder = self.store.data_object(f"{self.name}:{version}")
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def check_visible(self, case):
        """Each version that is listed has its content and a `.meta` that tells it."""
        for version in self.versions():
            expected = self.before.get(version, PUSHED)
            assert self.stored(version) == expected, f"{case}: {version} is listed and has other content"
            if version in self.before:
                continue
            recorded = {entry["path"]: entry["sha256"] for entry in self.store.meta(f"{self.name}:{version}")["objects"]}
            assert recorded == {path: sha256(data) for path, data in PUSHED.items()}, f"{case}: {version}'s .meta"

    def pushed(self):
        return [version for version in self.versions() if version not in self.before]

    def check_done(self, case):
        assert len(self.pushed()) == 1, f"{case}: listed are {self.versions()}"

    def check_next(self, case):
        self.push_again(case, self.pushed())
        self.check_visible(case)
        self.check_fetched(case)

    def check_fetched(self, case):
        """Nothing stays in the store, and a resolve has the content."""
        left = leftovers(self.store.bucket, "**/*.pushing", ".modelkit-assets-uploads/upload-*")
        assert left == [], f"{case}: left behind"
        spec = self.workspace.spec(self.name, name="pushed.yaml")
        result = self.tool.run("resolve", spec, "--no-lock")
        assert result.status == 0, f"{case}: {result}"
        newest = max(self.versions(), key=lambda text: tuple(map(int, text.split("."))))
        folder = self.assets / self.name / newest
        assert {path: (folder / path).read_bytes() for path in PUSHED} == PUSHED, f"{case}: wrong content"

    def push_again(self, case, listed):
        """One that was listed is complete: the same again is a further version."""
        result = self.tool.run(*self.arguments)
        assert result.status == 0, f"{case}: {result}"
        assert len(self.pushed()) == len(listed) + 1, f"{case}: listed are {self.versions()}, and were {listed}"


class New(Pushing):
    @property
    def arguments(self):
        return ["new", self.content, self.name, "--yes"]

    def push_again(self, case, listed):
        # A push that ended but for its claim is ended; one that ended is there, which is said.
        status = 5 if listed and not self.claims else 0
        result = self.tool.run(*self.arguments)
        assert result.status == status, f"{case}: {result}"
        assert self.pushed() == ["0.0"], f"{case}: listed are {self.versions()}, and were {listed}"
        left = leftovers(self.store.bucket, ".modelkit-assets-uploads/upload-*")
        if left:
            # What is written next removes it.
            self.tool.run("update", self.content, self.name, "--yes").succeeded()

    @property
    def claims(self):
        return leftovers(self.store.bucket, "**/*.pushing")


class Updated(Pushing):
    def prepare(self):
        super().prepare()
        self.before = {"0.0": {"large": b"y" * 100, "below/small": b"first"}}
        self.store.push(f"{self.name}:0.0", self.before["0.0"])

    @property
    def arguments(self):
        return ["update", self.content, self.name, "--yes"]


class Annotated(Pushing):
    must_call = ALWAYS | {"fsync", "pwrite64", "renameat"}

    def prepare(self):
        super().prepare()
        self.before = {"0.0": PUSHED}
        self.store.push(f"{self.name}:0.0", PUSHED)

    @property
    def arguments(self):
        return ["annotate", f"{self.name}:0.0"]

    def check_visible(self, case):
        super().check_visible(case)
        self.store.meta(f"{self.name}:0.0")

    def check_next(self, case):
        result = self.tool.run(*self.arguments)
        assert result.status == 0, f"{case}: {result}"
        self.check_visible(case)
        self.check_done(case)
        self.check_fetched(case)

    def check_done(self, case):
        recorded = {entry["path"]: entry["sha256"] for entry in self.store.meta(f"{self.name}:0.0").get("objects", [])}
        assert recorded == {path: sha256(data) for path, data in PUSHED.items()}, f"{case}: not recorded"


PUSHES = [New, Updated, Annotated]
