#!/bin/sh
# Lock the dependencies of pyproject.toml, for every platform, with the hash of every file.
set -eu

lock() {
    target=$1
    shift
    uv pip compile "$@" --universal --python-version 3.11 --generate-hashes \
        --no-header --quiet --upgrade --output-file "requirements/$target.txt"
    echo "requirements/$target.txt"
}

if ! command -v uv > /dev/null; then
    echo "make lock needs uv: pip install uv" >&2
    exit 1
fi
lock run pyproject.toml --extra development
lock test pyproject.toml --extra development --extra card --extra hsm --extra test
lock build --group build
