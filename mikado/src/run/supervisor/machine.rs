//! The machine's watchdog, fed by the sites' sound: when no site of this machine sounds any more, whatever is tried, it starts anew.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use hardware::watchdog::MachineWatchdog;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// Several times within the shortest time that drivers wait.
pub(super) const EVERY: Duration = Duration::from_secs(2);

/// Whether sound has left any site since somebody looked.
pub(super) type Sounded = Arc<AtomicBool>;

/// Feeds the watchdog until an ordered stop, which lets it rest. It is not started before sound was heard: a machine that never
/// sounded is for people, and would start anew for ever.
pub(super) async fn feed(path: PathBuf, every: Duration, sounded: Sounded, mut stop: watch::Receiver<bool>) {
    let mut looks = interval(every);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut dog: Option<MachineWatchdog> = None;
    let mut is_told = false;
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            _ = stop.changed() => break,
        }
        if !sounded.swap(false, Relaxed) {
            continue;
        }
        let fed = match dog.as_mut() {
            Some(dog) => dog.feed(),
            None => MachineWatchdog::start(&path).map(|started| dog = Some(started)),
        };
        if let Err(why) = fed {
            dog = None;
            if !std::mem::replace(&mut is_told, true) {
                tracing::error!(
                    "the machine's watchdog {} is not fed: {why}; a frozen machine waits for somebody",
                    path.display()
                );
            }
        } else if std::mem::take(&mut is_told) {
            tracing::warn!("the machine's watchdog is fed again");
        }
    }
    if let Some(dog) = dog
        && let Err(why) = dog.rest()
    {
        tracing::error!("the machine's watchdog did not rest: {why}; the machine may start anew");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_machines_watchdog_is_fed_by_sound_alone_and_rests_only_on_order() {
        let every = Duration::from_millis(10);
        let file = tempfile::NamedTempFile::new().unwrap();
        let (sounded, (tell, stop)) = (Sounded::default(), watch::channel(false));
        let feeding = tokio::spawn(feed(file.path().to_owned(), every, Arc::clone(&sounded), stop));
        let heard = || std::fs::read(file.path()).unwrap();
        tokio::time::sleep(5 * every).await;
        assert!(heard().is_empty(), "nothing sounded yet: it is not even started");
        // Starting it eats one sound, each other feeds it once.
        for fed in 0..4 {
            sounded.store(true, Relaxed);
            while sounded.load(Relaxed) || heard().len() < fed {
                tokio::time::sleep(every / 4).await;
            }
        }
        tokio::time::sleep(5 * every).await;
        assert_eq!(heard(), b"\n\n\n", "silence feeds nobody");
        tell.send_replace(true);
        feeding.await.unwrap();
        assert_eq!(heard().last(), Some(&b'V'));
    }
}
