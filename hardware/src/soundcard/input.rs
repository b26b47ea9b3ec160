//! A sound card's input: named, paced by itself, given up at once when it is gone.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use cpal::StreamConfig;
use cpal::traits::{DeviceTrait, StreamTrait};
use domain::{Frames, SAMPLE_RATE_HZ};

use super::{CardError, CardHealth, CardName, POLL, Watch, asked, find, hear, no_stream, refused};
use crate::priority;

/// An open input. It hands sound to the closure, in its own thread, until it is dropped or fails.
pub struct CardInput {
    _stream: cpal::Stream,
    watch: Arc<Watch>,
}

impl CardInput {
    /// Opens the input at 48 kHz stereo. May block for seconds: call it from a thread that can wait.
    ///
    /// `take` is called from the card's thread with what came and must follow the real-time rules.
    ///
    /// # Errors
    /// When there is no such card now, or it cannot do that; [`CardError::NoPeriod`] where another period would do.
    pub fn open(
        name: &CardName,
        period: Option<Frames>,
        mut take: impl FnMut(&[[f32; 2]]) + Send + 'static,
    ) -> Result<Self, CardError> {
        let device = find(name)?;
        let config = StreamConfig { channels: 2, sample_rate: SAMPLE_RATE_HZ, buffer_size: asked(period, 1) };
        let watch = Arc::new(Watch::default());
        let (sees, hears) = (Arc::clone(&watch), Arc::clone(&watch));
        let mut ask = name.is_hardware();
        let stream = device
            .build_input_stream(
                config,
                move |sound: &[f32], _: &cpal::InputCallbackInfo| {
                    if ask {
                        ask = false;
                        sees.real_time.store(priority::take_real_time(), Relaxed);
                    }
                    let (frames, _) = sound.as_chunks();
                    take(frames);
                    sees.taken.fetch_add(frames.len() as u64, Relaxed);
                },
                move |error: cpal::Error| hear(&hears, &error),
                Some(POLL),
            )
            .map_err(|e| no_stream(name, period, &e))?;
        stream.play().map_err(|e| refused(name, &e))?;
        Ok(Self { _stream: stream, watch })
    }

    /// How it fares now.
    pub fn health(&self) -> CardHealth {
        self.watch.health(1)
    }
}
