//! Snapshots cut into what is kept of them to be handed out again: the head, and each tenant in full and slim.

use std::io::{self, Read};

use axum::body::Bytes;
use posture_core::export::slim::Slimmer;
use posture_core::policy::Frame;
use posture_core::reading::reader::Preamble;
use posture_core::{Form, Id, Options, SnapshotReader, TenantText};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::derivation::DeriveError;

const CHUNK_BYTES: usize = 1 << 18;

/// A tenant as it is kept.
#[derive(Debug)]
pub(crate) struct KeptTenant {
    /// The workspace whose document it stands in.
    pub(crate) workspace: Id,
    /// Its id, where that much can be read.
    pub(crate) id: Option<Id>,
    /// Its route key, where that much can be read.
    pub(crate) external_id: Option<String>,
    pub(crate) is_readable: bool,
    /// Its text as it was exported.
    pub(crate) full: Bytes,
    /// Its text as the slim export has it.
    pub(crate) slim: String,
}

/// Where kept tenants go; an error ends the reading.
pub(crate) trait Keep {
    fn keep(&mut self, tenant: KeptTenant) -> Result<(), DeriveError>;
}

/// What a document says outside its tenants, and the SHA-256 of its bytes in hex.
#[derive(Debug)]
pub(crate) struct KeptHead {
    pub(crate) preamble: Preamble,
    pub(crate) digest: String,
}

/// Reads a document to its end, in bounded memory. What has been kept is void where it is refused.
pub(crate) fn read(mut input: impl Read, form: Form, keep: &mut impl Keep) -> Result<KeptHead, DeriveError> {
    let mut reader = SnapshotReader::new(form, &Options::default())?;
    let (mut slimmer, mut digest, mut buffer) = (Slimmer::default(), Sha256::new(), vec![0; CHUNK_BYTES]);
    let mut take = |text: TenantText, frame: &Frame| {
        let slim = slimmer.tenant(&text, frame)?;
        let is_readable = slim.external_id.is_some();
        let external_id = slim.external_id.or_else(|| route_key(&text.bytes));
        keep.keep(KeptTenant {
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
    Ok(KeptHead { preamble: reader.finish()?, digest: hex(&digest.finalize()) })
}

/// The route key of a tenant that is otherwise unreadable, so that it is found at its address.
fn route_key(text: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct RouteKey {
        external_id: String,
    }
    serde_json::from_slice(text).ok().map(|RouteKey { external_id }| external_id)
}

/// Bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
