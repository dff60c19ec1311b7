#!/usr/bin/env bash
# Install the outside programs by which tests judge what makar writes. None of them is needed to
# use makar; a test whose program is missing is skipped and says so. APT=no leaves all out.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A program=(
    [musescore3]=mscore3 # opens our MIDI and MusicXML
    [abcmidi]=abc2midi   # opens our ABC
    [fluidsynth]=fluidsynth
    [chromium]=chromium # opens the report
    [tiled]=tiled       # opens our game maps
)
missing=()
for package in "${!program[@]}"; do
    command -v "${program[$package]}" >/dev/null || missing+=("$package")
done
compgen -G "/usr/share/sounds/sf2/*.sf2" >/dev/null || missing+=(timgm6mb-soundfont)

for library in libegl1=libEGL.so.1 libgl1=libGL.so.1; do # Skia, which judges strokes, needs them
    ldconfig -p | grep -q "${library#*=}" || missing+=("${library%=*}")
done

[ ${#missing[@]} -eq 0 ] && exit 0
if [ "${APT:-yes}" = no ]; then
    echo "set-up: left out, as asked: ${missing[*]}; tests that need them are skipped"
    exit 0
fi
echo "set-up: installing ${missing[*]}"
scripts/apt_install.sh "${missing[@]}" ||
    echo "set-up: tests that need ${missing[*]} are skipped" >&2
