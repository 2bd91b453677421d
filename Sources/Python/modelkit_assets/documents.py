"""The program's JSON documents as values. `modelkit-assets schema report` and `schema plan` have all that they hold."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Tuple


@dataclass(frozen=True)
class Problem:
    """Something that is wrong. `code` is stable, `message` is for people, `hint` says what to do."""

    code: str
    message: str
    hint: Optional[str] = None
    file: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Problem":
        return cls(
            document["code"],
            document["message"],
            document.get("hint"),
            document.get("file"),
            document.get("line"),
            document.get("column"),
        )

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        hint = f" (hint: {self.hint})" if self.hint else ""
        return f"{place}: {self.message}{hint}" if place else f"{self.message}{hint}"


@dataclass(frozen=True)
class Asset:
    """An asset of a report.

    `outcome` is `fetched`, `present`, `failed`, `skipped` or `interrupted`; `requested` has the specification strings that ask
    for it, none where another asset depends on it; `sub_paths` the paths of the parts that they name. Sizes are in bytes.
    """

    name: str
    version: str
    outcome: str
    action: str
    kind: Optional[str]
    path: Path
    requested: Tuple[str, ...]
    sub_paths: Tuple[Path, ...]
    downloaded_bytes: int
    downloaded_objects: int
    error: Optional[Problem]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Asset":
        return cls(
            name=document["name"],
            version=document["version"],
            outcome=document["outcome"],
            action=document["action"],
            kind=document["kind"],
            path=Path(document["path"]),
            requested=tuple(document["requested"]),
            sub_paths=tuple(map(Path, document["sub_paths"])),
            downloaded_bytes=document["downloaded_bytes"],
            downloaded_objects=document["downloaded_objects"],
            error=Problem.read(document["error"]) if document["error"] else None,
        )


@dataclass(frozen=True)
class Report:
    """What a run did. `document` is the whole of what the program printed."""

    assets: Tuple[Asset, ...]
    warnings: Tuple[str, ...]
    document: Dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def read(cls, document: Dict[str, Any]) -> "Report":
        return cls(tuple(map(Asset.read, document["assets"])), tuple(document["warnings"]), document)

    def path(self, name: str) -> Path:
        """Where the asset of this name is: the part that was asked for, or else the whole of it.

        Raises `KeyError` where there is none, or where there are several versions of it.
        """
        found = [asset for asset in self.assets if asset.name == name]
        if len(found) != 1:
            raise KeyError(f"{len(found)} versions of {name} are in the report")
        return (found[0].sub_paths or (found[0].path,))[0]


@dataclass(frozen=True)
class Step:
    """A step of a plan. `action` is `keep`, `fetch` or `refetch`, and `reason` says why the last; `size` is in bytes, None where it is not known."""

    name: str
    version: str
    action: str
    path: Path
    reason: Optional[str]
    waits_for: Tuple[str, ...]
    size: Optional[int]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Step":
        sizes = [item.get("size") for item in document["objects"]]
        return cls(
            name=document["name"],
            version=document["version"],
            action=document["action"],
            path=Path(document["path"]),
            reason=document["reason"],
            waits_for=tuple(document["waits_for"]),
            size=None if None in sizes else sum(sizes),
        )


@dataclass(frozen=True)
class Plan:
    """What a resolve would do, in the order in which assets appear."""

    steps: Tuple[Step, ...]
    document: Dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def read(cls, document: Dict[str, Any]) -> "Plan":
        return cls(tuple(map(Step.read, document["steps"])), document)
