"""The program under test: which file it is, and which build of it."""

import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
DEFAULT = REPOSITORY / ".build/release/modelkit-assets"

SEGMENT_INTERPRETER = 3
SECTION_SYMBOLS = 2


@dataclass(frozen=True)
class TestedProgram:
    """MODELKIT_ASSETS_BIN, or what `make build` leaves. MODELKIT_ASSETS_TEST_BUILD says which build it must be."""

    path: Path
    is_static: bool
    """Whether nothing of the machine's is loaded into it."""
    has_symbols: bool
    """As a debug build has."""

    @classmethod
    def found(cls):
        path = Path(os.environ.get("MODELKIT_ASSETS_BIN") or DEFAULT).absolute()
        if not os.access(path, os.X_OK):
            raise WrongProgram(f"{path} is not there: run `make build`, or set MODELKIT_ASSETS_BIN")
        program = cls(path, *elf_facts(path.read_bytes()))
        expected = os.environ.get("MODELKIT_ASSETS_TEST_BUILD", program.build)
        if program.build != expected:
            raise WrongProgram(f"{path} is a {program.build} build; MODELKIT_ASSETS_TEST_BUILD asks for {expected}")
        return program

    @property
    def build(self):
        """`release` is what is shipped: static, without symbols."""
        if self.is_static and not self.has_symbols:
            return "release"
        return "debug" if self.has_symbols else "shared"

    def __str__(self):
        content = self.path.read_bytes()
        return (
            f"tested: {self.build} build, {len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}: "
            f"{os.path.relpath(self.path, REPOSITORY)}"
        )


class WrongProgram(Exception):
    pass


def elf_facts(content):
    """Whether a 64-bit little-endian ELF file names no interpreter, and whether it has a table of symbols."""
    if content[:6] != b"\x7fELF\x02\x01":
        raise WrongProgram("the program under test is no 64-bit ELF file")
    segments, sections = struct.unpack_from("<QQ", content, 32)
    segment_size, segment_count, section_size, section_count = struct.unpack_from("<HHHH", content, 54)
    segment_types = {struct.unpack_from("<I", content, segments + i * segment_size)[0] for i in range(segment_count)}
    section_types = {struct.unpack_from("<I", content, sections + i * section_size + 4)[0] for i in range(section_count)}
    return SEGMENT_INTERPRETER not in segment_types, SECTION_SYMBOLS in section_types
