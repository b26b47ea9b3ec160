"""The multiplex of every site of the station, measured: `sites.py MIKADO DIR [STATION]`, one line each, by nothing of Mikado's own.

Levels by numpy, groups by receive.py's decoder and, where it is installed, by redsea, whose word on PI, name, frequencies, country, language and
tags is compared with the station file. The RDS is what `mikado mpx` is told, so that every element is there within the time.
"""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
from scipy.io import wavfile

SECONDS = 65
mikado, folder = sys.argv[1], Path(sys.argv[2])
station = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(__file__).parents[2] / "demo/reference_week.toml"
sites = tomllib.loads(station.read_text())["site"]
mhz = [site["freq_mhz"] for site in sites]
here = Path(__file__).parent
missed = 0


def told_by_redsea(mpx):
    """What redsea says: groups, errors, and the last word on each element."""
    lines = subprocess.run(["redsea", "--bler", "-f", str(mpx)], capture_output=True, text=True, check=False).stdout.splitlines()
    groups = [json.loads(line) for line in lines]
    last = {}
    for group in groups:
        last.update(group)
    return groups, last


def measured(site):
    mpx = folder / f"{site['id']}.wav"
    at = ",".join(f"{f:.1f}" for f in sorted(set(mhz)))
    subprocess.run(
        [mikado, "--lang", "en", "mpx", "--in", str(folder / "programme.wav"), "--out", str(mpx), "--pi", site["rds_pi"]]
        + ["--ps", site["rds_ps"], "--rt", f"Éé {site['name']} 94 95 16 63", "--tag", "phone=94 95 16 63", "--af", at]
        + ["--pty", "1", "--ecc", "D0", "--language", "0F", "--at", "2026-11-24T23:59:30Z"],
        check=True,
        capture_output=True,
    )
    rate, samples = wavfile.read(mpx)
    samples = samples.astype(np.float64)
    n = np.arange(10 * rate)
    tone = lambda hz: 2 * abs(np.mean(samples[: len(n)] * np.exp(-2j * np.pi * hz * n / rate)))
    sums = np.cumsum(np.concatenate([[0], (75 * samples) ** 2]))
    power = 10 * np.log10((sums[60 * rate :] - sums[: -60 * rate]).max() / 60 / rate / (19**2 / 2))
    peak = 75 * abs(samples).max()
    decoded = subprocess.run([sys.executable, here / "receive.py", mpx], capture_output=True, text=True, check=False)
    words = decoded.stdout.split()
    figures = [f"{100 * tone(19_000):.2f} %", f"{peak:.2f} kHz", f"{power:+.2f} dBr", f"{words[1]}/{words[4]}"]
    fine = decoded.returncode == 0 and abs(tone(19_000) - 0.09) <= 0.001 and peak <= 75
    if shutil.which("redsea"):
        groups, last = told_by_redsea(mpx)
        tags = [tag["data"] for g in groups for tag in g.get("radiotext_plus", {}).get("tags", [])]
        right = {
            "PI": last.get("pi", "").lower() == site["rds_pi"].lower(),
            "PS": last.get("ps", "").strip() == site["rds_ps"],
            "RT": any(g.get("radiotext", "").startswith(f"Éé {site['name']}") for g in groups),
            "AF": any(set(g.get("alt_frequencies_a", [])) == {round(f * 1000) for f in mhz} for g in groups),
            "ECC": last.get("country") == "ml",
            "LA": last.get("language") == "French",
            "CT": any(g.get("clock_time", "").startswith("2026-11-25T00:00") for g in groups),
            "RT+": "94 95 16 63" in tags,
        }
        wrong = [name for name, is_right in right.items() if not is_right]
        figures += [f"{len(groups)} groups", "all right" if not wrong else "not " + " ".join(wrong)]
        fine = fine and not wrong
    mpx.unlink()
    return figures, fine


subprocess.run(
    ["sox", "-R", "-n", "-r", "48000", "-c", "2", folder / "programme.wav", "synth", str(SECONDS), "pinknoise", "pinknoise", "gain", "-8"], check=True
)
heads = ["pilot", "peak", "worst 60 s", "groups whole/not"] + (["redsea", "PI PS RT AF ECC LA CT RT+"] if shutil.which("redsea") else [])
print("site  MHz    PI      " + "  ".join(f"{head:>16}" for head in heads))
for site in sites:
    figures, fine = measured(site)
    missed += not fine
    mark = "" if fine else "  ✗"
    print(f"{site['id']:4}  {site['freq_mhz']:5.1f}  {site['rds_pi']}  " + "  ".join(f"{figure:>16}" for figure in figures) + mark)
sys.exit(f"{missed} sites are not right" if missed else 0)
