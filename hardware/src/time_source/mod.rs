//! Where the time comes from: the daemon that keeps the machine's clock, a receiver of satellites, the clock with the battery;
//! and whether they agree.

mod agreement;
mod gpsd;
mod rtc;
mod tracking;

pub use agreement::{APART_MAX, Agreement, Opinion, Source, Standing};
pub use gpsd::{Gpsd, NoFix};
pub use rtc::rtc_ahead;
pub use tracking::Tracking;
