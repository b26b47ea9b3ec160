#!/usr/bin/env bash
# Holds a week of all sites as XMLTV against the DTD of the XMLTV project.
#
# The DTD is under the GPL and is not kept here: it is read out of Debian's package for the length of this run, without
# installing what that package depends on. A schema of TS 102 818 is used when it is named: SPI_XSD=/path/to/spi.xsd
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
apt-get download -qq xmltv-util libxml2-utils
for package in ./*.deb; do dpkg-deb -x "$package" packages; done
lint=packages/usr/bin/xmllint

(cd "$here" && cargo run --locked -q -p scheduler --example feeds -- "$work/feeds")
cp packages/usr/share/xmltv/xmltv.dtd feeds/
"$lint" --noout --valid feeds/reseau.xml
echo "XMLTV: valid against the DTD of $(dpkg-deb -f ./xmltv-util*.deb Package Version | paste -sd' ')"
for one in feeds/*.si.xml; do "$lint" --noout "$one"; done
if [ -n "${SPI_XSD:-}" ]; then
  "$lint" --noout --schema "$SPI_XSD" feeds/*.si.xml
else
  echo "RadioDNS SI: well-formed; name the schema by SPI_XSD=… to hold it against that too"
fi
