#!/usr/bin/env bash
# Make or bring up to date the virtual environment: torch's CPU build, the lock, makar itself.
#
#   scripts/make_venv.sh [.venv]
#
# PYTHON names the interpreter (3.11 or later; python3 by default). Works as root or not.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/torch_cpu.sh
source scripts/torch_cpu.sh

venv=${1:-.venv}
python=${PYTHON:-python3}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

fail() {
    echo "set-up: $1" >&2
    exit 1
}

command -v "$python" >/dev/null || fail "$python is not here: install Python 3.11, or PYTHON=... make"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old: makar needs Python 3.11; PYTHON=python3.11 make ..."

make_empty_venv() {
    "$python" -m venv "$venv" >/dev/null 2>&1
}

# Debian keeps venv's installer of pip in a package of its own.
install_debian_venv() {
    [ "$("$python" -c 'import sys; print(sys.executable)')" = "$(readlink -f /usr/bin/python3)" ] ||
        [ "$(command -v "$python")" = /usr/bin/python3 ] || return 1
    scripts/apt_install.sh python3-venv
}

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    echo "set-up: making $venv"
    make_empty_venv || { install_debian_venv && make_empty_venv; } ||
        fail "$python cannot make a virtual environment; on Debian: apt-get install python3-venv"
fi

install_torch "$venv/bin/python" "$(sed -n 's/^torch==//p' requirements.lock)"
"$venv/bin/python" -m pip install -qq -r requirements.lock
"$venv/bin/python" -m pip install -qq --no-deps --no-build-isolation --editable .
touch "$venv/.ready"
echo "set-up: $venv is ready"
