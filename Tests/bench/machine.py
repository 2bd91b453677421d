"""What the figures were measured on."""

import os
import platform
import re
import subprocess
from pathlib import Path


def describe_machine(folder):
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    return (
        f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), {memory:.0f} GiB of memory, "
        f"{file_system(folder)}, Linux {platform.release()}"
    )


def file_system(folder):
    """Of what is mounted last where something is mounted over something else."""
    command = ["findmnt", "--noheadings", "--output=FSTYPE", "--target", folder]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
