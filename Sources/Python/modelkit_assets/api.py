"""The commands that programs call: resolve, fetch, plan and lock."""

from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

from modelkit_assets.documents import Plan, Report
from modelkit_assets.running import Finished, OnEvent, Text, run


def resolve(
    spec: Text = "assets.yaml",
    *,
    groups: Sequence[str] = (),
    assets_dir: Optional[Text] = None,
    create_assets_dir: bool = False,
    cache_dir: Optional[Text] = None,
    provider: Optional[str] = None,
    bucket: Optional[Text] = None,
    prefix: Optional[str] = None,
    region: Optional[str] = None,
    endpoint: Optional[str] = None,
    no_sign_request: bool = False,
    offline: bool = False,
    locked: bool = False,
    frozen: bool = False,
    no_lock: bool = False,
    upgrade: bool = False,
    force_download: bool = False,
    prune: bool = False,
    jobs: Optional[int] = None,
    max_bytes: Optional[str] = None,
    on_event: Optional[OnEvent] = None,
    program: Optional[Text] = None,
    environment: Optional[Mapping[str, str]] = None,
) -> Report:
    """Puts the assets of a spec into the assets directory.

    Each parameter is the flag of its name; what is not given comes from the environment, then the spec. `on_event` is called
    with each event of `--progress json`. `program` is the path of another program than the one of this package;
    `environment` takes the place of the process's. Raises `AssetsError`: a subclass for each exit status.
    """
    flags = _flags(
        group=groups,
        assets_dir=assets_dir,
        create_assets_dir=create_assets_dir,
        cache_dir=cache_dir,
        provider=provider,
        bucket=bucket,
        prefix=prefix,
        region=region,
        endpoint=endpoint,
        no_sign_request=no_sign_request,
        offline=offline,
        locked=locked,
        frozen=frozen,
        no_lock=no_lock,
        upgrade=upgrade,
        force_download=force_download,
        prune=prune,
        jobs=jobs,
        max_bytes=max_bytes,
    )
    arguments = ["resolve", *flags, *_progress(on_event), "--format", "json", "--", spec]
    return Report.read(_document(run(arguments, on_event=on_event, program=program, environment=environment)))


def fetch(
    asset: str,
    *,
    assets_dir: Optional[Text] = None,
    create_assets_dir: bool = False,
    cache_dir: Optional[Text] = None,
    provider: Optional[str] = None,
    bucket: Optional[Text] = None,
    prefix: Optional[str] = None,
    region: Optional[str] = None,
    endpoint: Optional[str] = None,
    no_sign_request: bool = False,
    offline: bool = False,
    force_download: bool = False,
    jobs: Optional[int] = None,
    on_event: Optional[OnEvent] = None,
    program: Optional[Text] = None,
    environment: Optional[Mapping[str, str]] = None,
) -> Path:
    """Fetches one asset by its specification string, such as `nlp/lexicon:2[en/words.txt]`, and gives its path.

    The parameters are those of `resolve`. Raises `AssetsError`: a subclass for each exit status.
    """
    flags = _flags(
        assets_dir=assets_dir,
        create_assets_dir=create_assets_dir,
        cache_dir=cache_dir,
        provider=provider,
        bucket=bucket,
        prefix=prefix,
        region=region,
        endpoint=endpoint,
        no_sign_request=no_sign_request,
        offline=offline,
        force_download=force_download,
        jobs=jobs,
    )
    arguments = ["fetch", *flags, *_progress(on_event), "--format", "json", "--", asset]
    report = Report.read(_document(run(arguments, on_event=on_event, program=program, environment=environment)))
    (requested,) = [found for found in report.assets if found.requested]
    return (requested.sub_paths or (requested.path,))[0]


def plan(
    spec: Text = "assets.yaml",
    *,
    groups: Sequence[str] = (),
    assets_dir: Optional[Text] = None,
    provider: Optional[str] = None,
    bucket: Optional[Text] = None,
    prefix: Optional[str] = None,
    region: Optional[str] = None,
    endpoint: Optional[str] = None,
    no_sign_request: bool = False,
    offline: bool = False,
    locked: bool = False,
    frozen: bool = False,
    no_lock: bool = False,
    upgrade: bool = False,
    force_download: bool = False,
    program: Optional[Text] = None,
    environment: Optional[Mapping[str, str]] = None,
) -> Plan:
    """What `resolve` would do; fetches and writes nothing.

    The parameters are those of `resolve`. Raises `AssetsError`: a subclass for each exit status.
    """
    flags = _flags(
        group=groups,
        assets_dir=assets_dir,
        provider=provider,
        bucket=bucket,
        prefix=prefix,
        region=region,
        endpoint=endpoint,
        no_sign_request=no_sign_request,
        offline=offline,
        locked=locked,
        frozen=frozen,
        no_lock=no_lock,
        upgrade=upgrade,
        force_download=force_download,
    )
    arguments = ["plan", *flags, "--format", "json", "--", spec]
    return Plan.read(_document(run(arguments, program=program, environment=environment)))


def lock(
    spec: Text = "assets.yaml",
    *,
    check: bool = False,
    upgrade: bool = False,
    upgrade_assets: Sequence[str] = (),
    assets_dir: Optional[Text] = None,
    provider: Optional[str] = None,
    bucket: Optional[Text] = None,
    prefix: Optional[str] = None,
    region: Optional[str] = None,
    endpoint: Optional[str] = None,
    no_sign_request: bool = False,
    program: Optional[Text] = None,
    environment: Optional[Mapping[str, str]] = None,
) -> Path:
    """Writes the lockfile of a spec, fetches nothing, and gives the lockfile's path.

    With `check` nothing is written, and `LockChangedError` is raised where it would change. The other parameters are those
    of `resolve`. Raises `AssetsError`: a subclass for each exit status.
    """
    flags = _flags(
        check=check,
        upgrade=upgrade,
        upgrade_asset=upgrade_assets,
        assets_dir=assets_dir,
        provider=provider,
        bucket=bucket,
        prefix=prefix,
        region=region,
        endpoint=endpoint,
        no_sign_request=no_sign_request,
    )
    finished = run(["lock", *flags, "--", spec], program=program, environment=environment)
    if finished.status != 0:
        raise finished.failure()
    return Path(spec).with_suffix(".lock")


def _flags(**values: Any) -> List[Text]:
    """`assets_dir="x"` is `--assets-dir=x`, True the flag alone, a sequence the flag for each of its items."""
    flags: List[Text] = []
    for name, value in values.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            flags.append(flag)
        elif isinstance(value, (list, tuple)):
            flags += [f"{flag}={item}" for item in value]
        elif value is not None and value is not False:
            flags.append(f"{flag}={value}")
    return flags


def _progress(on_event: Optional[OnEvent]) -> List[Text]:
    return ["--progress", "json" if on_event else "none"]


def _document(finished: Finished) -> Dict[str, Any]:
    document = finished.document
    if finished.status != 0 or document is None:
        raise finished.failure()
    return document
