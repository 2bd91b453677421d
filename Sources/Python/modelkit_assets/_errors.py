"""What a run that fails raises: a class for each exit status of the program."""

import signal
from typing import Dict, Optional, Tuple, Type

from ._documents import Problem, Report


class AssetsError(Exception):
    """A run failed. The class itself stands for exit status 1, and for those that have no class of their own."""

    def __init__(
        self,
        summary: str,
        exit_status: Optional[int] = None,
        problems: Tuple[Problem, ...] = (),
        report: Optional[Report] = None,
        stderr: str = "",
    ) -> None:
        # All of them, so that the error can be pickled.
        super().__init__(summary, exit_status, problems, report, stderr)
        self.summary = summary
        self.exit_status = exit_status
        """As a shell counts: 128 and the number of the signal that ended the program. None where it did not run."""
        self.problems = problems
        """All that went wrong."""
        self.report = report
        """With what became of each asset, and the JSON document itself; None where none was printed."""
        self.stderr = stderr
        """What was printed to standard error and is no event."""

    def __str__(self) -> str:
        return self.summary

    @property
    def code(self) -> Optional[str]:
        """The first problem's code, such as `unknown-asset`."""
        return self.problems[0].code if self.problems else None

    @property
    def hint(self) -> Optional[str]:
        return self.problems[0].hint if self.problems else None


class SpecError(AssetsError):
    """The spec file, or a setting of the store, is wrong: exit status 3."""


class CredentialsError(AssetsError):
    """Credentials are missing or rejected, or lack a permission: exit status 4."""


class ResolutionError(AssetsError):
    """An asset, version or dependency cannot be resolved: exit status 5."""


class ChecksumError(AssetsError):
    """Content does not match its digest: exit status 6."""


class LockOutdatedError(AssetsError):
    """The lockfile would have to change, which `locked` and `check` forbid: exit status 7."""


class StoreUnavailableError(AssetsError):
    """The store cannot be reached or keeps failing: exit status 8."""


class FileSystemError(AssetsError):
    """A local file system error (assets directory, cache, disk): exit status 9."""


class UsageError(AssetsError):
    """Arguments that are invalid or contradict each other: exit status 64."""


class RunInterruptedError(AssetsError):
    """The program was interrupted, by SIGINT or SIGTERM from outside of this process: exit status 130 or 143."""


class ProgramNotFoundError(AssetsError):
    """The program is not where an installer of wheels puts it."""


BY_EXIT_STATUS: Dict[int, Type[AssetsError]] = {
    3: SpecError,
    4: CredentialsError,
    5: ResolutionError,
    6: ChecksumError,
    7: LockOutdatedError,
    8: StoreUnavailableError,
    9: FileSystemError,
    64: UsageError,
    128 + signal.SIGINT: RunInterruptedError,
    128 + signal.SIGTERM: RunInterruptedError,
}


def failure(exit_status: int, problems: Tuple[Problem, ...], report: Optional[Report], stderr: str) -> AssetsError:
    """The error that a run with this exit status is."""
    summary = "\n".join(map(lines, problems)) or stderr.strip() or ending(exit_status)
    return BY_EXIT_STATUS.get(exit_status, AssetsError)(summary, exit_status, problems, report, stderr)


def lines(problem: Problem) -> str:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part is not None)
    message = f"{place}: {problem.message}" if place else problem.message
    return f"{message}\n  hint: {problem.hint}" if problem.hint else message


def ending(exit_status: int) -> str:
    """Of a program that said nothing."""
    if exit_status in [128 + number for number in signal.Signals]:
        return f"modelkit-assets was ended by {signal.Signals(exit_status - 128).name}"
    return f"modelkit-assets failed with exit status {exit_status}"
