"""What is made of the program: completions that shells take, manual pages, a wheel."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
MAKE_WHEEL = REPOSITORY / "scripts/make-wheel"
COMMANDS = ["resolve", "plan", "check", "fetch", "new", "update", "list", "cache", "schema"]


@pytest.fixture(scope="module")
def completions(binary, tmp_path_factory):
    """The scripts by shell, with the program on the PATH."""
    folder = tmp_path_factory.mktemp("completions")
    (folder / "bin").mkdir()
    (folder / "bin/modelkit-assets").symlink_to(binary)
    for shell in ("bash", "zsh", "fish"):
        script = subprocess.run([binary, "--generate-completion-script", shell], check=True, capture_output=True)
        (folder / shell).write_bytes(script.stdout)
    return folder


def in_shell(folder, *command):
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), "TERM": "dumb"}
    return subprocess.run(
        command, env=environment, cwd=folder, check=True, capture_output=True, text=True, timeout=60
    ).stdout


def test_bash_completes_commands_flags_and_files(completions):
    (completions / "assets.yaml").write_text("version: 1\n")
    script = f"""
        source {completions / "bash"}
        complete -p modelkit-assets >/dev/null
        complete_words() {{
            COMP_WORDS=(modelkit-assets "$@"); COMP_CWORD=$#; COMP_LINE="${{COMP_WORDS[*]}}"; COMP_POINT=${{#COMP_LINE}}
            COMPREPLY=(); _modelkit-assets modelkit-assets "${{@: -1}}" "${{COMP_WORDS[$((COMP_CWORD - 1))]}}"
            printf '%s\\n' "${{COMPREPLY[@]}}"; echo --
        }}
        complete_words re; complete_words resolve --lock; complete_words resolve --progress pl
    """
    answers = in_shell(completions, "bash", "-c", script).split("--\n")
    assert "resolve" in answers[0].split()
    assert "--locked" in answers[1].split()


def test_fish_completes_commands_with_what_they_do(completions):
    script = (
        f"source {completions / 'fish'}; complete -C 'modelkit-assets '; complete -C 'modelkit-assets resolve --fro'"
    )
    answer = in_shell(completions, "fish", "-c", script)
    for command in COMMANDS:
        assert re.search(rf"^{command}\t\S", answer, re.M), answer
    assert re.search(r"^--frozen\t", answer, re.M), answer


def test_zsh_takes_the_script_and_registers_it(completions):
    (completions / "functions").mkdir(exist_ok=True)
    (completions / "functions/_modelkit-assets").write_bytes((completions / "zsh").read_bytes())
    script = (
        f"fpath=({completions / 'functions'} $fpath); autoload -Uz compinit; compinit -u; echo $_comps[modelkit-assets]"
    )
    assert in_shell(completions, "zsh", "-f", "-c", script).strip() == "_modelkit-assets"
    in_shell(completions, "zsh", "-n", str(completions / "zsh"))


# The wheel

STATIC_TAGS = "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64"


@pytest.fixture(scope="module")
def wheel(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    made = []
    for name in ("one", "two"):
        command = [sys.executable, MAKE_WHEEL, binary, folder / name]
        made.append(Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()))
    assert made[0].read_bytes() == made[1].read_bytes()
    return made[0]


@pytest.fixture(scope="module")
def environment_made_once(tmp_path_factory):
    """A virtual environment with nothing but pip."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "venv", with_pip=True)
    return folder / "venv"


def install(python, wheel, *options, **environment):
    command = [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-warn-script-location", *options, wheel]
    changed = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment}
    subprocess.run([*map(str, command)], check=True, env=changed)


def version_by_module(python, **environment):
    changed = {"PATH": os.environ["PATH"], **{name: str(value) for name, value in environment.items()}}
    command = [python, "-m", "modelkit_assets", "--version"]
    return subprocess.run(command, check=True, env=changed, capture_output=True, text=True).stdout.split()[-1]


