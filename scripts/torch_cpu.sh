# To be sourced: install_torch PYTHON VERSION puts torch's CPU build into an environment.
#
# It comes first, because whatever else depends on torch would bring the newest build with
# several gigabytes for graphics cards.

CPU_INDEX=https://download.pytorch.org/whl/cpu

install_torch() {
    local python=$1 version=$2
    local have
    have=$("$python" -c 'from importlib.metadata import version; print(version("torch"))' \
        2>/dev/null || true)
    [ "${have%%+*}" = "$version" ] && return
    echo "set-up: torch $version, the build for processors"
    # "+cpu" admits no other build: first PyTorch's own index, then whatever pip is set up to ask.
    "$python" -m pip install -qq --no-deps --timeout 15 --retries 0 \
        --index-url "$CPU_INDEX" "torch==$version+cpu" 2>/dev/null && return
    "$python" -m pip install -qq --no-deps "torch==$version+cpu" 2>/dev/null && return
    echo "set-up: no index offers torch $version for processors only; taking the ordinary build" >&2
    echo "set-up: (on Linux it brings several gigabytes for graphics cards)" >&2
    "$python" -m pip install "torch==$version"
}
