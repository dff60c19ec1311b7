#!/usr/bin/env bash
# Install Debian packages without asking anything, as root or by sudo that needs no password.
#
#   scripts/apt_install.sh PACKAGE...
#
# Exit code 1, with one line that says why, where it cannot.
set -euo pipefail

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo -n)
    sudo -n true 2>/dev/null || {
        echo "set-up: not root, and sudo asks for a password; by hand: sudo apt-get install $*" >&2
        exit 1
    }
fi
command -v apt-get >/dev/null || {
    echo "set-up: no apt-get here; install by other means: $*" >&2
    exit 1
}

# A machine that has just started may be updating itself: wait for its locks, ten minutes at most.
PATIENCE=600

apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get \
        -o "DPkg::Lock::Timeout=$PATIENCE" --quiet "$@" </dev/null
}

update() { # the lists have a lock of their own, for which apt-get does not wait
    local until=$((SECONDS + PATIENCE))
    until apt update; do
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 5
    done
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
{
    apt install --yes --no-install-recommends "$@" || {
        update && apt install --yes --no-install-recommends "$@"
    }
} >"$log" 2>&1 || {
    tail -n 5 "$log" >&2
    echo "set-up: apt-get could not install: $*" >&2
    exit 1
}
