#!/bin/bash
# Every gate and every test, each named before it runs. All run though one fails; the exit code says whether all held.
# Three lanes side by side, because most tests wait for servers: what a lane says is printed when the first is done.
# CI=true makes a missing broker, database or browser a failure instead of a skip.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT

step() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    if "$@"; then
        printf -- '-- %s: ok, %s s\n' "$name" "$((SECONDS - start))"
    else
        printf -- '-- %s: FAILED, %s s\n' "$name" "$((SECONDS - start))"
        printf '%s\n' "$name" >>"$said/failed"
    fi
}

processes() {
    step "tests: fault, crashes and outages in real processes" pytest --durations=10 tests/fault
}

parts() {
    step "tests: unit and contract" pytest --durations=5 tests/unit tests/contract
    step "tests: the measurement works" pytest tests/bench
    step "tests: screens in a real browser" pytest --durations=5 tests/browser
}

gates() {
    step "ruff: rules" ruff check .
    step "ruff: format" ruff format --check .
    step "mypy: types" mypy
    step "import-linter: who may import whom" lint-imports --no-cache
    step "deptry: dependencies" deptry .
}

gates
lanes=()
beside() {
    set -m # a process group of its own, so that an interrupted run takes it along
    "$1" >"$said/$1" 2>&1 &
    lanes+=($!)
    set +m
}
trap 'for lane in "${lanes[@]}"; do kill -TERM -- "-$lane" 2>/dev/null; done; rm -rf "$said"' EXIT
beside processes
beside parts
step "tests: integration, on a real broker and database" pytest --durations=10 tests/integration
wait "${lanes[@]}"
cat "$said/parts" "$said/processes"

if [ -s "$said/failed" ]; then
    printf '\nFAILED: %s\n' "$(paste -sd ';' "$said/failed")"
    exit 1
fi
printf '\nall held, %s s\n' "$SECONDS"
