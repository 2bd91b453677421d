"""What can go wrong: an exception for each exit status of the program that a caller may want to tell apart."""

from typing import Any, Dict, Optional, Sequence, Type

from modelkit_assets.documents import Problem


class AssetsError(Exception):
    """The program ended with another status than 0.

    `exit_status` is the program's, a signal's number negated where one ended it; `problems` says what is wrong, first things
    first; `document` is what the program printed of it, by `modelkit-assets schema report`, where it printed a document.
    """

    def __init__(self, exit_status: int, problems: Sequence[Problem], document: Optional[Dict[str, Any]] = None) -> None:
        self.exit_status = exit_status
        self.problems = tuple(problems)
        self.document = document
        super().__init__("\n".join(map(str, self.problems)) or f"modelkit-assets ended with status {exit_status}")


class SpecError(AssetsError):
    """The spec file, or a setting of the store, is wrong (3)."""


class CredentialsError(AssetsError):
    """Credentials are missing, are refused, or lack permissions (4)."""


class ResolutionError(AssetsError):
    """An asset, version or dependency cannot be resolved (5)."""


class ContentError(AssetsError):
    """Content does not match its digest (6)."""


class LockChangedError(AssetsError):
    """The lockfile would have to change (7)."""


class StoreUnavailable(AssetsError):
    """The store cannot be reached or keeps failing (8)."""


class LocalFileError(AssetsError):
    """The assets directory, the cache or the disk (9)."""


class UsageError(AssetsError):
    """The program does not take these arguments (64)."""


class Interrupted(AssetsError):
    """The program was interrupted (130, 143); the next run goes on where it stopped."""


class ProgramNotFound(Exception):
    """The program is not where its package was installed."""


BY_STATUS: Dict[int, Type[AssetsError]] = {
    3: SpecError,
    4: CredentialsError,
    5: ResolutionError,
    6: ContentError,
    7: LockChangedError,
    8: StoreUnavailable,
    9: LocalFileError,
    64: UsageError,
    130: Interrupted,
    143: Interrupted,
}


def error(exit_status: int, problems: Sequence[Problem], document: Optional[Dict[str, Any]] = None) -> AssetsError:
    return BY_STATUS.get(exit_status, AssetsError)(exit_status, problems, document)
