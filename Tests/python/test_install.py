"""What is made of the program: completions that shells take, manual pages, a wheel."""

import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
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


@pytest.fixture(scope="module")
def stripped(binary, tmp_path_factory):
    """The debug build is large because of its symbols."""
    path = tmp_path_factory.mktemp("program") / "modelkit-assets"
    subprocess.run(["strip", "-o", path, binary], check=True)
    return path


@pytest.fixture(scope="module")
def wheel(stripped, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    made = []
    for name in ("one", "two"):
        command = [sys.executable, REPOSITORY / "scripts/make-wheel", stripped, folder / name]
        made.append(Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()))
    assert made[0].read_bytes() == made[1].read_bytes()
    return made[0]


def test_the_wheel_brings_the_program(wheel, stripped, tmp_path, shelf):
    assert re.fullmatch(r"modelkit_assets-\d+\.\d+\.\d+-py3-none-manylinux_2_\d+_x86_64\.whl", wheel.name)
    venv.create(tmp_path / "venv", with_pip=True)
    python, program = tmp_path / "venv/bin/python", tmp_path / "venv/bin/modelkit-assets"
    install = [python, "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel]
    subprocess.run(install, check=True)
    assert program.read_bytes() == stripped.read_bytes()
    environment = {**shelf.tool.environment, "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    environment = {name: str(value) for name, value in environment.items()}
    for command in ([program], [python, "-m", "modelkit_assets"]):
        command = [*command, "fetch", "nlp/vectors:1.4", "--format", "json"]
        printed = subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout
        assert json.loads(printed)["status"] == "done"
    check = [python, "-m", "pip", "check", "--disable-pip-version-check"]
    subprocess.run(check, check=True, capture_output=True)
    subprocess.run([python, "-m", "pip", "uninstall", "--yes", "--quiet", "modelkit-assets"], check=True)
    assert not program.exists()
