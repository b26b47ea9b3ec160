//! The right to be on time.

use domain::SAMPLE_RATE_HZ;

/// Asks the system to run this thread before all ordinary ones (`SCHED_FIFO`, priority 10) and says whether it agreed.
///
/// Refusal is ordinary on machines where nobody set `LimitRTPRIO`; the air then runs as well as the machine's load allows.
/// Threads and processes started from it do not inherit the right.
pub fn take_real_time() -> bool {
    audio_thread_priority::promote_current_thread_to_real_time(0, SAMPLE_RATE_HZ).is_ok()
}
