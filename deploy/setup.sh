#!/bin/bash
# Everything that `make demo` and `make test` need on Debian 12 or later: system packages, and the locked environment
# in .venv. Safe to run again: what is there is left alone, and the second time takes a moment.
# With `demo` only what the demo needs: without the browser, in which the tests look at the console.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-all}

say() { printf 'setup: %s\n' "$*" >&2; }

# ---- Python -------------------------------------------------------------------------------------------------------
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in python3.11 python3.12 python3.13 python3.14 python3; do
        if command -v "$candidate" >/dev/null && new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
}

# ---- System packages ----------------------------------------------------------------------------------------------
missing_packages() {
    local python
    python=$(find_python)
    if [ -z "$python" ]; then
        printf '%s\n' python3 python3-venv
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo python3-venv
    fi
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || echo rabbitmq-server
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
    [ "$purpose" = demo ] || [ -x /usr/bin/chromium ] || echo chromium
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# A server that a package brings is started by its installation and at every boot. Ours are private and started by
# hand, so neither is wanted. A policy of this machine's owner, where there is one, stays as it is.
policy=/usr/sbin/policy-rc.d
our_policy=no
forbid_starting() {
    [ -e "$policy" ] && return
    our_policy=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
}
allow_starting() {
    if [ "$our_policy" = yes ]; then as_root rm -f "$policy"; our_policy=no; fi
}

apt() {
    local log
    log=$(mktemp)
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1; then
        tail -20 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

install_packages() {
    say "installing with apt (a minute or so): $*"
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        say "that needs root: run this as root, or install sudo, or install these packages yourself"
        exit 1
    fi
    local unwanted=()
    [[ " $* " == *" rabbitmq-server "* ]] && unwanted+=(rabbitmq-server.service)
    [[ " $* " == *" rabbitmq-server "* ]] && [ ! -e /usr/bin/epmd ] && unwanted+=(epmd.service epmd.socket)
    [[ " $* " == *" postgresql "* ]] && unwanted+=(postgresql.service)
    trap allow_starting EXIT
    forbid_starting
    apt update || say "apt-get update failed; going on with what is known"
    apt install -y --no-install-recommends "$@"
    allow_starting
    if [ "${#unwanted[@]}" -gt 0 ] && command -v systemctl >/dev/null; then
        as_root systemctl disable "${unwanted[@]}" >/dev/null 2>&1 || say "could not disable ${unwanted[*]}"
        say "installed, but neither started nor enabled: ${unwanted[*]} (systemctl enable --now, if you want them)"
    fi
}

mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -gt 0 ]; then
    install_packages "${missing[@]}"
    mapfile -t missing < <(missing_packages)
    if [ "${#missing[@]}" -gt 0 ]; then
        say "apt has finished, and still these are not usable: ${missing[*]}"
        exit 1
    fi
fi

# ---- The environment ----------------------------------------------------------------------------------------------
python=$(find_python)
if [ -z "$python" ]; then
    say "no Python 3.11 or later here, and apt did not bring one"
    exit 1
fi
stamp=.venv/setup.stamp
wanted=$( (cat requirements.lock pyproject.toml; echo "$PWD"; "$python" -V) | sha256sum)
if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then exit 0; fi

if ! .venv/bin/python -c '' 2>/dev/null || ! new_enough .venv/bin/python; then
    say "making .venv with $("$python" -V)"
    rm -rf .venv
    "$python" -m venv .venv
fi
rm -f "$stamp"
say "installing the locked packages into .venv (the first time takes a minute or two)"
export PIP_DISABLE_PIP_VERSION_CHECK=1
.venv/bin/python -m pip install -q --no-deps --require-hashes -r requirements.lock
# the build backend looks for its own program on PATH
PATH="$PWD/.venv/bin:$PATH" .venv/bin/python -m pip install -q --no-deps --no-build-isolation -e .
printf '%s' "$wanted" >"$stamp"
say "ready"
