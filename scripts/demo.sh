#!/usr/bin/env bash
# Train the demo and name the report to open.
#
#   scripts/demo.sh PYTHON RUNS
set -euo pipefail
cd "$(dirname "$0")/.."
exec "$1" -m makar train demo.toml --runs "$2"
