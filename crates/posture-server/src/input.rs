//! How snapshot files are recognised: their form by name, their compression by content.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;
use posture_core::Form;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The form a file's name tells: `.json` or `.ndjson`, either with `.gz` behind it. `None` for any other name.
pub fn form_of(name: &str) -> Option<Form> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit_once('.')?.1 {
        "json" => Some(Form::Json),
        "ndjson" => Some(Form::Ndjson),
        _ => None,
    }
}

/// The plain bytes of an input that may be compressed with gzip.
pub fn decompressed(mut input: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut start = Vec::with_capacity(GZIP_MAGIC.len());
    (&mut input).take(GZIP_MAGIC.len() as u64).read_to_end(&mut start)?;
    let is_gzip = start == GZIP_MAGIC;
    let whole = Cursor::new(start).chain(input);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_form_whatever_its_case_and_compression() {
        assert_eq!(form_of("a.json"), Some(Form::Json));
        assert_eq!(form_of("a.b.JSON.GZ"), Some(Form::Json));
        assert_eq!(form_of("a.ndjson.gz"), Some(Form::Ndjson));
        assert_eq!(form_of("a.txt"), None);
        assert_eq!(form_of("json"), None);
        assert_eq!(form_of("a.json.part"), None);
    }
}
