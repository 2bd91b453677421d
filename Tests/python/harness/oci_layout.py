"""An OCI image layout as a value: its images, and the tree that their layers make."""

import hashlib
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

TAG = "org.opencontainers.image.ref.name"
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


@dataclass(frozen=True)
class Layout:
    folder: Path

    @property
    def index(self):
        return json.loads((self.folder / "index.json").read_text())

    @property
    def tags(self):
        return [image["annotations"][TAG] for image in self.index["manifests"]]

    def blob(self, descriptor):
        """The file of a blob, which has the digest and the size that are said of it."""
        path = self.folder / "blobs" / descriptor["digest"].replace(":", "/")
        assert path.stat().st_size == descriptor["size"], descriptor
        with path.open("rb") as file:
            assert "sha256:" + hashlib.file_digest(file, "sha256").hexdigest() == descriptor["digest"]
        return path

    def document(self, descriptor):
        """Of a blob of canonical JSON: keys sorted, and no white space."""
        content = self.blob(descriptor).read_bytes()
        document = json.loads(content)
        assert json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == content
        assert document.get("mediaType", descriptor["mediaType"]) == descriptor["mediaType"]
        return document

    def image(self, tag="latest"):
        """What the tag names; all of its blobs are there, whole."""
        assert json.loads((self.folder / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
        [descriptor] = [image for image in self.index["manifests"] if image["annotations"][TAG] == tag]
        index = self.document(descriptor)
        if descriptor["mediaType"] == INDEX:
            manifests = [self.manifest(inner) for inner in index["manifests"]]
        else:
            manifests = [self.manifest(descriptor)]
        return Image(self, descriptor, index, manifests)

    def manifest(self, descriptor):
        assert descriptor["mediaType"] == MANIFEST
        manifest = self.document(descriptor)
        config = self.document(manifest["config"])
        assert manifest["config"]["mediaType"] == CONFIG
        if "platform" in descriptor:
            assert {key: config[key] for key in descriptor["platform"]} == descriptor["platform"]
        # An uncompressed layer is its own diff ID.
        assert config["rootfs"] == {"type": "layers", "diff_ids": [layer["digest"] for layer in manifest["layers"]]}
        assert len([entry for entry in config["history"] if not entry.get("empty_layer")]) == len(manifest["layers"])
        return {**manifest, "config": config}

    @property
    def leftovers(self):
        return [path.name for path in (self.folder / "blobs/sha256").iterdir() if len(path.name) != 64]


@dataclass(frozen=True)
class Image:
    layout: Layout
    descriptor: dict
    index: dict
    manifests: list

    @property
    def digest(self):
        return self.descriptor["digest"]

    @property
    def layers(self):
        """The same of all platforms."""
        [first, *others] = [manifest["layers"] for manifest in self.manifests]
        assert all(layers == first for layers in others)
        return first

    @property
    def layer_digests(self):
        return [layer["digest"] for layer in self.layers]

    def archives(self):
        for layer in self.layers:
            assert layer["mediaType"] == LAYER
            with tarfile.open(self.layout.blob(layer), "r:") as archive:
                yield archive

    def members(self):
        return [member for archive in self.archives() for member in archive.getmembers()]

    def unpack(self, folder):
        """Applies the layers one over the other, as a runtime does."""
        folder.mkdir()
        for archive in self.archives():
            archive.extractall(folder, filter="fully_trusted")
        return folder


def unpacked_archive(path, folder):
    """The layout that an `oci-archive` has."""
    with tarfile.open(path, "r:") as archive:
        archive.extractall(folder, filter="fully_trusted")
    return Layout(folder)
