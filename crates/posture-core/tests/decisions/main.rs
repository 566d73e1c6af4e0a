//! Every row of every decision table and every boundary. Expected values come from the pages in `specs/`, whose requirements tests name.

#![cfg(test)]

mod evidence;

mod addresses;
mod backup_health;
mod boundaries;
mod bounds;
mod calmness;
mod chunks;
mod continuity;
mod coverage;
mod dashboard;
mod diff;
mod diff_counts;
mod diff_past;
mod diff_tenants;
mod distribution;
mod document_head;
mod documents;
mod findings;
mod forecast;
mod groups;
mod lenient;
mod notify;
mod overview;
mod quality;
mod records;
mod recovery_evidence;
mod redaction;
mod registry;
mod report;
mod restore_attention;
mod reviews;
mod rules;
mod run_outcomes;
mod schedule;
mod scope_texts;
mod scoped_diff;
mod scopes;
mod sentences;
mod set_aside;
mod shown;
mod slim;
mod slim_since;
mod steps;
mod tenants;
mod texts;
mod timeline;
mod tones;
mod trend;
mod values;
