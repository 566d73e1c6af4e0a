//! Every row of every decision table and every boundary. Expected values come from the pages in `specs/`, whose requirements tests name.

#![cfg(test)]

mod evidence;

mod addresses;
mod backup_health;
mod boundaries;
mod calmness;
mod chunks;
mod continuity;
mod coverage;
mod dashboard;
mod diff;
mod distribution;
mod documents;
mod findings;
mod forecast;
mod overview;
mod quality;
mod records;
mod recovery_evidence;
mod registry;
mod report;
mod restore_attention;
mod schedule;
mod shown;
mod slim;
mod tenants;
mod values;
