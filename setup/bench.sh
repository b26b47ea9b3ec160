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

exec 9>&2 # said past whoever captures
# Runs a command whose output nobody needs; one that fails was no measurement.
quietly() { "$@" >"$dir/output" 2>&1 || { echo "bench: $* failed: $(tail -1 "$dir/output")" >&9; kill $$; }; }
# Processor seconds (user + system) of a command and its children.
cpu_of() {
  local TIMEFORMAT='%U %S'
  { time quietly "$@"; } 2>&1 | awk '{ printf "%.2f", $1 + $2 }'
}
# The same, and the most memory that one of its processes had, in KiB.
cost_of() {
  command time -q -o "$dir/cost" -f '%U %S %M' "$@" >/dev/null 2>&1 || { echo "bench: $* failed" >&2; return 1; }
  awk 'END { print $1 + $2, $3 }' "$dir/cost"
}
hour_of() { awk '{ printf "%.1f", $1 * 3 }' <<<"$1"; }  # of 20 minutes
mib_of() { awk '{ printf "%.0f", $2 / 1024 }' <<<"$1"; }
wall_of() {
  local TIMEFORMAT='%R'
  { time quietly "$@"; } 2>&1
}
row() { printf '%-58s %12s %12s %8s\n' "$@"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }'; }

row "work" "mikado" "other" "ratio"

# --- the plan -----------------------------------------------------------------------------------------------------------
row "plan, 7 sites x 7 days, programmes: wall s" \
  "$(wall_of "$mikado" plan --week --programmes --csv --station demo/reference_week.toml --campaigns demo/campaigns.toml)" "-" "-"

