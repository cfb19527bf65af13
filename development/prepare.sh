#!/bin/sh
# Make .venv with the locked packages: prepare.sh run|test
#
# Needs a Python from 3.11 on and nothing else. Says in one line what is missing.
set -eu

purpose=$1
log=.venv/prepare.log

fail() {
    echo "" >&2
    for line in "$@"; do echo "$line" >&2; done
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" > /dev/null || fail "PYTHON=$PYTHON does not exist."
        is_new_enough "$PYTHON" || fail "$PYTHON is $("$PYTHON" --version 2>&1); Immo-Connect needs Python 3.11 or newer."
        echo "$PYTHON"
        return
    fi
    found=""
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        command -v "$candidate" > /dev/null || continue
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
        found="$candidate is $("$candidate" --version 2>&1)"
    done
    if [ -n "$found" ]; then
        fail "Python is too old ($found); Immo-Connect needs 3.11 or newer." "Name another one: make $purpose PYTHON=/path/to/python3.11"
    fi
    fail "There is no Python; Immo-Connect needs 3.11 or newer."
}

make_environment() {
    python=$(find_python)
    echo "Making .venv with $("$python" --version 2>&1) ..."
    rm -rf .venv
    # Debian keeps the part that makes environments in a package of its own.
    "$python" -m venv .venv > /tmp/immo-venv.$$ 2>&1 || {
        cat /tmp/immo-venv.$$ >&2
        rm -f /tmp/immo-venv.$$
        rm -rf .venv
        fail "$python cannot make an environment. On Debian and Ubuntu: apt-get install python3-venv"
    }
    rm -f /tmp/immo-venv.$$
}

install() {
    "$@" > "$log" 2>&1 && return
    tail -n 5 "$log" >&2
    if grep -qiE 'name resolution|connection (refused|timed out|broken)|network is unreachable|from versions: none|newconnectionerror|proxyerror|max retries' "$log"; then
        fail "The packages could not be downloaded: there is no way to the package index. Check the network and try again."
    fi
    fail "The packages could not be installed; everything pip said is in $log."
}

install_locked() {
    # Without isolation, so that packages are compiled by what is locked and not by what an index has today.
    PATH="$PWD/.venv/bin:$PATH" install .venv/bin/python -m pip install --disable-pip-version-check --no-input \
        --require-hashes --no-build-isolation -r "requirements/$1.txt"
}

is_new_enough .venv/bin/python || make_environment

packages=$(grep -c '==' "requirements/$purpose.txt")
if [ "$purpose" = test ]; then
    # One package has no wheel: what compiles it must be there before.
    .venv/bin/python -m development.programs || exit 1
    echo "Installing what compiles ..."
    install_locked build
fi
echo "Installing $packages locked packages ..."
install_locked "$purpose"
install .venv/bin/python -m pip install --disable-pip-version-check --no-input --no-deps --no-build-isolation --no-index -e .

touch .venv/ready-to-run
[ "$purpose" = run ] || touch .venv/ready-to-test
