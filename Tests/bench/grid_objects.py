"""The assets of the grid: content that no one can guess, with its SHA-256 in the `.meta`, and so in the lock."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from grid_peers import Load
from measuring import warm
from peers import Contender
from servers import BUCKET
from tables import KIB, MIB

TOOL = "modelkit-assets"
# The variable that names the file for a trace.
TRACE = "MODELKIT_ASSETS_TRANSFER_TRACE"


@dataclass(frozen=True)
class Objects:
    """An asset of so many objects of one size; `name` tells copies of it apart."""

    bench: object
    count: int
    size: int
    name: str = "asset"

    def __str__(self):
        size = f"{self.size // MIB} MiB" if self.size >= MIB else f"{self.size // KIB} KiB"
        return f"{self.count:,} × {size}" if self.count > 1 else size

    @property
    def asset(self):
        return f"grid/{self.name}-{self.count}-of-{self.size}"

    @property
    def is_file(self):
        return self.count == 1

    @property
    def parts(self):
        return ["1.0"] if self.is_file else [f"part-{number:05}" for number in range(self.count)]

    @property
    def prefix(self):
        return f"modelkit-assets/{self.asset}/" + ("" if self.is_file else "1.0/")

    @property
    def folder(self):
        return self.bench.folder / BUCKET / self.prefix

    @property
    def spec(self):
        return self.bench.folder / "specs" / self.name / f"{self.count}-of-{self.size}/assets.yaml"

    def make(self):
        """Unless they are there; the lock too, from what the `.meta` says, so that a resolve asks for nothing else."""
        if self.spec.exists():
            return
        self.folder.mkdir(parents=True)
        recorded = [self.write(part) for part in self.parts]
        facts = {"is_directory": not self.is_file, "objects": recorded}
        self.bench.write_version(self.asset, **facts, **({} if self.is_file else {"contents": self.parts}))
        warm(self.folder)
        self.spec.parent.mkdir(parents=True)
        self.bench.spec([f"{self.asset}:1.0"], self.spec)
        if self.bench.binary:
            self.lock()

    def write(self, part):
        digest, block, written = hashlib.sha256(), os.urandom(min(self.size, MIB)), 0
        with (self.folder / part).open("wb") as file:
            while written < self.size:
                # No two blocks of a file alike, or a part in the wrong place would go unseen.
                piece = (written.to_bytes(8, "big") + block[8:])[: self.size - written]
                written += file.write(piece)
                digest.update(piece)
        path = {} if self.is_file else {"path": part}
        return {"size": self.size, "sha256": digest.hexdigest(), **path}

    def lock(self):
        command = [self.bench.binary, "lock", "--quiet", self.spec]
        subprocess.run(command, env={**os.environ, **self.bench.environment}, check=True)
        digests = self.spec.with_suffix(".lock").read_text().count("sha256: ")
        if digests != self.count:
            sys.exit(f"bench: the lock has the SHA-256 of {digests} of {self.count} objects")

    def remove(self):
        shutil.rmtree(self.bench.folder / BUCKET / "modelkit-assets" / self.asset)
        shutil.rmtree(self.spec.parent)

    def tool(self, server, target, trace=None):
        """With no flag that has to do with speed."""
        settings = {
            "MODELKIT_ASSETS_DIR": str(target),
            "MODELKIT_STORAGE_PROVIDER": server.provider,
            "MODELKIT_STORAGE_BUCKET": BUCKET,
            **({TRACE: str(trace.absolute())} if trace else {}),
        }
        return Contender([self.bench.binary, "resolve", "--locked", self.spec], "", server.environment | settings)

    def load(self, server, target):
        return Load(server, self.prefix, self.parts, self.size, target, self.spec.parent)

    def are_in(self, target: Path):
        """A client that skips what it cannot fetch and exits 0 would be the fastest."""
        there = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
        return there >= self.count * self.size
