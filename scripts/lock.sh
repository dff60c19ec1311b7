#!/usr/bin/env bash
# Pin what pyproject.toml allows: requirements.lock, and benchmarks/requirements.lock for what only
# the benchmarks need. From a clean environment, with torch as pinned until now, or as
# TORCH=2.13.0 says. The locks name no index, path or hash: those differ from mirror to mirror.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/torch_cpu.sh
source scripts/torch_cpu.sh

torch=${TORCH:-$(sed -n 's/^torch==//p' requirements.lock)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
"${PYTHON:-python3}" -m venv "$work/venv"
pip() { "$work/venv/bin/python" -m pip "$@"; }

# What is installed, but for makar itself and pip; the build's suffix of torch is the set-up's.
pinned() {
    pip freeze --exclude-editable --exclude pip | sed -E 's/^(torch==[0-9.]+)\+.*/\1/' | sort -f
}

pip install -qq --upgrade "pip>=25.1" # the first that knows dependency groups
install_torch "$work/venv/bin/python" "$torch"
pip install -qq --editable . --group dev "torch==$torch"
pinned >"$work/main"
pip install -qq --group bench "torch==$torch"
pinned >"$work/all"

if grep -E ' @ |/' "$work/all"; then
    echo "lock: the lines above name a place; nothing was written" >&2
    exit 1
fi
{
    echo "# Everything makar runs, checks and tests with. Made by 'make lock'; do not edit."
    cat "$work/main"
} >requirements.lock
{
    echo "# What the benchmarks need besides. Made by 'make lock'; do not edit."
    comm -13 <(sort "$work/main") <(sort "$work/all") | sort -f
} >benchmarks/requirements.lock
echo "lock: $(wc -l <"$work/main") packages pinned"
