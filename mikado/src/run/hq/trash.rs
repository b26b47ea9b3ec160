//! Ends what has been in the trash for its thirty days, and removes the files that no card names any more.

use std::sync::Arc;
use std::time::Duration;

use media::catalogue::Catalogue;
use media::shelf::Shelf;
use tokio::time::sleep;

use crate::clock::WallClock;

/// A sound that is thirty days old may wait some hours more.
const LOOK_EVERY: Duration = Duration::from_hours(6);

/// Works as long as hq lives.
pub(super) async fn empty(catalogue: Arc<Catalogue>, shelf: Shelf, clock: WallClock) {
    loop {
        let (cards, files, now) = (Arc::clone(&catalogue), shelf.clone(), clock.now());
        let done = tokio::task::spawn_blocking(move || {
            let free = cards.empty_trash(now)?;
            free.iter().try_for_each(|hash| files.remove(hash).map(|_| ()))?;
            Ok::<_, media::Error>(free.len())
        });
        match done.await {
            Ok(Ok(0)) => {}
            Ok(Ok(files)) => {
                tracing::info!("the trash let {files} file(s) go after {} days", media::catalogue::TRASH_DAYS);
            }
            Ok(Err(why)) => tracing::error!("the trash could not be emptied: {why}"),
            Err(why) => tracing::error!("emptying the trash stopped: {why}"),
        }
        sleep(LOOK_EVERY).await;
    }
}
