"""Fetch the assets that assets.yaml declares, by the program modelkit-assets that came with this package.

    report = modelkit_assets.resolve("assets.yaml", locked=True)
    path = modelkit_assets.fetch("nlp/lexicon:1")

Each keyword is a flag of the command of the same name, without its dashes; what is not given comes from the environment or
the spec, as on the command line. What fails is an `AssetsError`.
"""

from ._commands import fetch, image, lock, plan, resolve
from ._documents import (
    Asset,
    Event,
    Image,
    ImageLayer,
    ImagePlatform,
    Lock,
    LockChange,
    Plan,
    PlannedObject,
    PlanTotals,
    Problem,
    Report,
    ReportTotals,
    Step,
)
from ._errors import (
    AssetsError,
    ChecksumError,
    CredentialsError,
    FileSystemError,
    LockOutdatedError,
    ProgramNotFoundError,
    ResolutionError,
    RunInterruptedError,
    SpecError,
    StoreUnavailableError,
    UsageError,
)
from ._program import program_path
from ._version import version as __version__

__all__ = [
    "Asset",
    "AssetsError",
    "ChecksumError",
    "CredentialsError",
    "Event",
    "FileSystemError",
    "Image",
    "ImageLayer",
    "ImagePlatform",
    "Lock",
    "LockChange",
    "LockOutdatedError",
    "Plan",
    "PlanTotals",
    "PlannedObject",
    "Problem",
    "ProgramNotFoundError",
    "Report",
    "ReportTotals",
    "ResolutionError",
    "RunInterruptedError",
    "SpecError",
    "Step",
    "StoreUnavailableError",
    "UsageError",
    "__version__",
    "fetch",
    "image",
    "lock",
    "plan",
    "program_path",
    "resolve",
]
