"""Fetches the assets that assets.yaml declares, by the program modelkit-assets, which comes with this package.

    import modelkit_assets

    report = modelkit_assets.resolve("assets.yaml", assets_dir="/srv/assets", locked=True)
    words = modelkit_assets.fetch("nlp/lexicon:2[en/words.txt]")

Settings that are not given come from the environment and the spec file, as on the command line.
"""

from importlib.metadata import PackageNotFoundError, version

from modelkit_assets.api import fetch, lock, plan, resolve
from modelkit_assets.documents import Asset, Plan, Problem, Report, Step
from modelkit_assets.errors import (
    AssetsError,
    ContentError,
    CredentialsError,
    Interrupted,
    LocalFileError,
    LockChangedError,
    ProgramNotFound,
    ResolutionError,
    SpecError,
    StoreUnavailable,
    UsageError,
)

try:
    __version__ = version("modelkit-assets")
except PackageNotFoundError:
    # Imported from a folder that no installer wrote.
    __version__ = "unknown"

__all__ = [
    "Asset",
    "AssetsError",
    "ContentError",
    "CredentialsError",
    "Interrupted",
    "LocalFileError",
    "LockChangedError",
    "Plan",
    "Problem",
    "ProgramNotFound",
    "Report",
    "ResolutionError",
    "SpecError",
    "Step",
    "StoreUnavailable",
    "UsageError",
    "__version__",
    "fetch",
    "lock",
    "plan",
    "resolve",
]
