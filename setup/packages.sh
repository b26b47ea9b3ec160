#!/usr/bin/env bash
# Installs the Debian packages that are missing: `packages.sh build`, `packages.sh test` (which includes build),
# `packages.sh bench` (which includes both) or `packages.sh signal` (build, and receivers of FM).
#
# A machine that has everything pays one look at dpkg's list. As root, or through sudo, it installs; otherwise it prints
# the exact command and stops with code 3.
set -euo pipefail

# Needed to build and run. A word is a package; `command=package` is satisfied by the command, wherever it comes from,
# so that a Node or a compiler from elsewhere is kept.
build_list=(
  cc=build-essential c++=build-essential make=make cmake=cmake pkg-config=pkg-config # libopus, LAME and SQLite are built from source
  autoconf=autoconf automake=automake libtoolize=libtool                               # LAME's own build
  libasound2-dev                                                                        # sound cards
  node=nodejs npm=npm                                                                   # the front end's bundler
  ca-certificates                                                                       # cargo and npm speak TLS
)

# Needed by the tests on top: tools that are not ours, as witnesses.
test_list=(
  snmpd=snmpd snmptrap=snmp                                                              # a transmitter's agent
  python3-pymodbus python3-serial-asyncio                                               # its units of Modbus (the second is only imported)
  ffmpeg=ffmpeg sox=sox opusinfo=opus-tools flac=flac lame=lame ogginfo=vorbis-tools icecast2=icecast2
  pdftotext=poppler-utils                                                                # reads the attestations
  glpsol=glpk-utils                                                                      # bounds what breaks can hold
  chromium=chromium chromedriver=chromium-driver
  pulseaudio=pulseaudio libasound2-plugins
  gst-launch-1.0=gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good # good decodes MP3 by mpg123
  fonts-dejavu-core ss=iproute2 runuser=util-linux setpriv=util-linux                                       # icecast refuses to run as root
)

# Needed by the measurements on top: the peers that the work is compared with.
bench_list=(time=time loudgain=loudgain jq=jq curl=curl liquidsoap=liquidsoap gr-rds python3-numpy)

# Needed to judge the signal: GNU Radio is far too large for every test run.
signal_list=(sox=sox gr-rds python3-numpy python3-scipy)

wanted=("${build_list[@]}")
case "${1:-}" in
  build) ;;
  test) wanted+=("${test_list[@]}") ;;
  bench) wanted+=("${test_list[@]}" "${bench_list[@]}") ;;
  signal) wanted+=("${signal_list[@]}") ;;
  *) echo "usage: $0 build|test|bench|signal" >&2; exit 2 ;;
esac

# Fills `missing` with the packages that are neither there as a command nor installed.
find_missing() {
  missing=()
  local packages=() word installed
  for word in "${wanted[@]}"; do
    if [[ $word == *=* ]]; then
      command -v "${word%%=*}" >/dev/null 2>&1 || PATH="$PATH:/usr/sbin:/sbin" command -v "${word%%=*}" >/dev/null 2>&1 \
        || missing+=("${word#*=}")
    else
      packages+=("$word")
    fi
  done
  installed=" $(dpkg-query -W -f='${db:Status-Abbrev}${Package} ' "${packages[@]}" 2>/dev/null || true)"
  for word in "${packages[@]}"; do
    [[ $installed == *" ii $word "* ]] || missing+=("$word")
  done
}

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "setup: this is not a Debian system; install the equivalents of: ${wanted[*]#*=}" >&2
  exit 0
fi

find_missing
[[ ${#missing[@]} -eq 0 ]] && exit 0

missing=($(printf '%s\n' "${missing[@]}" | sort -u)) # package names hold no blanks
install="apt-get install -y --no-install-recommends ${missing[*]}"
as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    as_root=(sudo)
  else
    echo "setup: packages are missing and only root can install them. Run this as root, then start again:" >&2
    echo "  apt-get update && $install" >&2
    exit 3
  fi
fi

echo "setup: installing ${missing[*]}" >&2
# Noninteractive: icecast2 would ask for passwords. RUNLEVEL=1: no service (icecast2) is started on this machine.
quiet_apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"
}
quiet_apt update -q
quiet_apt install -q -y --no-install-recommends "${missing[@]}"

find_missing
if [[ ${#missing[@]} -ne 0 ]]; then
  echo "setup: still missing after the installation: ${missing[*]}" >&2
  exit 3
fi
