//! Snapshots cut into what an endpoint keeps of them: the head, and each tenant in full and slim.

use std::io::{self, Read};

use bytes::Bytes;
use posture_core::export::slim::{Slimmer, open_document};
use posture_core::policy::Frame;
use posture_core::reading::reader::Preamble;
use posture_core::{Form, Id, Options, Refusal, SnapshotReader, TenantText};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::DeriveError;

const READ_BYTES: usize = 1 << 18;

/// A tenant as it is cached.
#[derive(Debug)]
pub struct CachedTenant {
    /// The workspace of the document that holds it.
    pub workspace: Id,
    /// Its id, if that much can be read.
    pub id: Option<Id>,
    /// Its route key, if that much can be read.
    pub external_id: Option<String>,
    /// Whether the whole tenant can be read.
    pub is_readable: bool,
    /// Its text as exported.
    pub full: Bytes,
    /// Its text as in the slim export.
    pub slim: String,
}

/// Receives cached tenants. An error ends the reading.
pub trait TenantSink {
    /// Takes the next tenant, in the document's order.
    fn take(&mut self, tenant: CachedTenant) -> Result<(), DeriveError>;
}

/// All that a document says outside its tenants, and the SHA-256 of its bytes in hex.
#[derive(Debug)]
pub struct CachedHead {
    /// What the document says outside its tenants.
    pub preamble: Preamble,
    /// The SHA-256 of the uncompressed document, in hex.
    pub digest: String,
}

/// Reads a document to its end, in bounded memory. If it is refused, discard what the sink has taken.
pub fn read(mut input: impl Read, form: Form, sink: &mut impl TenantSink) -> Result<CachedHead, DeriveError> {
    let mut reader = SnapshotReader::new(form, &Options::default())?;
    let (mut slimmer, mut digest, mut buffer) = (Slimmer::default(), Sha256::new(), vec![0; READ_BYTES]);
    let mut take = |text: TenantText, frame: &Frame| {
        let slim = slimmer.tenant(&text, frame)?;
        let is_readable = slim.external_id.is_some();
        let external_id = slim.external_id.or_else(|| route_key(&text.bytes));
        sink.take(CachedTenant {
            workspace: frame.workspace_id,
            id: slim.id,
            external_id,
            is_readable,
            full: text.bytes,
            slim: slim.text,
        })
    };
    loop {
        let read = match input.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        if read == 0 {
            break;
        }
        digest.update(&buffer[..read]);
        reader.push(&buffer[..read]);
        reader.drain(&mut take)?;
    }
    reader.end();
    reader.drain(&mut take)?;
    Ok(CachedHead { preamble: reader.finish()?, digest: hex::encode(digest.finalize()) })
}

/// The policy and instants of a document with this head. Refused if the document would be.
pub fn frame_of(head: &str) -> Result<Frame, Refusal> {
    let mut reader = SnapshotReader::new(Form::Json, &Options::default())?;
    reader.push(open_document(head).as_bytes());
    reader.push(b"]}");
    Ok(reader.finish()?.frame)
}

/// The route key of a tenant that is otherwise unreadable, so that it is still found at its address.
fn route_key(text: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct RouteKey {
        external_id: String,
    }
    serde_json::from_slice(text).ok().map(|RouteKey { external_id }| external_id)
}
