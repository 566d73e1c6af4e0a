//! What pages are arranged from. A part shows what it is given; it decides nothing.

mod action;
mod as_of;
mod attention;
mod badge;
mod changes;
mod choice;
mod continuity;
mod evidence_bar;
mod exports;
mod facts;
mod footer;
mod histogram;
mod long_table;
mod newer_version;
mod open_panel;
mod page_head;
mod panel;
mod printed;
mod review_mark;
mod segments;
mod states;
mod tenant_head;
mod tenant_rows;
mod time;
mod timeline;
mod virtual_rows;

pub use action::*;
pub use as_of::*;
pub use attention::*;
pub use badge::*;
pub use changes::*;
pub use choice::*;
pub use continuity::*;
pub use evidence_bar::*;
pub use exports::*;
pub use facts::*;
pub use footer::*;
pub use histogram::*;
pub use long_table::*;
pub use newer_version::*;
pub use open_panel::*;
pub use page_head::*;
pub use panel::*;
pub use printed::*;
pub use review_mark::*;
pub use segments::*;
pub use states::*;
pub use tenant_head::*;
pub use tenant_rows::*;
pub use time::*;
pub use timeline::*;
pub use virtual_rows::*;

#[cfg(test)]
pub(crate) mod test_support;
