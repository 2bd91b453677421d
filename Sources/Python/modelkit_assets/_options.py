"""The keywords of the commands: flags, and how the program is run."""

import os
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Mapping, Tuple, TypedDict, Union

from ._process import OnEvent

if TYPE_CHECKING:
    PathLike = Union[str, "os.PathLike[str]"]
else:
    # Python 3.8 cannot subscript os.PathLike.
    PathLike = Union[str, os.PathLike]

# Where the keyword is a plural and the flag is given once for each value.
REPEATED = {
    "groups": "--group",
    "platforms": "--platform",
    "reuse_from": "--reuse-from",
    "upgrade_assets": "--upgrade-asset",
}


class RunOptions(TypedDict, total=False):
    """How the program is run."""

    on_event: OnEvent
    """Called with each `Event` of progress, in the caller's thread. What it raises ends the run."""
    env: Mapping[str, str]
    """The whole environment; `os.environ` where it is not given."""
    cwd: PathLike
    """What relative paths are relative to."""
    program: PathLike
    """Another build of the same version of the program."""


class StoreOptions(RunOptions, total=False):
    """The settings of the assets directory and the store, which every command has."""

    assets_dir: PathLike
    provider: str
    bucket: PathLike
    prefix: str
    region: str
    endpoint: str
    no_sign_request: bool
    trust_spec_endpoint: bool
    versioning: str
    offline: bool


class FetchOptions(StoreOptions, total=False):
    cache_dir: PathLike
    create_assets_dir: bool
    force_download: bool
    jobs: int
    max_rate: Union[int, str]
    no_space_check: bool
    metrics_file: PathLike


class UpgradeOptions(StoreOptions, total=False):
    upgrade: bool
    upgrade_assets: Iterable[str]


class LockOptions(UpgradeOptions, total=False):
    check: bool


class PlanOptions(UpgradeOptions, total=False):
    groups: Iterable[str]
    locked: bool
    frozen: bool
    no_lock: bool
    max_bytes: Union[int, str]
    create_assets_dir: bool
    force_download: bool
    output: PathLike


class ResolveOptions(UpgradeOptions, total=False):
    groups: Iterable[str]
    locked: bool
    frozen: bool
    no_lock: bool
    max_bytes: Union[int, str]
    create_assets_dir: bool
    force_download: bool
    cache_dir: PathLike
    jobs: int
    max_rate: Union[int, str]
    no_space_check: bool
    metrics_file: PathLike
    prune: bool


class ImageOptions(StoreOptions, total=False):
    groups: Iterable[str]
    output: str
    push: str
    append_to: str
    reuse_from: Iterable[str]
    plain_http: bool
    at: PathLike
    platforms: Iterable[str]
    dry_run: bool
    max_bytes: Union[int, str]
    create_assets_dir: bool
    cache_dir: PathLike
    jobs: int
    max_rate: Union[int, str]
    no_space_check: bool


def separated(options: Mapping[str, Any]) -> Tuple[Dict[str, Any], List[str]]:
    """How the program is run, and the flags that the other options are. None counts as not given."""
    given = {name: value for name, value in options.items() if value is not None}
    running = {name: value for name, value in given.items() if name in RunOptions.__annotations__}
    flags = [flag for name, value in given.items() if name not in running for flag in flags_of(name, value)]
    return running, flags


def flags_of(name: str, value: Any) -> List[str]:
    if name in REPEATED:
        if isinstance(value, str):
            raise TypeError(f"{name} takes a list of names, not the text {value!r}")
        return [f"{REPEATED[name]}={item}" for item in value]
    flag = "--" + name.replace("_", "-")
    if isinstance(value, bool):
        return [flag] if value else []
    # In one word, so that a value may begin with a dash.
    return [f"{flag}={os.fspath(value) if isinstance(value, os.PathLike) else value}"]
