//! A workspace day by day, from a stream.

use std::io::Read;

use posture_core::reading::reader::Preamble;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::views::trend::{Trend, TrendBuilder, tenant_trend, trend_instants};
use posture_core::{Form, Options, SnapshotReader, Timestamp};
use rayon::prelude::*;

use crate::chunks::Chunks;
use crate::error::DeriveError;
use crate::threads;

/// Judges the tenants that a filter admits at the same hour of so many days, the last one the as-of instant, and counts them by group too
/// if requested.
///
/// Memory holds the tenants of one chunk. The tenants of a chunk are judged in parallel.
pub fn trend(
    input: impl Read + Send,
    form: Form,
    options: &Options,
    days: u64,
    filter: &GroupFilter,
    group_by: Option<GroupBy>,
) -> Result<Trend, DeriveError> {
    let mut reader = SnapshotReader::new(form, options)?;
    let mut chunks = Chunks::new(input);
    let start = |as_of: Timestamp| {
        let instants = trend_instants(as_of, days);
        (TrendBuilder::new(&instants, filter.clone(), group_by), instants)
    };
    let mut started: Option<(TrendBuilder, Vec<Timestamp>)> = None;
    loop {
        let chunk = chunks.next()?;
        let is_at_end = chunk.is_none();
        match chunk {
            Some(chunk) => reader.push_chunk(chunk),
            None => reader.end(),
        }
        let mut tenants = Vec::new();
        while let Some(tenant) = reader.next_tenant()? {
            tenants.push(tenant);
        }
        if let Some(frame) = reader.frame() {
            let (builder, instants) = started.get_or_insert_with(|| start(frame.as_of));
            let judge = |tenant| tenant_trend(tenant, &frame, instants);
            let judged: Result<Vec<_>, _> = if threads::are_started() {
                tenants.par_iter().map(judge).collect()
            } else {
                tenants.iter().map(judge).collect()
            };
            judged?.into_iter().for_each(|tenant| builder.add(tenant));
        }
        if is_at_end {
            break;
        }
    }
    let preamble: Preamble = reader.finish()?;
    let (builder, _) = started.unwrap_or_else(|| start(preamble.frame.as_of));
    Ok(builder.finish(preamble))
}
