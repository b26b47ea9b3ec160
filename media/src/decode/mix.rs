//! Any number of channels onto one or two, and numbers that are none onto zero.

/// Puts interleaved `samples` of `from` channels onto `to` (1 or 2) channels, appending to `out`.
///
/// Surround is folded by ITU-R BS.775 (centre and surrounds at −3 dB, no LFE), scaled so that it cannot clip; the order
/// is that of WAV and FLAC: L R C LFE Ls Rs.
pub fn fold(samples: &[f32], from: usize, to: usize, out: &mut Vec<f32>) {
    match (from, to) {
        (a, b) if a == b => out.extend_from_slice(samples),
        (1, _) => out.extend(samples.iter().flat_map(|s| [*s, *s])),
        (2, _) => out.extend(samples.chunks_exact(2).map(|f| (f[0] + f[1]) * 0.5)),
        _ => {
            for frame in samples.chunks_exact(from.max(1)) {
                let [left, right] = surround(frame);
                if to == 2 { out.extend([left, right]) } else { out.push((left + right) * 0.5) }
            }
        }
    }
}

fn surround(frame: &[f32]) -> [f32; 2] {
    const SIDE: f32 = std::f32::consts::FRAC_1_SQRT_2;
    const SCALE: f32 = 1.0 / (1.0 + 2.0 * SIDE);
    let at = |i: usize| frame.get(i).copied().unwrap_or(0.0);
    // Four channels are quadrophonic, without a centre.
    let (centre, back) = match frame.len() {
        3 => (at(2), None),
        4 => (0.0, Some(2)),
        5 => (at(2), Some(3)),
        _ => (at(2), Some(4)),
    };
    let rear = |side: usize| back.map_or(0.0, |b| at(b + side));
    [(at(0) + SIDE * (centre + rear(0))) * SCALE, (at(1) + SIDE * (centre + rear(1))) * SCALE]
}

/// Puts zeros where there are no numbers, and answers how many.
pub fn heal(samples: &mut [f32]) -> u64 {
    let mut healed = 0;
    for s in samples.iter_mut().filter(|s| !s.is_finite()) {
        *s = 0.0;
        healed += 1;
    }
    healed
}
