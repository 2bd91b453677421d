"""The commands: `resolve`, `plan`, `lock`, `fetch` and `image` of the program, as functions."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional

from ._documents import Document, Image, Lock, Plan, Problem, Report, read
from ._errors import AssetsError, failure
from ._options import (
    FetchOptions,
    ImageOptions,
    LockOptions,
    PathLike,
    PlanOptions,
    ResolveOptions,
    separated,
)
from ._process import Finished, run
from ._program import program_path

if TYPE_CHECKING:
    # Type checkers bring it along; nothing needs it when the code runs.
    from typing_extensions import Unpack

SPEC = "assets.yaml"


def resolve(spec: PathLike = SPEC, **options: "Unpack[ResolveOptions]") -> Report:
    """Puts the assets of a spec into the assets directory, and says where each is.

    Keywords: assets_dir, provider, bucket, prefix, region, endpoint, no_sign_request, trust_spec_endpoint, versioning,
    offline, groups, locked, frozen, no_lock, upgrade, upgrade_assets, max_bytes, cache_dir, create_assets_dir,
    force_download, jobs, max_rate, no_space_check, metrics_file, prune; on_event, env, cwd, program.
    """
    known("resolve", options, ResolveOptions)
    return read(Report, printed("report", ["resolve", "--format=json"], spec, options))


def plan(spec: PathLike = SPEC, **options: "Unpack[PlanOptions]") -> Plan:
    """What `resolve` would do; fetches nothing.

    Keywords: those of `resolve` but for cache_dir, jobs, max_rate, no_space_check, metrics_file and prune; output, a
    file to save the plan to for `modelkit-assets apply`.
    """
    known("plan", options, PlanOptions)
    return read(Plan, printed("plan", ["plan", "--format=json"], spec, options))


def lock(spec: PathLike = SPEC, **options: "Unpack[LockOptions]") -> Lock:
    """Writes the lockfile of a spec, and says where it is and what changed in it; fetches nothing.

    With `check` it writes nothing, and raises `LockOutdatedError` where the lockfile would change. Keywords: check, upgrade,
    upgrade_assets; assets_dir, provider, bucket, prefix, region, endpoint, no_sign_request, trust_spec_endpoint,
    versioning, offline; on_event, env, cwd, program.
    """
    known("lock", options, LockOptions)
    document = printed("lock-changes", ["lock", "--format=json"], spec, options)
    path = os.path.abspath(os.path.join(options.get("cwd") or "", document["lockfile"]))
    return replace(read(Lock, document), lockfile=Path(path))


def fetch(asset: str, **options: "Unpack[FetchOptions]") -> Path:
    """Fetches one asset, such as `nlp/lexicon:1[en/words.txt]`, where it is not present, and gives its path.

    Keywords: assets_dir, provider, bucket, prefix, region, endpoint, no_sign_request, trust_spec_endpoint, versioning,
    offline, cache_dir, create_assets_dir, force_download, jobs, max_rate, no_space_check, metrics_file; on_event, env, cwd,
    program.
    """
    known("fetch", options, FetchOptions)
    report = read(Report, printed("report", ["fetch", "--format=json"], asset, options))
    # The others are what it depends on.
    (fetched,) = [item for item in report.assets if item.requested]
    return [*fetched.sub_paths, *([fetched.path] if fetched.path else [])][0]


def image(spec: PathLike = SPEC, **options: "Unpack[ImageOptions]") -> Image:
    """Makes an OCI image of what the lockfile pins, and says where it is; without push and output, what it would have.

    Keywords: push, such as `registry.example.com/team/assets:1`; output, such as `oci:build/assets:1`; append_to, reuse_from,
    plain_http, at, platforms, dry_run, groups; assets_dir, provider, bucket, prefix, region, endpoint, no_sign_request,
    trust_spec_endpoint, versioning, offline, cache_dir, create_assets_dir, jobs, max_rate, max_bytes, no_space_check;
    on_event, env, cwd, program.
    """
    known("image", options, ImageOptions)
    return read(Image, printed("image", ["image", "--format=json"], spec, options))


def known(command: str, options: Mapping[str, Any], kind: Any) -> None:
    for name in options:
        if name not in kind.__annotations__:
            raise TypeError(f"{command}() got an unexpected keyword argument '{name}'")


def printed(kind: str, command: List[str], argument: PathLike, options: Mapping[str, Any]) -> Document:
    """The document of this kind that a run prints when it succeeds."""
    finished = finish(command, argument, options)
    document = document_of(finished, kind)
    if document is None:
        raise AssetsError(f"the program did not print a {kind} that this package reads", finished.exit_status)
    return document


def finish(command: List[str], argument: PathLike, options: Mapping[str, Any]) -> Finished:
    """Runs a command; raises what its exit status stands for."""
    running, flags = separated(options)
    program = os.path.abspath(running.pop("program", None) or program_path())
    words = [program, *command, "--progress=json", *flags, "--", os.fspath(argument)]
    finished = run(words, running.pop("on_event", None), **running)
    if finished.exit_status != 0:
        raise failed(finished)
    return finished


def failed(finished: Finished) -> AssetsError:
    document = document_of(finished, "report")
    report = read(Report, document) if document is not None else None
    problems = report.errors if report else tuple(read(Problem, event.document) for event in finished.errors)
    return failure(finished.exit_status, problems, report, finished.stderr)


def document_of(finished: Finished, kind: str) -> Optional[Dict[str, Any]]:
    try:
        document = json.loads(finished.stdout)
    except ValueError:
        return None
    is_known = isinstance(document, dict) and document.get("format") == f"modelkit-assets/{kind}"
    return document if is_known and document.get("version") == 1 else None
