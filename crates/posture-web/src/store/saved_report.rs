//! A report that was saved as one HTML file, opened for the snapshot inside it. Its program is not run and its text is not shown.

use js_sys::{Array, Uint8Array};
use posture_core::Timestamp;
use posture_core::views::reviews::read_marks;
use posture_report::{EmbeddedSnapshot, Manifest, PageError};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::browser::file_bytes::describe;
use crate::browser::file_fault::{FILE_LIMIT, FileFault};
use crate::browser::gunzip::Gunzip;
use crate::store::chosen_file::{Chosen, EmbeddedMetadata};

/// The snapshot inside a saved report, with what the report says about it. Any other file stays as it is.
pub async fn opened_up(chosen: Chosen) -> Result<Chosen, FileFault> {
    let Some(file) = chosen.file.as_ref().filter(|file| is_page(&chosen.name) && is_readable(file)) else {
        return Ok(chosen);
    };
    let not_readable = |error| FileFault::NotReadable { said: describe(&error) };
    let page = JsFuture::from(file.text()).await.map_err(not_readable)?.as_string().unwrap_or_default();
    let EmbeddedSnapshot { manifest, packed } = match EmbeddedSnapshot::extract(&page) {
        Ok(embedded) => embedded,
        Err(PageError::NoSnapshot) => return Ok(chosen),
        Err(PageError::SeveralSnapshots(_) | PageError::Altered) => return Err(FileFault::AlteredReport),
    };
    let damaged = |error: std::io::Error| FileFault::GzipDamaged { said: error.to_string() };
    let mut gunzip = Gunzip::default();
    let mut plain = gunzip.push(&packed).map_err(damaged)?;
    plain.extend(gunzip.finish().map_err(damaged)?);
    let bytes = Array::of1(&Uint8Array::from(plain.as_slice()));
    let snapshot = Blob::new_with_u8_array_sequence(&bytes).map_err(not_readable)?;
    Ok(described(manifest, snapshot))
}

fn described(manifest: Manifest, snapshot: Blob) -> Chosen {
    let Manifest { name, title, as_of, freshness_hours, schedule_grace_minutes, reviews, digest } = manifest;
    let as_of = as_of.as_deref().and_then(Timestamp::parse);
    let stated = EmbeddedMetadata {
        title,
        as_of,
        freshness_hours,
        schedule_grace_minutes,
        reviews: read_marks(&reviews),
        digest: Some(digest),
    };
    Chosen { name, file: Some(snapshot), stated }
}

fn is_page(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".html", ".htm"].iter().any(|end| name.ends_with(end))
}

/// A page is read at once; a larger one is left to the refusal that names the limit.
fn is_readable(file: &Blob) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "a limit far below 2^53")]
    let limit = FILE_LIMIT as f64;
    file.size() <= limit
}
