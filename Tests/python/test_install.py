"""What is made of the program: manual pages, a wheel, and what `make install` installs."""

import ast
import base64
import csv
import email
import hashlib
import os
import platform
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.utils import parse_wheel_filename

from harness.interpreters import interpreters
from harness.wheels import MAKE_WHEEL, install, make_wheel

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "Sources/Python/modelkit_assets"
COMMANDS = ["resolve", "plan", "check", "fetch", "new", "update", "list", "cache", "schema"]


@pytest.fixture(scope="module")
def manual(binary, tmp_path_factory):
    """The manual pages by name."""
    folder = tmp_path_factory.mktemp("manual")
    subprocess.run([sys.executable, REPOSITORY / "scripts/make-manual", binary, folder], check=True)
    return {path.stem: path for path in folder.iterdir()}


def rendered(page):
    """The page as `man` shows it in 80 columns, which must have nothing to warn of."""
    environment = {**os.environ, "MANWIDTH": "80", "LANG": "C.UTF-8", "MANROFFOPT": "-ww"}
    done = subprocess.run(["man", "--warnings", "-l", page], env=environment, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    return re.sub(r".\x08|\x1b\[\d*m", "", done.stdout)


def test_every_command_has_a_manual_page(manual, binary):
    said = subprocess.run([binary, "--help"], check=True, capture_output=True, text=True).stdout
    groups = re.findall(r"^\w+ commands:\n((?:  .+\n)+)", said, re.M)
    names = [line.split()[0] for group in groups for line in group.splitlines() if line[2] != " "]
    below_cache = {f"-cache-{name}" for name in ("size", "prune", "clean", "export", "import")}
    pages = {"", *(f"-{name}" for name in names), *below_cache}
    assert set(manual) == {f"modelkit-assets{page}" for page in pages}
    assert set(COMMANDS) <= set(names)


def test_the_manual_of_the_program_has_the_commands_in_groups(manual):
    text = rendered(manual["modelkit-assets"])
    for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "EXAMPLES", "EXIT STATUS", "SEE ALSO"):
        assert re.search(rf"^{heading}$", text, re.M), text
    commands = text[text.index("\nCOMMANDS") : text.index("\nOPTIONS")]
    assert re.findall(r"^   (\S.*)$", commands, re.M) == [
        "Project commands", "Asset commands", "Publishing commands", "Maintenance commands"]  # fmt: skip
    assert re.search(r"^ +resolve\n? +Download the assets of a spec into the assets directory$", commands, re.M)
    assert re.search(r"^ +64 +usage$", text, re.M)
    assert "modelkit-assets-resolve(1)" in text


def test_the_manual_of_a_command_has_its_options_as_the_help_has_them(manual):
    words = " ".join(rendered(manual["modelkit-assets-resolve"]).split())
    assert "modelkit-assets-resolve - Download the assets of a spec into the assets directory" in words
    assert "modelkit-assets resolve [options] [spec]" in words
    assert "--color when Color output [env: NO_COLOR, CLICOLOR_FORCE] [default: auto] [possible values: auto, always, never]" in words
    assert "-j, --jobs n Concurrent requests" in words
    assert "modelkit-assets resolve --dry-run --format json assets.yaml" in words
    assert "SEE ALSO modelkit-assets(1)" in words
    assert "COMMANDS" in rendered(manual["modelkit-assets-cache"])


def test_the_manual_is_the_same_when_made_again(manual, binary, tmp_path):
    subprocess.run([sys.executable, REPOSITORY / "scripts/make-manual", binary, tmp_path], check=True)
    assert {path.stem: path.read_bytes() for path in tmp_path.iterdir()} == {
        name: path.read_bytes() for name, path in manual.items()
    }


