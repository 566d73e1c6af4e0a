//! A file's bytes as a stream: unpacked where it is packed with gzip, and the SHA-256 of the file as it lies on disk.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Reflect, Uint8Array};
use leptos::task::spawn_local;
use sha2::{Digest as _, Sha256};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, ReadableStream, ReadableStreamDefaultReader, ReadableWritablePair, WritableStreamDefaultWriter,
};

use crate::browser::file_fault::FileFault;
use crate::browser::time_slicing::next_task;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How many bytes are handed out at a time, and hashed before; browsers read files by megabytes, whose hashing would hold the page.
const PIECE_BYTES: u32 = 1 << 18;

/// A file being read.
pub struct FileBytes {
    /// Where plain bytes come from: the file itself, or what unpacks it.
    plain: ReadableStreamDefaultReader,
    file: Rc<RefCell<AsStored>>,
    /// What has come and was not handed out.
    rest: Option<Uint8Array>,
    is_packed: bool,
}

/// The file as it lies on disk, as far as it was read.
#[derive(Default)]
struct AsStored {
    sha256: Sha256,
    bytes: u64,
    /// Why no more of it can be unpacked.
    fault: Option<FileFault>,
}

impl AsStored {
    fn take(&mut self, chunk: &[u8]) {
        self.sha256.update(chunk);
        self.bytes += chunk.len() as u64;
    }
}

impl FileBytes {
    /// Begins to read.
    pub async fn open(file: &Blob) -> Result<Self, FileFault> {
        let raw = reader_of(&file.stream());
        let first = next_of(&raw).await.map_err(|error| not_readable(&error))?;
        let is_packed = first.as_ref().is_some_and(|first| first.subarray(0, 2).to_vec() == GZIP_MAGIC);
        let Some(packed_first) = first.clone().filter(|_| is_packed) else {
            return Ok(Self { plain: raw, file: Rc::default(), rest: first, is_packed });
        };
        let mut stored = AsStored::default();
        stored.take(&packed_first.to_vec());
        let file = Rc::new(RefCell::new(stored));
        let (plain, packed) = unpacking().map_err(|error| not_readable(&error))?;
        spawn_local(unpack(raw, packed, packed_first, Rc::clone(&file)));
        Ok(Self { plain, file, rest: None, is_packed })
    }

    /// Begins to read the file as it lies on disk, packed or not.
    pub fn as_stored(file: &Blob) -> Self {
        Self { plain: reader_of(&file.stream()), file: Rc::default(), rest: None, is_packed: false }
    }

    /// The next plain bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FileFault> {
        let come = match self.rest.take() {
            Some(rest) => Some(rest),
            None => self.come().await?,
        };
        let Some(come) = come else { return Ok(None) };
        let piece = come.subarray(0, PIECE_BYTES).to_vec();
        if come.length() > PIECE_BYTES {
            self.rest = Some(come.subarray(PIECE_BYTES, come.length()));
        }
        if !self.is_packed {
            self.file.borrow_mut().take(&piece);
        }
        Ok(Some(piece))
    }

    /// What comes next of the plain bytes, as much of them as the browser hands out.
    async fn come(&self) -> Result<Option<Uint8Array>, FileFault> {
        match next_of(&self.plain).await {
            Ok(come) => Ok(come),
            Err(error) if self.is_packed => {
                // What feeds the unpacking says whether it was the file or its packing.
                next_task().await;
                let fault = self.file.borrow_mut().fault.take();
                Err(fault.unwrap_or_else(|| FileFault::GzipDamaged { said: describe(&error) }))
            }
            Err(error) => Err(not_readable(&error)),
        }
    }

    /// How many bytes of the file itself were read.
    pub fn bytes_read(&self) -> u64 {
        self.file.borrow().bytes
    }

    /// The SHA-256 of the file as it lies on disk, in hex; of what was read of it.
    pub fn sha256(&self) -> String {
        let digest = self.file.borrow().sha256.clone().finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Ends the reading early.
    pub fn cancel(self) {
        // What ends anyway may refuse to be ended.
        let _ = self.plain.cancel();
    }
}

/// One of the browser's own streams over gzip: `CompressionStream` or `DecompressionStream`, which the bindings do not have.
pub fn gzip_stream(class: &str) -> Result<ReadableWritablePair, JsValue> {
    let class: Function = Reflect::get(&js_sys::global(), &JsValue::from_str(class))?.dyn_into()?;
    Reflect::construct(&class, &Array::of1(&JsValue::from_str("gzip"))).map(JsCast::unchecked_into)
}

fn unpacking() -> Result<(ReadableStreamDefaultReader, WritableStreamDefaultWriter), JsValue> {
    let gunzip = gzip_stream("DecompressionStream")?;
    Ok((reader_of(&gunzip.get_readable()), gunzip.get_writable().get_writer()?))
}

/// Feeds a packed file to what unpacks it, at the pace at which that is read.
async fn unpack(
    raw: ReadableStreamDefaultReader,
    packed: WritableStreamDefaultWriter,
    first: Uint8Array,
    file: Rc<RefCell<AsStored>>,
) {
    let mut chunk = first;
    let fault = loop {
        if let Err(error) = JsFuture::from(packed.write_with_chunk(&chunk)).await {
            let _ = raw.cancel();
            break FileFault::GzipDamaged { said: describe(&error) };
        }
        chunk = match next_of(&raw).await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => match JsFuture::from(packed.close()).await {
                Ok(_) => return,
                Err(_) => break FileFault::GzipCutOff,
            },
            Err(error) => {
                let _ = packed.abort();
                break not_readable(&error);
            }
        };
        file.borrow_mut().take(&chunk.to_vec());
    };
    file.borrow_mut().fault = Some(fault);
}

fn reader_of(stream: &ReadableStream) -> ReadableStreamDefaultReader {
    stream.get_reader().unchecked_into()
}

async fn next_of(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let read = JsFuture::from(reader.read()).await?;
    let value = Reflect::get(&read, &JsValue::from_str("value"))?;
    Ok((!value.is_undefined()).then(|| value.unchecked_into()))
}

fn not_readable(error: &JsValue) -> FileFault {
    FileFault::NotReadable { said: describe(error) }
}

/// What the browser says went wrong.
pub fn describe(error: &JsValue) -> String {
    let message =
        Reflect::get(error, &JsValue::from_str("message")).ok().and_then(|message| message.as_string());
    message.unwrap_or_else(|| format!("{error:?}"))
}
