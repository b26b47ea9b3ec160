#!/usr/bin/env bash
# One channel beside Liquidsoap: `bench-air.sh MIKADO STATION`. Both play the same files at the same time, into one local Icecast, as MP3 128k
# (LAME quality 5) and Opus 96k (complexity 10) at 48 kHz, for a minute; what counts is the processor time of each, and its memory.
#
# STATION is the folder of a demonstration that has made its sound; its own processes have ended.
set -euo pipefail
mikado=$(realpath "$1")
station=$(realpath "$2")
at=2026-11-24T08:11:00Z
seconds=60
dir=$(mktemp -d "${TMPDIR:-/tmp}/mikado-bench-air.XXXXXX")
chmod 777 "$dir"
pids=()
end() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  rm -rf "$dir" "$station/one.toml"
}
trap end EXIT

port=18310
cat >"$dir/icecast.xml" <<XML
<icecast><limits><clients>20</clients><sources>9</sources></limits>
<authentication><source-password>banc</source-password><admin-password>banc</admin-password></authentication>
<hostname>localhost</hostname><listen-socket><port>$port</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><basedir>$dir</basedir><logdir>$dir</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
<logging><errorlog>error.log</errorlog><accesslog>access.log</accesslog></logging><security><chroot>0</chroot></security></icecast>
XML
# Icecast and Liquidsoap refuse to run as root; root lends them to nobody.
as_nobody=()
[[ $(id -u) -ne 0 ]] || as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$dir")
"${as_nobody[@]}" icecast2 -c "$dir/icecast.xml" >/dev/null 2>&1 &
pids+=($!)

# The site's next half hour, in its order, as files that nobody has to search for.
"$mikado" plan --config "$station/mikado.toml" --site GAO --day "${at%T*}" --json >"$dir/plan.json"
jq -r --arg at "$at" '[.entries[] | select(.ends > $at and .hash != null) | .hash] | .[:40][]' "$dir/plan.json" | while read -r hash; do
  file=$station/shelf/${hash:0:2}/$hash.flac
  [[ ! -e $file ]] || { cp -n "$file" "$dir/" && echo "$dir/$hash.flac"; }
done >"$dir/list.m3u"
[[ -s $dir/list.m3u ]] || { echo "bench: no sound of this station lies ready" >&2; exit 1; }
chmod -R a+rX "$dir"

cat >"$station/one.toml" <<TOML
[[site]]
id = "GAO"
[site.aircheck]
opus = "off"
[[site.icecast]]
url = "http://127.0.0.1:$port"
mount = "/mikado.opus"
password = "banc"
[[site.icecast]]
url = "http://127.0.0.1:$port"
mount = "/mikado.mp3"
password = "banc"
TOML
cat >"$dir/channel.liq" <<LIQ
set("log.stdout", false)
set("log.file", false)
set("frame.audio.samplerate", 48000)
s = playlist(mode="normal", reload_mode="never", "$dir/list.m3u")
s = crossfade(fade_in=0.2, fade_out=0.2, duration=1., s)
s = normalize(s)
s = mksafe(s)
output.icecast(%mp3(bitrate=128, samplerate=48000, stereo=true, internal_quality=5), host="127.0.0.1", port=$port, password="banc", mount="liquidsoap.mp3", s)
output.icecast(%opus(bitrate=96, vbr="constrained", complexity=10, application="audio", channels=2, samplerate=48000), host="127.0.0.1", port=$port, password="banc", mount="liquidsoap.opus", s)
LIQ
shift_ms=$((($(date -d "$at" +%s) - $(date +%s)) * 1000)) # as a demonstration tells its processes
"$mikado" air --config "$station/one.toml" --clock-shift-ms "$shift_ms" --site GAO >"$dir/mikado.said" 2>&1 &
ours=$!
"${as_nobody[@]}" liquidsoap "$dir/channel.liq" >"$dir/liquidsoap.said" 2>&1 &
theirs=$!
pids+=("$ours" "$theirs")
sleep 15 # both have started, opened their files and filled what they read ahead
ticks() { set -- $(sed 's/.*) //' "/proc/$1/stat"); echo $((${12} + ${13})); }
mounts=$(curl -s "http://127.0.0.1:$port/status-json.xsl" | grep -o '"listenurl":"[^"]*"' | wc -l)
[[ $mounts -eq 4 ]] || { echo "bench: $mounts mounts instead of 4" >&2; tail -5 "$dir"/*.said >&2; exit 1; }
before=("$(ticks $ours)" "$(ticks $theirs)"); sleep $seconds; after=("$(ticks $ours)" "$(ticks $theirs)")
hour() { awk -v t="$1" -v s=$seconds 'BEGIN { printf "%.1f", t / 100 / s * 3600 }'; }
mib() { awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
row() { printf '%-58s %12s %12s %8s\n' "$1" "$2" "$3" "$(ratio "$2" "$3")"; }
row "one channel to Icecast, per hour: cpu s (other: Liquidsoap)" "$(hour $((after[0] - before[0])))" "$(hour $((after[1] - before[1])))"
row "  the same: MiB resident" "$(mib $ours)" "$(mib $theirs)"