def test_install_puts_the_program_its_manual_and_completions_below_a_prefix(binary, tmp_path):
    subprocess.run([REPOSITORY / "scripts/install", binary, tmp_path], check=True, capture_output=True)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found >= {
        "bin/modelkit-assets", "share/man/man1/modelkit-assets.1", "share/man/man1/modelkit-assets-resolve.1",
        "share/bash-completion/completions/modelkit-assets", "share/zsh/site-functions/_modelkit-assets",
        "share/fish/vendor_completions.d/modelkit-assets.fish",
    }  # fmt: skip
    environment = {**os.environ, "MANPATH": str(tmp_path / "share/man")}
    done = subprocess.run(["man", "modelkit-assets-resolve"], env=environment, check=True, capture_output=True, text=True)
    assert "Download the assets of a spec" in done.stdout


# The wheel


@pytest.fixture(scope="module")
def make_wheel_script():
    """scripts/make-wheel as a module."""
    return runpy.run_path(str(MAKE_WHEEL), run_name="make_wheel")


@pytest.fixture(scope="module")
def small_programs(tmp_path_factory):
    """Programs that say a version as modelkit-assets does: a static and a dynamic one."""
    folder = tmp_path_factory.mktemp("small")
    source = folder / "program.c"
    source.write_text('#include <stdio.h>\nint main(void) { puts("1.2.3"); return 0; }\n')
    programs = {}
    for kind, flags in {"static": ["-static"], "static-pie": ["-static-pie"], "dynamic": []}.items():
        programs[kind] = folder / kind
        subprocess.run(["cc", *flags, "-o", programs[kind], source], check=True)
    return programs


STATIC_TAGS = {
    "x86_64": "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    "aarch64": "py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
}
MACHINE_NUMBERS = {"x86_64": 62, "aarch64": 183}


def with_machine(content, machine):
    return content[:18] + MACHINE_NUMBERS[machine].to_bytes(2, "little") + content[20:]


@pytest.mark.parametrize("kind", ["static", "static-pie"])
@pytest.mark.parametrize("machine", STATIC_TAGS)
def test_a_static_program_is_for_every_linux_of_its_processor(make_wheel_script, small_programs, kind, machine):
    content = with_machine(small_programs[kind].read_bytes(), machine)
    tags = make_wheel_script["platform_tags"](small_programs[kind], content)
    assert "py3-none-" + ".".join(tags) == STATIC_TAGS[machine]


@pytest.mark.parametrize("machine", MACHINE_NUMBERS)
def test_a_dynamic_program_is_for_the_glibc_that_its_newest_symbol_came_with(make_wheel_script, small_programs, machine):
    program = small_programs["dynamic"]
    symbols = subprocess.run(["readelf", "-V", "-W", program], check=True, capture_output=True, text=True).stdout
    newest = max(int(minor) for minor in re.findall(r"GLIBC_2\.(\d+)", symbols))
    content = with_machine(program.read_bytes(), machine)
    assert make_wheel_script["platform_tags"](program, content) == [f"manylinux_2_{newest}_{machine}"]


def test_a_wheel_names_every_tag_and_is_the_same_when_made_again(small_programs, tmp_path):
    made = [make_wheel(small_programs["static-pie"], tmp_path / name) for name in ("one", "two")]
    machine = platform.machine()
    assert made[0].name == f"modelkit_assets-1.2.3-{STATIC_TAGS[machine]}.whl"
    assert made[0].read_bytes() == made[1].read_bytes()
    tags = email.message_from_bytes(member(made[0], "dist-info/WHEEL")).get_all("Tag")
    assert [f"py3-none-{platform}" for platform in STATIC_TAGS[machine].split("-")[2].split(".")] == tags
    assert {str(tag) for tag in parse_wheel_filename(made[0].name)[3]} == set(tags)


