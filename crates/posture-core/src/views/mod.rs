//! What pages show beyond the report: records with their verdicts, the timeline, the trace of a verdict, forecast and what-if.
//!
//! Views explain verdicts and never change one. They are not part of the report, so they are not in its digest.

pub mod attention;
pub mod concern;
pub mod continuity;
pub mod disabled_schedules;
pub mod distribution;
pub mod forecast;
pub mod group_search;
pub mod groups;
pub mod overview_counts;
pub mod records;
pub mod reviews;
pub mod timeline;
pub mod trend;
mod trend_day;
pub mod trend_document;
pub mod trend_steps;
pub mod truncation;
pub mod what_if;
pub mod why;
