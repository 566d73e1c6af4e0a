//! A file's bytes as a stream: unpacked if the file is compressed with gzip, or as they are on disk.

use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStream, ReadableStreamDefaultReader, ReadableWritablePair};

use crate::browser::file_fault::FileFault;
use crate::browser::gunzip::Gunzip;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How many bytes are returned at a time. Browsers read files by megabytes, and working through those at once would block the page.
const PIECE_BYTES: u32 = 1 << 18;

/// How many compressed bytes are unpacked at a time; they may become a thousand times as many.
const PACKED_BYTES: u32 = 1 << 14;

/// A file being read.
pub struct FileBytes {
    stored: ReadableStreamDefaultReader,
    /// Bytes read from disk and not returned yet.
    rest: Option<Uint8Array>,
    /// Bytes unpacked and not returned yet.
    plain: Vec<u8>,
    gunzip: Option<Gunzip>,
    bytes: u64,
}

impl FileBytes {
    /// Begins to read, and to unpack if the file is compressed.
    pub async fn open(file: &Blob) -> Result<Self, FileFault> {
        let mut bytes = Self::as_stored(file);
        bytes.rest = bytes.come().await?;
        let is_packed = bytes.rest.as_ref().is_some_and(|first| first.subarray(0, 2).to_vec() == GZIP_MAGIC);
        bytes.gunzip = is_packed.then(Gunzip::default);
        Ok(bytes)
    }

    /// Begins to read the file as it is on disk, compressed or not.
    pub fn as_stored(file: &Blob) -> Self {
        Self { stored: reader_of(&file.stream()), rest: None, plain: Vec::new(), gunzip: None, bytes: 0 }
    }

    /// The next plain bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FileFault> {
        loop {
            if !self.plain.is_empty() {
                let rest = self.plain.split_off(self.plain.len().min(PIECE_BYTES as usize));
                return Ok(Some(std::mem::replace(&mut self.plain, rest)));
            }
            let come = match self.rest.take() {
                Some(rest) => Some(rest),
                None => self.come().await?,
            };
            let Some(come) = come else {
                let Some(mut gunzip) = self.gunzip.take() else { return Ok(None) };
                self.plain = gunzip.finish().map_err(|_| FileFault::GzipCutOff)?;
                continue;
            };
            let size = if self.gunzip.is_some() { PACKED_BYTES } else { PIECE_BYTES };
            let piece = come.subarray(0, size).to_vec();
            if come.length() > size {
                self.rest = Some(come.subarray(size, come.length()));
            }
            self.bytes += piece.len() as u64;
            let Some(gunzip) = &mut self.gunzip else { return Ok(Some(piece)) };
            self.plain =
                gunzip.push(&piece).map_err(|error| FileFault::GzipDamaged { said: error.to_string() })?;
        }
    }

    async fn come(&self) -> Result<Option<Uint8Array>, FileFault> {
        next_of(&self.stored).await.map_err(|error| FileFault::NotReadable { said: describe(&error) })
    }

    /// How many bytes of the file itself were read.
    pub fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// Ends the reading early.
    pub fn cancel(self) {
        // A stream that has ended may refuse to be cancelled.
        let _ = self.stored.cancel();
    }
}

/// All bytes of a small file; `None` if there are more than `limit`.
pub async fn bytes_of(file: &Blob, limit: u64) -> Result<Option<Vec<u8>>, JsValue> {
    #[expect(clippy::cast_precision_loss, reason = "a limit is far below 2^53")]
    let is_too_large = file.size() > limit as f64;
    if is_too_large {
        return Ok(None);
    }
    let buffer = JsFuture::from(file.array_buffer()).await?;
    Ok(Some(Uint8Array::new(&buffer).to_vec()))
}

/// The browser's own stream over gzip, `CompressionStream`; web-sys has it only with its unstable flag.
pub fn gzip_stream(class: &str) -> Result<ReadableWritablePair, JsValue> {
    let class: Function = Reflect::get(&js_sys::global(), &JsValue::from_str(class))?.dyn_into()?;
    Reflect::construct(&class, &Array::of1(&JsValue::from_str("gzip"))).map(JsCast::unchecked_into)
}

fn reader_of(stream: &ReadableStream) -> ReadableStreamDefaultReader {
    stream.get_reader().unchecked_into()
}

async fn next_of(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let read = JsFuture::from(reader.read()).await?;
    let value = Reflect::get(&read, &JsValue::from_str("value"))?;
    Ok((!value.is_undefined()).then(|| value.unchecked_into()))
}

/// What the browser says went wrong.
pub fn describe(error: &JsValue) -> String {
    let message =
        Reflect::get(error, &JsValue::from_str("message")).ok().and_then(|message| message.as_string());
    message.unwrap_or_else(|| format!("{error:?}"))
}
