#!/usr/bin/env bash
# What the work costs on this machine: `bench.sh MIKADO`. Processor seconds are user + system of the processes that do the
# work, with their children; beside them what another tool spends on the same work, in the same run, and the ratio.
set -euo pipefail
cd "$(dirname "$0")/.."
mikado=$(realpath "$1")
dir=$(mktemp -d "${TMPDIR:-/tmp}/mikado-bench.XXXXXX")
station=$dir/station
launcher=
end() {
  [[ -z $launcher ]] || { kill -INT "$launcher" 2>/dev/null; wait "$launcher" 2>/dev/null; } || true
  rm -rf "$dir"
}
trap end EXIT

# Processor seconds (user + system) of a command and its children; its output goes nowhere.
cpu_of() {
  local TIMEFORMAT='%U %S'
  { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ printf "%.2f", $1 + $2 }'
}
wall_of() {
  local TIMEFORMAT='%R'
  { time "$@" >/dev/null 2>&1; } 2>&1
}
row() { printf '%-58s %12s %12s %8s\n' "$@"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }'; }

row "work" "mikado" "other" "ratio"

# --- the plan -----------------------------------------------------------------------------------------------------------
row "plan, 7 sites x 7 days, programmes: wall s" \
  "$(wall_of "$mikado" plan --week --programmes --csv --station demo/reference_week.toml)" "-" "-"

# --- a station on the air -----------------------------------------------------------------------------------------------
"$mikado" demo --dir "$station" --http 127.0.0.1:18300 --at 2026-11-24T08:11:00Z >"$dir/said" 2>&1 &
launcher=$!
sleep 90 # the maker makes what airs soonest; then the sites are alone with their work
mapfile -t airs < <(pgrep -f -- "$station/.*air --site|air --site .*$station" || true)
[[ ${#airs[@]} -eq 7 ]] || { echo "bench: ${#airs[@]} air processes instead of 7" >&2; tail -5 "$dir/said" >&2; exit 1; }
ticks() { local sum=0 pid; for pid in "${airs[@]}"; do set -- $(sed 's/.*) //' "/proc/$pid/stat"); sum=$((sum + ${12} + ${13})); done; echo $sum; }
before=$(ticks); sleep 60; after=$(ticks)
share=$(awk -v t=$((after - before)) 'BEGIN { printf "%.1f", t / 60 }')
hour=$(awk -v t=$((after - before)) 'BEGIN { printf "%.1f", t / 100 / 60 * 3600 / 7 }')
memory=$(for pid in "${airs[@]}"; do awk '/VmRSS/ { print $2 }' "/proc/$pid/status"; done | sort -n | tail -1)
kill -INT "$launcher"; wait "$launcher" 2>/dev/null || true; launcher=

# --- one audio hour through the encoders and through ingest -------------------------------------------------------------
ffmpeg -v error -f lavfi -i "anoisesrc=color=pink:amplitude=0.1:duration=1200:sample_rate=48000[a];sine=f=330:d=1200:r=48000,volume=-12dB[b];[a][b]amix" \
  -ac 2 "$dir/sound.wav"
encoders=$(cpu_of ffmpeg -v error -y -i "$dir/sound.wav" -c:a libopus -b:a 96k "$dir/o.ogg" -c:a libmp3lame -b:a 128k "$dir/o.mp3")
encoders=$(awk -v s="$encoders" 'BEGIN { printf "%.1f", s * 3 }')
row "on air, 7 sites with Opus 96k and MP3 128k: % of one core" "$share" "-" "-"
row "on air, per site-hour: cpu s (other: ffmpeg's encoders alone)" "$hour" "$encoders" "$(ratio "$hour" "$encoders")"
row "on air, largest site process: MiB resident" "$((memory / 1024))" "-" "-"

lame --quiet -b 128 "$dir/sound.wav" "$dir/sound.mp3"
ingest=$(cpu_of "$mikado" ingest --config "$station/mikado.toml" --language fr --title Banc --json "$dir/sound.mp3")
ingest=$(awk -v s="$ingest" 'BEGIN { printf "%.1f", s * 3 }')
peer=$(cpu_of ffmpeg -v error -i "$dir/sound.mp3" -af ebur128=peak=true -f null -)
peer=$(awk -v s="$peer" 'BEGIN { printf "%.1f", s * 3 }')
row "ingest, an hour of MP3: cpu s (other: ffmpeg ebur128 alone)" "$ingest" "$peer" "$(ratio "$ingest" "$peer")"

render=$(cpu_of "$mikado" render --config "$station/mikado.toml" --site GAO --from 2026-11-24T08:11:00Z --for 5m --out "$dir/r.wav")
row "render, an hour of programme: cpu s" "$(awk -v s="$render" 'BEGIN { printf "%.1f", s * 12 }')" "-" "-"

# --- the library --------------------------------------------------------------------------------------------------------
cargo run --locked --quiet --release -p media --example library -- 100000
