//! The windows of filters and spectra.

use std::f64::consts::PI;

/// The Kaiser window at `x` from −1 to 1, highest (1) in the middle; `beta` trades width for what lies beside.
pub fn kaiser(x: f64, beta: f64) -> f64 {
    bessel(beta * (1.0 - x * x).max(0.0).sqrt()) / bessel(beta)
}

/// The modified Bessel function of the first kind and order zero, by its series.
fn bessel(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..=64 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}

/// The Hann window of `length` points, periodic.
pub fn hann(length: usize) -> Vec<f32> {
    (0..length).map(|i| (0.5 - 0.5 * (2.0 * PI * i as f64 / length as f64).cos()) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bessel_function_is_that_of_the_tables() {
        for (x, want) in [(0.0, 1.0), (1.0, 1.266_065_877_752_008), (10.0, 2_815.716_628_466_254)] {
            assert!((bessel(x) / want - 1.0).abs() < 1e-12, "{x}");
        }
        assert!((kaiser(0.0, 9.0) - 1.0).abs() < 1e-12 && kaiser(1.0, 9.0) < 1e-3);
    }
}
