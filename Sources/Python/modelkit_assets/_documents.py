"""The JSON documents that the program prints, as frozen dataclasses whose fields have the documents' names.

`modelkit-assets schema report`, `plan`, `lock-changes`, `image` and `progress` say what each field means.
"""

from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Dict, Literal, Optional, Tuple, Type, TypeVar, Union, get_args, get_origin, get_type_hints

Document = Dict[str, Any]
Value = TypeVar("Value")


def raw() -> Any:
    """A field for the document itself, which is left out where values are compared and shown."""
    return field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Problem:
    """Something that went wrong."""

    code: str
    message: str
    hint: Optional[str] = None
    file: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None


@dataclass(frozen=True)
class Asset:
    """A version of an asset, and what became of it."""

    asset: str
    name: str
    version: str
    requested: Tuple[str, ...]
    kind: Optional[Literal["file", "directory"]]
    action: Literal["keep", "fetch", "refetch"]
    outcome: Literal["present", "fetched", "failed", "skipped", "interrupted"]
    path: Optional[Path]
    sub_paths: Tuple[Path, ...]
    downloaded_objects: int
    downloaded_bytes: int
    error: Optional[Problem]


@dataclass(frozen=True)
class ReportTotals:
    assets: int
    present: int
    fetched: int
    failed: int
    skipped: int
    interrupted: int
    downloaded_objects: int
    downloaded_bytes: int
    cached_objects: int
    cached_bytes: int
    kept_objects: int
    kept_bytes: int
    resumed_bytes: int
    seconds: float


@dataclass(frozen=True)
class Report:
    """What a resolve came to."""

    status: Literal["done", "failed", "interrupted"]
    assets_dir: Optional[Path]
    store: Optional[str]
    assets: Tuple[Asset, ...]
    warnings: Tuple[str, ...]
    errors: Tuple[Problem, ...]
    totals: ReportTotals
    exit_status: int
    document: Document = raw()

    def path(self, requested: str) -> Path:
        """Where the asset, or the part of it, is that an entry of the spec asks for: `report.path("nlp/lexicon:2[fr]")`.

        Raises `KeyError` where no entry is spelled so.
        """
        for asset in self.assets:
            if requested in asset.requested and asset.path is not None:
                part = requested.partition("[")[2]
                return asset.path / part[:-1] if part else asset.path
        raise KeyError(requested)


@dataclass(frozen=True)
class PlannedObject:
    """An object of the store that would be fetched; its size is in bytes, or not known."""

    path: Optional[str]
    key: str
    size: Optional[int]


@dataclass(frozen=True)
class Step:
    """What would be done with a version of an asset."""

    asset: str
    name: str
    version: str
    kind: Optional[Literal["file", "directory"]]
    action: Literal["keep", "fetch", "refetch"]
    reason: Optional[str]
    objects: Tuple[PlannedObject, ...]
    needed_by: Tuple[str, ...]
    waits_for: Tuple[str, ...]
    path: Path


@dataclass(frozen=True)
class PlanTotals:
    assets: int
    keep: int
    fetch: int
    refetch: int
    objects: int
    bytes: int
    objects_of_unknown_size: int
    free_bytes: Optional[int]


@dataclass(frozen=True)
class Plan:
    """What a resolve would do, dependencies first."""

    assets_dir: Path
    store: Optional[str]
    steps: Tuple[Step, ...]
    warnings: Tuple[str, ...]
    totals: PlanTotals
    document: Document = raw()


@dataclass(frozen=True)
class LockChange:
    """The versions of an asset that left the lockfile, and those that entered it."""

    name: str
    removed: Tuple[str, ...]
    added: Tuple[str, ...]


@dataclass(frozen=True)
class Lock:
    """A lockfile, and what changed in it. Wherever a path is taken, it is that of the lockfile."""

    lockfile: Path
    assets: int
    written: bool
    changes: Tuple[LockChange, ...]
    document: Document = raw()

    def __fspath__(self) -> str:
        return str(self.lockfile)


@dataclass(frozen=True)
class ImagePlatform:
    """An image of an index: `linux/amd64`, and the digests of its manifest and its config."""

    platform: str
    manifest: Optional[str]
    config: Optional[str]


@dataclass(frozen=True)
class ImageLayer:
    """A layer of an image, of these assets; its size is in bytes, and its digest not known before it is made."""

    digest: Optional[str]
    recipe: str
    size: int
    files: int
    assets: Tuple[str, ...]
    state: Literal["planned", "written", "reused", "pushed", "mounted"]


@dataclass(frozen=True)
class Image:
    """An image of locked assets. `reference` has its digest: `registry.example.com/team/assets@sha256:…`."""

    dry_run: bool
    reference: Optional[str]
    digest: Optional[str]
    media_type: Optional[str]
    assets_dir: str
    cache_key: str
    platforms: Tuple[ImagePlatform, ...]
    layers: Tuple[ImageLayer, ...]
    size: int
    document: Document = raw()


@dataclass(frozen=True)
class Event:
    """A line of progress. What an event does not have is None; `document` has all of it."""

    event: str
    """`started`, `waiting`, `progress`, `ended`, `warning`, `note`, `error` or `finished`."""
    asset: Optional[str] = None
    time: Optional[float] = None
    """In seconds since the run began."""
    objects: Optional[int] = None
    bytes: Optional[int] = None
    total_bytes: Optional[int] = None
    outcome: Optional[str] = None
    message: Optional[str] = None
    document: Document = raw()


def read(kind: Type[Value], document: Document) -> Value:
    """One of the dataclasses above. Keys that it has no field for are in its `document` alone."""
    hints = get_type_hints(kind)
    names = [item.name for item in fields(kind)]  # type: ignore[arg-type]
    values = {name: converted(hints[name], document[name]) for name in names if name in document}
    if "document" in names:
        values["document"] = document
    return kind(**values)


def converted(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) is Union:
        return converted(get_args(hint)[0], value)
    if get_origin(hint) is tuple:
        return tuple(converted(get_args(hint)[0], item) for item in value)
    if is_dataclass(hint):
        return read(hint, value)  # type: ignore[arg-type]
    # JSON writes a whole number of seconds without a point.
    return hint(value) if hint in (Path, float) else value
