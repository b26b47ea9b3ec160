//! The waveform that the page draws: the shelf's peaks, thinned out to what a screen shows of a stretch.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::Frames;
use media::peaks::Waveform;
use serde::Deserialize;

use super::{asset_id, protect};
use crate::error::WebError;
use crate::visitor::Visitor;
use crate::web::Web;

/// Pairs sent: more than the widest page has points.
const PAIRS_MAX: usize = 1600;

/// Which stretch is asked for: frames from the first, everything when nothing is said.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Stretch {
    #[serde(default)]
    from: u64,
    to: Option<u64>,
}

/// `GET /mediatheque/{id}/onde?from=0&to=48000`: lowest and highest sample in turn, −1 to 1, at most 1,600 pairs; empty when
/// nothing is known, and beyond the end.
pub(crate) async fn wave(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Query(stretch): Query<Stretch>,
) -> Result<Json<Vec<f32>>, WebError> {
    let id = asset_id(&id)?;
    let read = web.blocking(move |app| {
        let card = app.catalogue.get(&id)?.ok_or(WebError::NotFound)?;
        if !protect::may_hear(&v, &card) {
            return Err(WebError::Barred);
        }
        // The picture is a comfort: a card without one still has its sound.
        Ok::<_, WebError>(std::fs::read(app.ingest.shelf.peaks_path(&card.asset.hash)).unwrap_or_default())
    });
    Ok(Json(thinned(&read.await?, &stretch)))
}

fn thinned(file: &[u8], stretch: &Stretch) -> Vec<f32> {
    let scaled = |v: i8| (f32::from(v) / 127.0 * 100.0).round() / 100.0;
    let to = |w: &Waveform| stretch.to.map_or(w.length, |to| Frames(to).min(w.length));
    let drawn = Waveform::parse(file).map(|w| w.stretch(Frames(stretch.from), to(&w), PAIRS_MAX)).unwrap_or_default();
    drawn.into_iter().flat_map(|(lowest, highest)| [scaled(lowest), scaled(highest)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_sample_survives_thinning() {
        let mut file = b"MKP1\x02\0\0\0".to_vec();
        for n in 0..10_000_i32 {
            let loud = if n == 7_777 { 127_i8 } else { 1 };
            file.extend([-1_i8, 1, -loud, loud].map(i8::cast_unsigned));
        }
        let all = Stretch::default();
        let thin = thinned(&file, &all);
        assert_eq!(thin.len(), 2 * PAIRS_MAX);
        assert!(thin.contains(&1.0) && thin.contains(&-1.0));
        let part = |from, to| thinned(&file, &Stretch { from, to: Some(to) });
        assert_eq!(part(7_777 * 512, 7_778 * 512), [-1.0, 1.0], "a single row, as close as it goes");
        assert!(!part(0, 7_777 * 512).contains(&1.0));
        assert_eq!(part(u64::MAX, u64::MAX), Vec::<f32>::new());
        assert_eq!(part(5_000, 100), Vec::<f32>::new(), "a stretch that ends before it begins");
        assert_eq!(thinned(b"MKP1", &all), Vec::<f32>::new());
        assert_eq!(thinned(b"RIFFxxxxxxxx", &all), Vec::<f32>::new());
    }
}
