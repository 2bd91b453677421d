"""Every state that a kill can leave, and every error that a call can end with, in a scenario."""

import errno
import signal
from collections import Counter
from typing import NamedTuple

from harness.system_calls import HARMLESS, Trace

ERRORS = ["EIO", "ENOSPC", "EACCES", "EINTR"]
KILL = "SIGKILL"


def trace_of(scenario):
    return Trace(
        scenario.command, scenario.tool.full_environment(), scenario.world.folder, scenario.home / "traced",
        scenario.work,
    )  # fmt: skip


def explore_kills(scenario, stride=1):
    """Runs once, and looks at what a kill before each call leaves; what is the same is looked at once, and of the rest one in
    `stride`.

    Returns how often each call was made, and how many states were looked at.
    """
    world, made, seen, kept, has_changed = scenario.world, Counter(), set(), {}, True
    world.restore("before")
    with trace_of(scenario) as trace:
        for call in trace:
            made[call.name] += 1
            if has_changed and (state := world.state()) not in seen:
                if len(seen) % stride == 0:
                    kept[state] = f"killed before {call}"
                    world.keep(state)
                seen.add(state)
            has_changed = call.name not in HARMLESS
    assert trace.status == 0, (scenario.home / "traced").read_text()
    for state, case in kept.items():
        world.restore(state)
        scenario.check_visible(case)
        scenario.check_next(case)
    return made, len(kept)


def explore_endings(scenario, stride=1):
    """Runs again and again, each time with another call spoiled: by a kill, or by one of the errors.

    Calls of one name that find the same on the disk are spoiled once in each of these ways. Returns how many of each way, and
    how many states these left.
    """
    world, tried, seen = scenario.world, Counter(), set()
    cases = [(moment, effect) for moment in distinct_moments(scenario) for effect in effects(moment.name)][::stride]
    for moment, effect in cases:
        call, status = spoil(scenario, moment, effect)
        if call is None:
            continue
        case = f"{call}: {effect}, status {status}"
        tried[effect] += 1
        if effect == KILL:
            assert status == -signal.SIGKILL, case
        else:
            assert status in scenario.statuses, f"{case}\n{(scenario.home / 'traced').read_text()}"
            if status == 0:
                scenario.check_done(case)
        if (state := world.state()) not in seen:
            seen.add(state)
            scenario.check_visible(case)
            scenario.check_next(case)
    return tried, len(seen)


class Moment(NamedTuple):
    """A call, and what the disk holds before it: the same of another run."""

    name: str
    path: str
    state: str


def distinct_moments(scenario):
    """Of the calls of one run, in their order."""
    world, found, state = scenario.world, {}, None
    world.restore("before")
    with trace_of(scenario) as trace:
        for call in trace:
            state = state or world.state()
            found.setdefault((call.name, state), Moment(call.name, world.told(call.path), state))
            if call.name not in HARMLESS:
                state = None
    assert trace.status == 0, (scenario.home / "traced").read_text()
    return list(found.values())


def kills(tool, arguments, prepare, below, stride=1):
    """Each state that a kill leaves: prepares, runs, ends the run before one of its calls, and yields that.

    For scenes that cannot be kept and restored, such as mounts. Preparing may move the assets directory, below this folder.
    """
    command = [tool.binary, *arguments]
    prepare()
    with Trace(command, tool.full_environment(), below) as trace:
        numbers = [call.number for call in trace if call.name not in HARMLESS]
    for number in numbers[::stride]:
        prepare()
        if killed := killed_before(number, command, tool.full_environment(), below):
            yield f"killed before {killed}"


def killed_before(number, command, environment, below):
    """Returns the call, None where another order of the threads took fewer calls."""
    killed = None
    with Trace(command, environment, below) as trace:
        for call in trace:
            if call.number == number:
                killed = call
                trace.kill()
    return killed


def effects(name):
    # What it answers changes nothing: the descriptor is gone.
    return [KILL, "EIO"] if name == "close" else [KILL, *ERRORS]


def spoil(scenario, moment, effect):
    """Returns the call and the run's status; no call where another order of the threads came to none like it.

    Where no run comes to the same state before such a call, one that finds another is spoiled.
    """
    for is_any_state in (False, False, True):
        scenario.world.restore("before")
        spoiled = None
        with trace_of(scenario) as trace:
            for call in trace:
                if spoiled or (call.name, scenario.world.told(call.path)) != moment[:2]:
                    continue
                if is_any_state or scenario.world.state() == moment.state:
                    spoiled = call
                    trace.kill() if effect == KILL else trace.fail(getattr(errno, effect))
        if spoiled:
            break
    return spoiled, trace.status
