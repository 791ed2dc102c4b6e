#!/bin/bash
# Every gate and every test, each named before it runs. All run though one fails; the exit code says whether all held.
# CI=true makes a missing broker, database or browser a failure instead of a skip.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

failed=()
step() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    if "$@"; then
        printf -- '-- %s: ok, %s s\n' "$name" "$((SECONDS - start))"
    else
        printf -- '-- %s: FAILED, %s s\n' "$name" "$((SECONDS - start))"
        failed+=("$name")
    fi
}

step "ruff: rules" ruff check .
step "ruff: format" ruff format --check .
step "mypy: types" mypy
step "import-linter: who may import whom" lint-imports --no-cache
step "deptry: dependencies" deptry .
step "tests: unit and contract" pytest tests/unit tests/contract
step "tests: integration, on a real broker and database" pytest --durations=10 tests/integration
step "tests: fault, crashes and outages in real processes" pytest --durations=10 tests/fault
step "tests: the console in a real browser" pytest tests/browser
step "tests: the measurement works" pytest tests/bench

if [ "${#failed[@]}" -gt 0 ]; then
    printf '\nFAILED: %s\n' "${failed[@]}"
    exit 1
fi
printf '\nall held, %s s\n' "$SECONDS"
