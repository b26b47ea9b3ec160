"""Measures `mikado mpx` as a regulator would: `measure.py MIKADO DIR`. Stops with an error where a figure is not kept."""

import json
import subprocess
import sys

import numpy as np
from scipy import signal
from scipy.io import wavfile

MIKADO, DIR = sys.argv[1], sys.argv[2]
RATE = 192_000
TAU_S = 50e-6
missed = []


def held(holds, text):
    """Prints a figure, and remembers it when it is not kept."""
    print(("  " if holds else "! ") + text)
    if not holds:
        missed.append(text)


def made(left, right, *arguments):
    """The multiplex of two channels at 48 kHz, and what the program says of it."""
    sound, out = f"{DIR}/sound.wav", f"{DIR}/mpx.wav"
    wavfile.write(sound, 48_000, np.stack([left, right], 1).astype(np.float32))
    command = [MIKADO, "--json", "mpx", "--in", sound, "--out", out, "--pi", "0x5401", "--ps", "MIKADO", *arguments]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["signal"]
    rate, samples = wavfile.read(out)
    assert rate == RATE
    return samples.astype(np.float64), said


def received(mpx):
    """Left and right, by the pilot that is found in the multiplex."""
    narrow = signal.butter(2, [18_800, 19_200], "band", fs=RATE, output="sos")
    phase = np.unwrap(np.angle(signal.hilbert(signal.sosfiltfilt(narrow, mpx)))) + np.pi / 2
    low_pass = signal.firwin(3001, 17_000, fs=RATE, window=("kaiser", 12))
    both = signal.fftconvolve(mpx, low_pass, "same")
    difference = signal.fftconvolve(2 * mpx * np.sin(2 * phase), low_pass, "same")
    hz = np.polyfit(np.arange(RATE) / RATE, phase[RATE : 2 * RATE], 1)[0] / 2 / np.pi
    middle = slice(RATE // 2, RATE // 2 + 3 * RATE)
    return (both + difference)[middle], (both - difference)[middle], hz


def level(samples, hz):
    window = signal.windows.blackmanharris(len(samples))
    turns = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / RATE)
    return abs(np.sum(samples * window * turns)) * 2 / np.sum(window)


def db(ratio):
    return 20 * np.log10(max(ratio, 1e-12))


def emphasis(hz):
    return np.sqrt(1 + (2 * np.pi * hz * TAU_S) ** 2)


def channels():
    t = np.arange(4 * 48_000) / 48_000
    silence, reference = np.zeros_like(t), None
    for hz in (1_000, 30, 50, 100, 400, 3_150, 6_300, 10_000, 12_500, 14_500, 15_000):
        mpx, _ = made(0.1 * np.sin(2 * np.pi * hz * t), silence)
        left, right, pilot_hz = received(mpx)
        own, other = level(left, hz) / emphasis(hz), level(right, hz) / emphasis(hz)
        if reference is None:
            reference = own
            pilot = level(mpx[RATE:], 19_000)
            held(abs(pilot - 0.09) <= 0.001 and abs(pilot_hz - 19_000) <= 0.1, f"pilot {100 * pilot:.3f} % at {pilot_hz:.4f} Hz")
            held(db(level(mpx[RATE:], 38_000)) <= -70, f"38 kHz at {db(level(mpx[RATE:], 38_000)):.0f} dB")
        response, separation = db(own / reference), db(own / other)
        fine = (hz > 14_500 or abs(response) <= 0.1) and separation >= (60 if hz <= 10_000 else 50)
        held(fine, f"{hz:6d} Hz: response {response:+.4f} dB, separation {separation:.0f} dB")
    mpx, _ = made(*[0.7 * np.sin(2 * np.pi * 1_000 * t)] * 2)
    left = received(mpx)[0]
    spectrum = np.abs(np.fft.rfft(left * signal.windows.blackmanharris(len(left)))) ** 2
    hz = np.fft.rfftfreq(len(left), 1 / RATE)
    spectrum /= emphasis(hz) ** 2
    tone, heard = abs(hz - 1_000) < 5, (hz >= 20) & (hz <= 15_000)
    thd = 100 * np.sqrt(spectrum[heard & ~tone].sum() / spectrum[tone].sum())
    held(thd <= 0.02, f"THD+N {thd:.5f} % at 1 kHz")


def hostile():
    t, random = np.arange(8 * 48_000) / 48_000, np.random.default_rng(1)
    square = lambda hz: np.sign(np.sin(2 * np.pi * hz * t))
    clipped = np.clip(4 * np.sin(2 * np.pi * 90 * t) + random.standard_normal(len(t)), -1, 1)
    burst = np.sin(2 * np.pi * 15_000 * t) * ((7 * t) % 1 < 0.3)
    noise = lambda: random.uniform(-1, 1, len(t))
    rows = {
        "squares of 100 Hz": (square(100), square(100)),
        "squares of 3 kHz, L = -R": (square(3_000), -square(3_000)),
        "bursts of 15 kHz": (burst, burst),
        "a clipped master, L = -R": (clipped, -clipped),
        "clipped masters": (clipped, np.clip(3 * noise(), -1, 1)),
        "noise to 24 kHz": (noise(), noise()),
    }
    for name, sound in rows.items():
        mpx, said = made(*sound)
        mpx = mpx[RATE // 2 :]
        finer = signal.resample_poly(mpx, 8, 1, window=("kaiser", 12))[16_000:-16_000]
        peak = 75 * max(abs(mpx).max(), abs(finer).max())
        hz, density = signal.welch(mpx, RATE, "blackmanharris", 32_768)
        power = lambda low, high: 10 * np.log10(density[(hz >= low) & (hz <= high)].sum() * hz[1] / 0.5)
        guards = [power(16_500, 18_500), power(19_500, 21_500), power(60_000, 96_000)]
        fine = peak <= 75.0 and said["ceiling_hits"] == 0 and max(guards) <= -75
        held(fine, f"{name}: peak {peak:.2f} kHz, guard bands {guards[0]:.0f} and {guards[1]:.0f} dB, above 60 kHz {guards[2]:.0f} dB")


def minutes():
    random = np.random.default_rng(2)
    t = np.arange(200 * 48_000) / 48_000
    sound = signal.lfilter([1], [1, -0.95], random.standard_normal(len(t)))
    sound = np.clip(4 * sound / abs(sound).max(), -1, 1) * np.where((t // 37) % 2 < 1, 1, 0.05)
    for limit in (-2, 0):
        mpx, _ = made(sound, sound, "--power-max-dbr", str(limit))
        sums = np.cumsum(np.concatenate([[0], (75 * mpx) ** 2]))
        worst = 10 * np.log10((sums[60 * RATE :] - sums[: -60 * RATE]).max() / 60 / RATE / (19**2 / 2))
        held(worst <= limit, f"BS.412 at {limit} dBr: the worst 60 s from any sample on {worst:.2f} dBr")


channels()
hostile()
minutes()
sys.exit(f"{len(missed)} figures are not kept" if missed else 0)
