"""Runs a command and writes how long it took, its processor time, and the most memory that it had resident, as JSON.

    python -I -S peak_memory.py RESULT COMMAND…

It must be a small process of its own: Linux counts what a process had resident before `exec` in with its peak, and
there that is the memory of whoever started it. So nothing under this script's own 10 MiB can be seen.
"""

import json
import os
import sys
import time

started = time.perf_counter()
process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - started
with open(sys.argv[1], "w") as result:
    processor = usage.ru_utime + usage.ru_stime
    json.dump({"seconds": seconds, "peak_bytes": usage.ru_maxrss * 1024, "processor_seconds": processor}, result)
exit_status = os.waitstatus_to_exitcode(status)
sys.exit(128 - exit_status if exit_status < 0 else exit_status)