def test_the_wheel_of_a_static_program_is_for_every_c_library(wheel):
    assert re.fullmatch(rf"modelkit_assets-\d+\.\d+\.\d+-py3-none-{STATIC_TAGS}\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/WHEEL")]
        tags = re.findall(r"^Tag: (.*)$", archive.read(name).decode(), re.M)
    assert tags == [f"py3-none-{platform}" for platform in STATIC_TAGS.split(".")]


def test_the_wheel_brings_the_program_and_its_interface(wheel, binary, tmp_path, shelf, environment_made_once):
    python = environment_made_once / "bin/python"
    program = environment_made_once / "bin/modelkit-assets"
    install(python, wheel)
    assert program.read_bytes() == binary.read_bytes()
    environment = {**shelf.tool.environment, "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    environment = {name: str(value) for name, value in environment.items()}
    for command in ([program], [python, "-m", "modelkit_assets"]):
        command = [*command, "fetch", "nlp/vectors:1.4", "--format", "json"]
        printed = subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout
        assert json.loads(printed)["status"] == "done"
    script = "import modelkit_assets as m; print(m.__version__, m.fetch('nlp/vectors:1.4'))"
    printed = subprocess.run([python, "-c", script], check=True, env=environment, capture_output=True, text=True).stdout
    assert printed == f"{wheel.name.split('-')[1]} {shelf.assets}/nlp/vectors/1.4\n"
    check = [python, "-m", "pip", "check", "--disable-pip-version-check"]
    subprocess.run(check, check=True, capture_output=True)
    subprocess.run([python, "-m", "pip", "uninstall", "--yes", "--quiet", "modelkit-assets"], check=True)
    assert not program.exists()


def test_the_module_finds_the_program_of_a_target_folder(wheel, tmp_path, environment_made_once):
    python = environment_made_once / "bin/python"
    install(python, wheel, "--target", tmp_path / "target")
    assert version_by_module(python, PYTHONPATH=tmp_path / "target") == wheel.name.split("-")[1]


def test_the_module_finds_the_program_of_a_prefix(wheel, tmp_path, environment_made_once):
    python = environment_made_once / "bin/python"
    install(python, wheel, "--prefix", tmp_path / "prefix")
    (packages,) = tmp_path.glob("prefix/lib/python*/site-packages")
    assert version_by_module(python, PYTHONPATH=packages) == wheel.name.split("-")[1]


def test_the_module_finds_the_program_of_a_user(wheel, tmp_path):
    # A virtual environment has no place of the user's: the Python that made it has.
    python = os.path.join(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    install(python, wheel, "--user", "--break-system-packages", PYTHONUSERBASE=str(tmp_path / "user"))
    assert version_by_module(python, PYTHONUSERBASE=tmp_path / "user") == wheel.name.split("-")[1]


def test_a_package_without_its_program_says_where_it_looked(tmp_path):
    shutil.copytree(REPOSITORY / "Sources/Python/modelkit_assets", tmp_path / "packages/modelkit_assets")
    environment = {"PATH": str(tmp_path), "PYTHONPATH": str(tmp_path / "packages")}
    command = [sys.executable, "-m", "modelkit_assets", "--version"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{tmp_path}/packages/bin/modelkit-assets" in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"#!/bin/sh\necho 1.0.0\n", "no 64-bit little-endian ELF file"),
        (b"\x7fELF\x02\x01" + b"\0" * 12 + (40).to_bytes(2, "little"), "ELF machine 40"),
    ],
    ids=["a script", "another processor"],
)
def test_no_wheel_is_made_of_what_is_no_program_of_ours(tmp_path, content, words):
    program = tmp_path / "program"
    program.write_bytes(content)
    program.chmod(0o755)
    command = [sys.executable, MAKE_WHEEL, program, tmp_path / "dist"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert not (tmp_path / "dist").exists()
