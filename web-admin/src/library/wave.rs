//! The waveform that the page draws: the shelf's peaks, thinned out to what a screen shows.

use axum::Json;
use axum::extract::{Path, State};
use media::peaks::Waveform;

use super::{asset_id, protect};
use crate::error::WebError;
use crate::visitor::Visitor;
use crate::web::Web;

/// Pairs sent: more than the widest page has points.
const PAIRS_MAX: usize = 1600;

/// `GET /mediatheque/{id}/onde`: lowest and highest sample in turn, −1 to 1; empty when nothing is known.
pub(crate) async fn wave(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
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
    Ok(Json(thinned(&read.await?)))
}

fn thinned(file: &[u8]) -> Vec<f32> {
    let scaled = |v: i8| (f32::from(v) / 127.0 * 100.0).round() / 100.0;
    let drawn = Waveform::parse(file).map(|w| w.squeezed(PAIRS_MAX)).unwrap_or_default();
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
        let thin = thinned(&file);
        assert_eq!(thin.len(), 2 * PAIRS_MAX);
        assert!(thin.contains(&1.0) && thin.contains(&-1.0));
        assert_eq!(thinned(b"MKP1"), Vec::<f32>::new());
        assert_eq!(thinned(b"RIFFxxxxxxxx"), Vec::<f32>::new());
    }
}
