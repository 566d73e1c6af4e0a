//! Every row of every decision table and every boundary. Expected values come from the pages in `specs/`, whose requirements tests name.

mod evidence;

mod backup_health;
mod calmness;
mod coverage;
mod dashboard;
mod overview;
mod quality;
mod recovery_evidence;
mod registry;
mod restore_attention;
mod schedule;
