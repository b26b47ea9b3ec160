#!/bin/sh
# Speaks every line of texts.tsv and packs the recordings: voices.opus (one Ogg/Opus recording after another, so that
# any player plays the whole file) and index.tsv (where each begins). The same tools give the same bytes.
# Needs espeak-ng, sox and opusenc. No telephone number is ever spoken: texts.tsv carries none, and a test holds that.
set -eu
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for tool in espeak-ng sox opusenc; do
    command -v "$tool" >/dev/null || { echo "make.sh: $tool is missing (apt install espeak-ng sox opus-tools)" >&2; exit 2; }
done

tab=$(printf '\t')
: >"$work/voices.opus"
printf 'kind\tid\tfrom_bytes\tlength_bytes\n' >"$work/index.tsv"
from=0
serial=0
tail -n +2 "$here/texts.tsv" >"$work/lines"
while IFS="$tab" read -r kind id text; do
    serial=$((serial + 1))
    case $kind in
        jingle | site | bed) voice=fr+f3 ;;
        *) voice=fr+f2 ;;
    esac
    espeak-ng -v "$voice" -s 150 -g 2 -w "$work/said.wav" -- "$text"
    # Edges trimmed, rumble and hiss off, one loudness, 20 ms fades: the clip can be laid over a bed as it is.
    sox -R "$work/said.wav" -r 48000 -c 1 -b 16 "$work/clip.wav" \
        silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse \
        highpass 110 lowpass 7500 gain -n -10 compand 0.01,0.15 6:-50,-30,-22,-16,-12,-8,0,-5 0 -60 gain -n -4 fade q 0.02 reverse fade q 0.04 reverse
    opusenc --quiet --bitrate 20 --framesize 60 --comp 10 --serial "$serial" --discard-comments "$work/clip.wav" "$work/clip.opus"
    length=$(wc -c <"$work/clip.opus")
    printf '%s\t%s\t%s\t%s\n' "$kind" "$id" "$from" "$length" >>"$work/index.tsv"
    cat "$work/clip.opus" >>"$work/voices.opus"
    from=$((from + length))
done <"$work/lines"
mv "$work/index.tsv" "$here/index.tsv"
mv "$work/voices.opus" "$here/voices.opus"
echo "voices.opus: $serial recordings, $from bytes"
