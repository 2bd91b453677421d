# What the examples with a server have in common. Sourced by a script that defines `start_server`, which starts one in the background as
# `$server` and exports where it is, and then calls `run_example [PROGRAM]`.
set -euo pipefail

example=$(cd "$(dirname "$0")" && pwd)
shared=$(cd "$example/../shared" && pwd)
cd "$example/../.."
python=$PWD/.venv/bin/python
work=$(mktemp -d)
server=
trap 'stop_server' EXIT

run_example() {
    local program
    program=$(realpath "${1:-.build/debug/modelkit-assets}")
    [ -x "$program" ] || fail "$program is not there: run \`make build\` or \`make demo\`, or name the program"
    scripts/install-dependencies test
    # What the shell has set is of no matter.
    unset "${!MODELKIT_@}" "${!AWS_@}" "${!GOOGLE_@}" STORAGE_PROVIDER SOURCE_DATE_EPOCH
    start_server
    heading "Pushing with Python modelkit"
    "$python" "$shared/push.py" "$work"
    mkdir "$work/assets"
    export MODELKIT_ASSETS_DIR=$work/assets
    # A copy, as the lock is written beside the spec.
    cp "$example/assets.yaml" "$work"
    heading "Whether it would work: modelkit-assets check"
    "$program" check "$work/assets.yaml" --for developer
    heading "Doing it: modelkit-assets resolve"
    "$program" resolve "$work/assets.yaml"
    heading "What is there now"
    (cd "$MODELKIT_ASSETS_DIR" && find . -type f -not -path './.*' -printf '%P  %s bytes\n' | LC_ALL=C sort)
}

stop_server() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}

heading() { printf '\n── %s\n\n' "$1"; }

fail() {
    echo "$0: $*" >&2
    exit 1
}