# --- a station on the air -----------------------------------------------------------------------------------------------
MIKADO_TRACE=mikado=info "$mikado" demo --dir "$station" --http 127.0.0.1:18300 --at 2026-11-24T08:11:00Z >"$dir/said" 2>&1 &
launcher=$!
sleep 90 # the maker makes what airs soonest; then the sites are alone with their work
mapfile -t airs < <(pgrep -f -- "$station/.*air --site|air --site .*$station" || true)
[[ ${#airs[@]} -eq 7 ]] || { echo "bench: ${#airs[@]} air processes instead of 7" >&2; tail -5 "$dir/said" >&2; exit 1; }
ticks() { local sum=0 pid; for pid in "${airs[@]}"; do set -- $(sed 's/.*) //' "/proc/$pid/stat"); sum=$((sum + ${12} + ${13})); done; echo $sum; }
before=$(ticks); sleep 60; after=$(ticks)
share=$(awk -v t=$((after - before)) 'BEGIN { printf "%.1f", t / 60 }')
hour=$(awk -v t=$((after - before)) 'BEGIN { printf "%.1f", t / 100 / 60 * 3600 / 7 }')
memory=$(for pid in "${airs[@]}"; do awk '/VmRSS/ { print $2 }' "/proc/$pid/status"; done | sort -n | tail -1)

# The air beside ingest: eight files at once on every processor, while all sites play. What a site lost would stand in its
# vitals, and the latest of all blocks in the trace of its end.
for n in 1 2 3 4 5 6 7 8; do
  ffmpeg -v error -f lavfi -i "anoisesrc=color=pink:amplitude=0.2:duration=300:sample_rate=44100:seed=$n" -ac 2 "$dir/load-$n.wav"
done
cpus=$(cpu_of "$mikado" ingest --config "$station/mikado.toml" --language fr --title "Charge" "$dir"/load-*.wav)
vitals() { curl -s --unix-socket "$1" http://site/vitals; }
lost=0
for socket in "$station"/sites/*/air.sock; do
  missing=$(vitals "$socket" | jq '.underrun_frames + ([.outputs[].lost_frames] | add)')
  lost=$((lost + missing))
done
kill -INT "$launcher"; wait "$launcher" 2>/dev/null || true; launcher=
late=$(grep -o 'late_worst=[0-9.]*[µm]\?s' "$dir/said" | sed 's/late_worst=//' |
  awk '{ v = $1 + 0; if ($1 ~ /µs/) v /= 1000; else if ($1 !~ /ms/) v *= 1000; if (v > worst) worst = v } END { printf "%.1f", worst }')

# --- one channel beside Liquidsoap, from the same files
bash setup/bench-air.sh "$mikado" "$station"

# --- one audio hour through the encoders and through ingest -------------------------------------------------------------
ffmpeg -v error -f lavfi -i "anoisesrc=color=pink:amplitude=0.1:duration=1200:sample_rate=48000[a];sine=f=330:d=1200:r=48000,volume=-12dB[b];[a][b]amix" \
  -ac 2 "$dir/sound.wav"
encoders=$(cpu_of ffmpeg -v error -y -i "$dir/sound.wav" -c:a libopus -b:a 96k "$dir/o.ogg" -c:a libmp3lame -b:a 128k "$dir/o.mp3")
encoders=$(awk -v s="$encoders" 'BEGIN { printf "%.1f", s * 3 }')
row "on air, 7 sites with Opus 96k and MP3 128k: % of one core" "$share" "-" "-"
row "on air, per site-hour: cpu s (other: ffmpeg's encoders alone)" "$hour" "$encoders" "$(ratio "$hour" "$encoders")"
row "on air beside ingest ($cpus cpu s of it), 7 sites: frames lost" "$lost" "-" "-"
row "  the same: latest block since the start, ms (10 ms each)" "$late" "-" "-"
row "on air, largest site process: MiB resident" "$((memory / 1024))" "-" "-"

# Ingest: decode, all measurements with true peak, canonical FLAC, waveform, hashes and card, of 20 minutes that are neither
# steady nor alike on both sides. The others only measure; LibreTime's analyser takes a pass for each question.
ffmpeg -v error -y -i "$dir/sound.wav" -filter_complex "[0:a]asplit[a][b];[b]adelay=37|53,volume=0.7,tremolo=f=0.4:d=0.8[c];[a]tremolo=f=0.15:d=0.5[d];[d][c]amix=normalize=0" \
  -ar 44100 "$dir/wide.wav"
ffmpeg -v error -y -i "$dir/wide.wav" -ac 1 -ar 48000 "$dir/narrow.wav"
lame --quiet -b 128 "$dir/wide.wav" "$dir/stereo.mp3"
lame --quiet -m m -b 64 "$dir/narrow.wav" "$dir/mono.mp3"
analysed() {
  ffmpeg -v error -i "$1" -af silencedetect=n=-60dB:d=3 -f null - &&
    ffmpeg -v error -i "$1" -af ebur128=peak=true -f null - &&
    ffmpeg -v error -i "$1" -af replaygain -f null -
}
export -f analysed
# beside NAME COMMAND…: what a peer spends on $file, next to $ours.
beside() {
  local theirs
  theirs=$(cost_of "${@:2}")
  row "ingest, hour of $channels MP3: cpu s (other: $1)" "$(hour_of "$ours")" "$(hour_of "$theirs")" \
    "$(ratio "$(hour_of "$ours")" "$(hour_of "$theirs")")"
  row "  the same: MiB at most" "$(mib_of "$ours")" "$(mib_of "$theirs")" "$(ratio "$(mib_of "$ours")" "$(mib_of "$theirs")")"
}
for channels in stereo mono; do
  file=$dir/$channels.mp3
  ours=$(cost_of "$mikado" ingest --config "$station/mikado.toml" --language fr --title "Banc $channels" --json "$file")
  beside "ffmpeg ebur128" ffmpeg -v error -i "$file" -af ebur128=peak=true -f null -
  beside "loudgain" loudgain -q "$file"
  beside "three passes of ffmpeg" bash -c "analysed $file"
done

# Several files: a process for each, as many at once as there are processors.
lame --quiet -b 112 "$dir/wide.wav" "$dir/first.mp3"
lame --quiet -b 96 "$dir/wide.wav" "$dir/second.mp3"
taken_in() { "$mikado" ingest --config "$station/mikado.toml" --language fr --title "Banc" --asset "$1" --json "$2"; }
one=$(wall_of taken_in banc-un "$dir/first.mp3")
two=$(wall_of taken_in banc-deux "$dir/second.mp3")
mv "$dir/first.mp3" "$dir/third.mp3"
mv "$dir/second.mp3" "$dir/fourth.mp3"
both=$(wall_of "$mikado" ingest --config "$station/mikado.toml" --language fr --title "Banc" --json "$dir/third.mp3" "$dir/fourth.mp3")
row "ingest, two files of 20 minutes at once: wall s (other: in turn)" "$both" "$(awk -v a="$one" -v b="$two" 'BEGIN { print a + b }')" \
  "$(ratio "$both" "$(awk -v a="$one" -v b="$two" 'BEGIN { print a + b }')")"

render=$(cpu_of "$mikado" render --config "$station/mikado.toml" --site GAO --from 2026-11-24T08:11:00Z --for 5m --out "$dir/r.wav")
row "render, an hour of programme: cpu s" "$(awk -v s="$render" 'BEGIN { printf "%.1f", s * 12 }')" "-" "-"

# --- the library --------------------------------------------------------------------------------------------------------
cargo run --locked --quiet --release -p media --example library -- 100000
