//! A report that was saved as one HTML file, opened for the snapshot inside it. Its program is not run and its text is not shown.

use js_sys::{Array, Uint8Array};
use posture_report::{EmbeddedSnapshot, PageError};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::browser::file_bytes::describe;
use crate::browser::file_fault::{FILE_LIMIT, FileFault};
use crate::browser::gunzip::Gunzip;
use crate::store::chosen_file::Chosen;

/// How many packed bytes are unpacked before the limit is checked.
const PIECE: usize = 1 << 16;

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
    let mut plain = Vec::new();
    for piece in packed.chunks(PIECE) {
        plain.extend(gunzip.push(piece).map_err(damaged)?);
        if plain.len() as u64 > FILE_LIMIT {
            return Err(FileFault::UnpacksTooLarge);
        }
    }
    plain.extend(gunzip.finish().map_err(damaged)?);
    let bytes = Array::of1(&Uint8Array::from(plain.as_slice()));
    let snapshot = Blob::new_with_u8_array_sequence(&bytes).map_err(not_readable)?;
    Ok(Chosen::of_page(manifest, snapshot))
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
