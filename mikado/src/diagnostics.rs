//! Diagnostics of the processes: a trace to standard error that no thread ever waits for.
//!
//! Standard error may be a pipe that nobody reads. So lines go through a bounded channel to a writer thread; when it is
//! full they are dropped and counted. Short commands write straight away, since they end before a thread would.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::args::Command;

/// About four seconds of the busiest trace seen; more would only delay the news.
const LINES_MAX: usize = 1024;

/// Starts the trace for this command: warnings only, or what `MIKADO_TRACE` says (`info`, `mikado=debug,media=trace`).
pub fn start(command: &Command) {
    let filter = EnvFilter::try_from_env("MIKADO_TRACE").unwrap_or_else(|_| EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_target(false).log_internal_errors(false);
    // A second start happens only in tests, where the first one serves.
    let _ = if command.is_long_lived() {
        builder.with_ansi(false).with_writer(Patient::start()).try_init()
    } else {
        builder.without_time().with_ansi(io::stderr().is_terminal()).with_writer(io::stderr).try_init()
    };
    say_panics_as_sentences();
}

fn say_panics_as_sentences() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("without a name").to_owned();
        let place = panic.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
        let why = panic.payload_as_str().unwrap_or("without a message");
        tracing::error!("thread {name} stopped by a fault{place}: {why}");
        // The process may end before the writer thread comes to it.
        let _ = writeln!(io::stderr(), "mikado: thread {name} stopped by a fault{place}: {why}");
    }));
}

/// A writer that hands lines on and never waits.
#[derive(Clone)]
struct Patient {
    lines: SyncSender<Vec<u8>>,
    dropped: Arc<AtomicU64>,
}

static WRITER: OnceLock<Patient> = OnceLock::new();

impl Patient {
    fn start() -> Self {
        WRITER
            .get_or_init(|| {
                let (lines, waiting) = sync_channel(LINES_MAX);
                let dropped = Arc::new(AtomicU64::new(0));
                let counted = Arc::clone(&dropped);
                let spawned = std::thread::Builder::new()
                    .name("trace".to_owned())
                    .stack_size(128 * 1024)
                    .spawn(move || write_out(&waiting, &counted));
                drop(spawned);
                Self { lines, dropped }
            })
            .clone()
    }
}

fn write_out(waiting: &Receiver<Vec<u8>>, dropped: &AtomicU64) {
    while let Ok(line) = waiting.recv() {
        let mut out = io::stderr().lock();
        let lost = dropped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(out, "({lost} lines of trace dropped: nobody read them)");
        }
        let _ = out.write_all(&line);
    }
}

impl Write for Patient {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.lines.try_send(line.to_vec()) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Patient {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
