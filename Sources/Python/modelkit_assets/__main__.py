"""`python -m modelkit_assets`: the program that came with this package, in this process's place."""

import os
import sys

from ._errors import ProgramNotFoundError
from ._program import program_path


def main() -> None:
    try:
        program = program_path()
    except ProgramNotFoundError as error:
        sys.exit(f"error: {error}")
    try:
        os.execv(program, [str(program), *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"error: cannot run `{program}`: {error.strerror}")


if __name__ == "__main__":
    main()
