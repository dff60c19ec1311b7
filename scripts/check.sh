#!/usr/bin/env bash
# Every check, to the end, whatever fails on the way; then the advice, which fails nothing.
#
#   scripts/check.sh .venv/bin/python
set -uo pipefail
cd "$(dirname "$0")/.."
python=$1
failed=()

check() {
    local name=$1
    shift
    echo "== $name"
    "$@" || failed+=("$name")
}

check "format" "$python" -m ruff format --check .
check "lint" "$python" -m ruff check .
check "types" "$python" -m pyright --pythonpath "$python"
check "import contract" "$(dirname "$python")/lint-imports" --no-logo
"$python" scripts/grown_large.py

[ ${#failed[@]} -eq 0 ] || {
    printf 'check: failed: %s\n' "${failed[@]}" >&2
    exit 1
}