def test_the_program_s_wheel_has_valid_metadata_and_all_sources(wheel, binary):
    version = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    metadata = Metadata.from_email(member(wheel, "dist-info/METADATA"), validate=True)
    assert (metadata.name, str(metadata.version)) == ("modelkit-assets", version)
    assert str(metadata.requires_python) == ">=3.8"
    for file in metadata.license_files:
        assert member(wheel, f"dist-info/licenses/{file}") == (REPOSITORY / "LICENSE").read_bytes()
    sources = {f"modelkit_assets/{path.name}" for path in PACKAGE.iterdir() if path.is_file()}
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("modelkit_assets/")}
    assert packed == sources | {"modelkit_assets/_version.py"}
    for row in csv.reader(member(wheel, "dist-info/RECORD").decode().splitlines()):
        if not row[0].endswith("/RECORD"):
            digest = base64.urlsafe_b64encode(hashlib.sha256(member(wheel, row[0])).digest()).decode().rstrip("=")
            assert row[1] == f"sha256={digest}"


def member(wheel, end):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(end)]
        return archive.read(name)


def changed(program, path, change):
    path.write_bytes(change(program.read_bytes()))
    path.chmod(0o755)
    return path


OTHER = {"x86_64": "aarch64", "aarch64": "x86_64"}[platform.machine()]
REFUSED = {
    "a script": (lambda content: b"#!/bin/sh\necho 1.2.3\n", "is not a 64-bit little-endian ELF file"),
    "an empty file": (lambda content: b"", "is not a 64-bit little-endian ELF file"),
    "another machine's": (lambda content: content[:18] + b"\x08\0" + content[20:], "is for ELF machine 8"),
    "the other processor's": (lambda content: with_machine(content, OTHER), "cannot run"),
    "one that fails": (lambda content: content.replace(b"1.2.3\0", b"later\0"), "printed no version: 'later\\n'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_program_is_refused(small_programs, tmp_path, case):
    change, said = REFUSED[case]
    program = changed(small_programs["static-pie"], tmp_path / "program", change)
    done = subprocess.run([sys.executable, MAKE_WHEEL, program, tmp_path / "dist"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("make-wheel: ") and said in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "dist").exists()


def test_a_program_that_needs_another_c_library_is_refused(make_wheel_script, small_programs):
    content = small_programs["dynamic"].read_bytes().replace(b"GLIBC_2.", b"OTHER_2.")
    with pytest.raises(make_wheel_script["Wrong"], match="C library that is not glibc"):
        make_wheel_script["platform_tags"](small_programs["dynamic"], content)


# Where it is installed


PYTHONS = interpreters()


@pytest.fixture(scope="module", params=PYTHONS, ids=[f"python{version}" for version in PYTHONS])
def python(request, tmp_path_factory):
    """The Python of a virtual environment that sees the user's packages, as `pip install --user` needs it."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([PYTHONS[request.param], "-m", "venv", "--system-site-packages", folder], check=True)
    return folder / "bin/python"


@dataclass(frozen=True)
class Installed:
    python: Path
    environment: dict
    program: Path

    def run(self, *arguments):
        command = list(map(str, [self.python, *arguments]))
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def printed(self, *arguments):
        done = self.run(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout


ASKED = "import modelkit_assets as m; print(m.__version__, m.program_path(), m.__file__, sep='\\n')"


def layout(kind, python, wheel, folder, environment):
    """Installs the wheel in one of pip's ways; gives what is to be set then, and where the program must be."""
    if kind == "--user":
        environment["PYTHONUSERBASE"] = str(folder)
        install(python, wheel, "--user", environment=environment)
        return folder / "bin/modelkit-assets"
    install(python, wheel, kind, folder, environment=environment)
    (package,) = folder.rglob("modelkit_assets/__init__.py")
    environment["PYTHONPATH"] = str(package.parents[1])
    return folder / "bin/modelkit-assets"


@pytest.mark.parametrize("kind", ["--user", "--target", "--prefix"])
def test_the_module_works_where_pip_installs_it(python, wheel, shelf, tmp_path, kind):
    environment = shelf.tool.full_environment()
    program = layout(kind, python, wheel, tmp_path / "installed", environment)
    check_installed(Installed(python, environment, program), shelf, tmp_path / "installed")


def test_the_module_works_in_a_virtual_environment(python, wheel, shelf):
    environment = shelf.tool.full_environment()
    install(python, wheel, environment=environment)
    installed = Installed(python, environment, python.with_name("modelkit-assets"))
    try:
        assert program_in(wheel) == installed.program.read_bytes()
        check_installed(installed, shelf, python.parents[1])
        assert installed.printed("-m", "pip", "check", "--disable-pip-version-check")
    finally:
        installed.printed("-m", "pip", "uninstall", "--yes", "--quiet", "modelkit-assets")
    assert not installed.program.exists()


def check_installed(installed, shelf, below):
    version, program, package = installed.printed("-c", ASKED).splitlines()
    assert Path(package).is_relative_to(below)
    assert Path(program) == installed.program
    assert installed.printed("-m", "modelkit_assets", "--version") == f"{version}\n"
    assert subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout == f"{version}\n"
    path = installed.printed("-m", "modelkit_assets", "fetch", "nlp/vectors:1.4", "--quiet")
    assert path == f"{shelf.assets}/nlp/vectors/1.4\n"
    fetched = "import modelkit_assets; print(modelkit_assets.fetch('nlp/lexicon:2[fr/words.txt]'))"
    assert installed.printed("-c", fetched) == f"{shelf.assets}/nlp/lexicon/2.0/fr/words.txt\n"


def program_in(wheel):
    return member(wheel, "scripts/modelkit-assets")


def test_a_target_whose_bin_pip_left_as_it_was_is_told_of(python, wheel, tmp_path):
    (tmp_path / "bin").mkdir()
    # Another version's, say.
    old = changed(Path("/bin/true"), tmp_path / "bin/modelkit-assets", bytes)
    said = install(python, wheel, "--target", tmp_path)
    assert "already exists" in said
    installed = Installed(python, {"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]}, old)
    refused(installed.run("-m", "modelkit_assets", "--version"), old)
    install(python, wheel, "--target", tmp_path, "--upgrade")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", installed.printed("-m", "modelkit_assets", "--version"))


def test_an_archive_says_that_it_has_no_program(python, packages, tmp_path):
    archive = tmp_path / "app.pyz"
    with zipfile.ZipFile(archive, "w") as app:
        for path in packages.glob("modelkit_assets*/*"):
            if path.is_file():
                app.write(path, path.relative_to(packages))
        app.writestr("__main__.py", "from modelkit_assets.__main__ import main; main()")
    installed = Installed(python, {"PATH": os.environ["PATH"]}, archive)
    refused(installed.run(archive, "--version"), archive / "bin/modelkit-assets")
    say = "import modelkit_assets as m; print(m.__version__)"
    installed.environment["PYTHONPATH"] = str(archive)
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", installed.printed("-c", say))


def refused(done, place):
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: the program of modelkit_assets "), done.stderr
    assert f"`{place}`" in done.stderr and "\n  hint: " in done.stderr and "Traceback" not in done.stderr


def test_a_program_that_cannot_be_run_is_told_of(python, packages, tmp_path):
    site = tmp_path / "site"
    shutil.copytree(packages, site)
    program = site / "bin/modelkit-assets"
    changed(program, program, lambda content: with_machine(content, OTHER))
    done = Installed(python, {"PYTHONPATH": str(site)}, program).run("-m", "modelkit_assets", "--version")
    assert (done.returncode, done.stderr) == (1, f"error: cannot run `{program}`: Exec format error\n")


def test_the_sources_are_of_the_oldest_python_that_the_metadata_names():
    paths = sorted(PACKAGE.glob("*.py"))
    assert len(paths) > 5
    for path in paths:
        ast.parse(path.read_text(), feature_version=(3, 8))
