"""`python -m modelkit_assets`: the program that came with this package, in place of Python."""

import os
import sys

from modelkit_assets.errors import ProgramNotFound
from modelkit_assets.program import find_program

if __name__ == "__main__":
    try:
        program = find_program()
    except ProgramNotFound as error:
        sys.exit(f"error: {error}")
    os.execv(program, [program, *sys.argv[1:]])
