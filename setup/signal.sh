#!/usr/bin/env bash
# The signal judged by tools that are not ours: `signal.sh MIKADO`. Levels, response, separation, distortion, guard bands, peaks and power
# by numpy and scipy; RDS by a decoder of a few lines, by GNU Radio with gr-rds, and by redsea where it is installed; at last a table of all sites.
set -euo pipefail
mikado=$(realpath "$1") # before the way to it is another one
cd "$(dirname "$0")"
dir=$(mktemp -d "${TMPDIR:-/tmp}/mikado-signal.XXXXXX")
trap 'rm -rf "$dir"' EXIT

python3=/usr/bin/python3 # Debian's own, which is the one that Debian's packages are for
$python3 signal/measure.py "$mikado" "$dir"

sox -n -r 48000 -c 2 "$dir/programme.wav" synth 70 pinknoise pinknoise gain -8
"$mikado" --lang en mpx --in "$dir/programme.wav" --out "$dir/a.wav" --pi 0x5401 --ps MIKADO --rt "Journal en songhaï, 94 95 16 63" \
  --tag phone="94 95 16 63" --af 106.6,91.8,92.6,94.0 --pty 1 --ptyn Songhai --ecc D0 --language 0F --long-ps "Mikado FM ɛɔɲ" \
  --at 2026-11-24T23:59:30Z
"$mikado" --lang en mpx --in "$dir/programme.wav" --out "$dir/b.wav" --pi 0x5401 --ps MIKADO --rt "Version B" --version-b --tp --ta \
  --pty 30 --ecc D0 --own 94.0 --af 91.8 --variants 106.6
for file in a b; do
  $python3 signal/receive.py "$dir/$file.wav"
  $python3 signal/gr_rds.py "$dir/$file.wav" 2>/dev/null | grep '^gr-rds'
  if command -v redsea >/dev/null; then
    echo "redsea: $(redsea -f "$dir/$file.wav" | wc -l) groups"
  fi
done
$python3 signal/sites.py "$mikado" "$dir"
