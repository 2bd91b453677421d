"""What the figures were measured on."""

import os
import platform
import re
import subprocess
from pathlib import Path


def describe_machine(folder):
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    file_system = subprocess.run(
        ["findmnt", "--noheadings", "--output=FSTYPE", "--target", folder], capture_output=True, text=True, check=True
    ).stdout.strip()
    return (
        f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), {memory:.0f} GiB of memory, "
        f"{file_system}, Linux {platform.release()}"
    )
