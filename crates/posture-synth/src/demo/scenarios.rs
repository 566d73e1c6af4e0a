//! The demo's tenants: each is a well-run one to which something happened.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{Head, Policy, Rules, Snapshot, Tenant, Text, Workspace};
use posture_core::{Form, Timestamp};

use super::backup_events::*;
use super::clock::Clock;
use super::restore_events::*;
use super::shapes::{FIRST_TENANT, WORKSPACE, guid, nightly_backups, weekly_restore_tests};
use super::tenant_events::*;

/// One thing that happened to a tenant; its name says cause and effect.
type Event = fn(&mut Tenant, Clock);

struct Scenario {
    name: &'static str,
    domain: &'static str,
    events: &'static [Event],
}

const fn tenant(name: &'static str, domain: &'static str, events: &'static [Event]) -> Scenario {
    Scenario { name, domain, events }
}

const WELL_RUN: &[Event] = &[nightly_backups, weekly_restore_tests];

const SCENARIOS: &[Scenario] = &[
    tenant("Adventure Works", "adventure-works.example", WELL_RUN),
    tenant("Alpine Ski House", "alpineskihouse.example", WELL_RUN),
    tenant("Bäckerei Höß & Söhne", "hoess.example", &[nightly_backups]),
    tenant("Bellows College", "bellowscollege.example", WELL_RUN),
    tenant(
        "Best For You Organics",
        "bestforyou.example",
        &[nightly_backups, groups_were_deleted_so_assignments_are_orphaned, weekly_restore_tests],
    ),
    tenant(
        "Blue Yonder Airlines",
        "blueyonder.example",
        &[nightly_backups, weekly_restore_tests, retention_removed_items_of_the_newest_set],
    ),
    tenant(
        "City Power & Light",
        "citypower.example",
        &[nightly_backups, weekly_restore_tests, consent_was_withdrawn_so_captures_fail_since_four_days],
    ),
    tenant(
        "Clínica São João",
        "saojoao.example",
        &[nightly_backups, weekly_restore_tests, route_key_is_a_name_with_a_slash],
    ),
    tenant("Coho Winery", "cohowinery.example", WELL_RUN),
    tenant(
        "Consolidated Messenger",
        "consolidatedmessenger.example",
        &[
            nightly_backups,
            weekly_restore_tests,
            every_item_was_rejected,
            restore_failed_on_a_missing_permission,
        ],
    ),
    tenant("Fabrikam", "fabrikam.example", WELL_RUN),
    tenant(
        "First Up Consultants",
        "firstup.example",
        &[nightly_backups, only_previews_were_run, restore_was_drafted_and_left],
    ),
    tenant(
        "Fourth Coffee",
        "fourthcoffee.example",
        &[nightly_backups, weekly_restore_tests, weekly_schedule_missed_its_sunday],
    ),
    tenant(
        "Graphic Design Institute",
        "graphicdesign.example",
        &[nightly_backups, weekly_restore_tests, a_capture_is_running],
    ),
    tenant(
        "Humongous Insurance",
        "humongous.example",
        &[
            nightly_backups,
            weekly_restore_tests,
            some_policies_were_applied_only_in_part,
            administrators_without_mfa_were_found,
        ],
    ),
    tenant(
        "Lamna Healthcare",
        "lamna.example",
        &[
            nightly_backups,
            throttling_left_assignments_unfetched,
            large_policies_came_as_metadata_only,
            checksum_differed_on_reading_back,
            weekly_restore_tests,
        ],
    ),
    tenant("Liberty's Delightful Bakery", "libertys.example", &[onboarding_ended_before_the_first_capture]),
    tenant("Litware", "litware.example", WELL_RUN),
    tenant(
        "Lucerne Publishing",
        "lucerne.example",
        &[nightly_backups, weekly_restore_tests, groups_without_a_mapping_were_skipped],
    ),
    tenant("Łódzkie Centrum Zdrowia", "lcz.example", WELL_RUN),
    tenant(
        "Margie's Travel",
        "margies.example",
        &[
            nightly_backups,
            weekly_restore_tests,
            manual_capture_selected_nothing,
            manual_capture_failed_after_the_nightly_one,
        ],
    ),
    tenant(
        "Munson's Pickles",
        "munsons.example",
        &[
            nightly_backups,
            schedule_was_switched_off_so_the_basis_aged,
            summary_counts_metadata_only_items,
            weekly_restore_tests,
        ],
    ),
    tenant("Nod Publishers", "nod.example", &[nightly_backups, every_capture_failed_for_want_of_a_licence]),
    tenant("Northwind Traders", "northwind.example", WELL_RUN),
    tenant(
        "Proseware",
        "proseware.example",
        &[
            nightly_backups,
            capture_was_cut_short_so_it_is_partial,
            export_lost_two_items,
            weekly_restore_tests,
        ],
    ),
    tenant(
        "Relecloud",
        "relecloud.example",
        &[nightly_backups, weekly_restore_tests, sync_worker_lags, certificate_expires_soon],
    ),
    tenant("School of Fine Art", "fineart.example", WELL_RUN),
    tenant("Søndergaard Arkitekter", "soendergaard.example", WELL_RUN),
    tenant(
        "Southridge Video",
        "southridge.example",
        &[nightly_backups, export_left_items_and_summary_out, last_restore_is_seven_months_old],
    ),
    tenant(
        "Tailspin Toys",
        "tailspin.example",
        &[nightly_backups, weekly_restore_tests, newest_capture_was_archived_by_hand],
    ),
    tenant(
        "The Phone Company",
        "thephone.example",
        &[
            nightly_backups,
            weekly_restore_tests,
            a_set_of_another_tenant_slipped_in,
            a_set_was_exported_twice,
        ],
    ),
    tenant(
        "Trey Research",
        "treyresearch.example",
        &[
            nightly_backups,
            operation_was_blocked_by_an_approval,
            restore_was_aborted_midway,
            restore_was_cancelled_before_it_began,
            three_settings_were_left_for_manual_work,
            restore_stopped_reporting_yesterday,
            midday_run_began_and_never_ended,
        ],
    ),
    tenant(
        "VanArsdel",
        "vanarsdel.example",
        &[
            nightly_backups,
            throttling_left_assignments_unfetched,
            weekly_restore_tests,
            viewer_may_only_open_restore_runs,
        ],
    ),
    tenant(
        "Wide World Importers",
        "wideworld.example",
        &[nightly_backups, weekly_restore_tests, baseline_drifted],
    ),
    tenant(
        "Wingtip Toys",
        "wingtip.example",
        &[
            nightly_backups,
            weekly_restore_tests,
            capture_host_runs_forty_minutes_ahead,
            weekday_nine_was_written_into_a_schedule,
        ],
    ),
    tenant(
        "Woodgrove Bank",
        "woodgrove.example",
        &[
            nightly_backups,
            newer_release_wrote_a_status_not_known_here,
            last_run_ended_in_a_word_not_known_here,
            newer_release_wrote_a_run_status_not_known_here,
            newer_release_wrote_outcomes_not_known_here,
            capture_times_were_written_as_words,
        ],
    ),
    tenant(
        "Αθηναϊκή Ναυτιλία",
        "athinaiki.example",
        &[
            nightly_backups,
            weekly_restore_tests,
            second_schedule_was_made_and_never_ran,
            viewer_may_only_open_backup_sets,
        ],
    ),
    tenant(
        "株式会社みどり物流",
        "midori.example",
        &[nightly_backups, restore_said_completed_while_its_operation_failed],
    ),
    tenant("مجموعة النور", "alnoor.example", &[nightly_backups, weekly_restore_tests, restore_is_under_way]),
    tenant("A. Datum", "adatum.example", &[nightly_backups, export_wrote_a_local_date_so_it_is_unreadable]),
    tenant(
        "Adventure Works (copy)",
        "adventure-works.example",
        &[nightly_backups, was_exported_under_the_id_of_the_first_tenant],
    ),
    tenant("Contoso Research", "research.contoso.example", &[is_being_onboarded]),
    tenant(
        "Fabrikam Retail",
        "retail.fabrikam.example",
        &[nightly_backups, contract_ended_so_it_is_archived],
    ),
    tenant("Tailwind Traders", "tailwind.example", &[nightly_backups, belongs_to_another_workspace]),
    tenant(
        "Olympia Logistics",
        "olympia.example",
        &[nightly_backups, newer_release_wrote_a_tenant_status_not_known_here],
    ),
    tenant(
        "Alpine Dental",
        "alpinedental.example",
        &[nightly_backups, weekly_restore_tests, conditional_access_is_expected_and_was_never_captured],
    ),
    tenant(
        "Bergbahn Oberland",
        "bergbahn.example",
        &[nightly_backups, weekly_restore_tests, capture_permission_was_narrowed_so_types_vanished],
    ),
    tenant(
        "Courier Nord",
        "couriernord.example",
        &[
            nightly_backups,
            exporter_never_captured_assignments,
            restore_was_queued_two_days_ago_and_never_began,
            newer_release_wrote_outcomes_under_a_key_not_known_here,
        ],
    ),
    tenant(
        "Datakraft",
        "datakraft.example",
        &[
            nightly_backups,
            weekly_restore_tests,
            is_of_the_daily_profile,
            nothing_changed_so_later_runs_only_confirmed_the_set,
            runs_every_six_hours_and_monthly_too,
        ],
    ),
    tenant(
        "Eastside Legal",
        "eastside.example",
        &[
            nightly_backups,
            weekly_restore_tests,
            exporter_could_not_read_the_warnings_of_an_item,
            archives_of_a_second_product_are_opaque,
            archives_are_expected_to_have_conditional_access,
        ],
    ),
    tenant(
        "Fjordline Ferries",
        "fjordline.example",
        &[
            nightly_backups,
            one_type_failed_and_was_never_restored_since,
            exporter_does_not_say_whether_assignments_were_captured,
        ],
    ),
    tenant(
        "Greenfield Schools",
        "greenfield.example",
        &[nightly_backups, is_backed_up_weekly_by_its_profile, last_restore_is_two_years_old],
    ),
    tenant(
        "Harbour Clinic",
        "harbourclinic.example",
        &[
            nightly_backups,
            weekly_restore_tests,
            profile_was_renamed_and_the_tenant_forgotten,
            exporter_wrote_a_zero_time,
        ],
    ),
];

/// The demo's snapshot as exported at an instant.
pub fn snapshot(exported_at: Timestamp) -> std::io::Result<Vec<u8>> {
    let clock = Clock(exported_at);
    let rules = |hours| Rules { freshness_hours: Some(hours), ..Rules::default() };
    let snapshot = Snapshot {
        head: Head {
            exported_at: exported_at.into(),
            exporter: Some("Posture demo".into()),
            since: None,
            workspace: Workspace {
                id: WORKSPACE,
                name: "Contoso MSP".into(),
                slug: Some("contoso-msp".into()),
            },
            checked_domains: Some(["governance", "operations", "alerts"].map(Text::from).to_vec()),
            policy: Some(Policy {
                rules: Rules { restore_evidence_days: Some(365), ..Rules::default() },
                profiles: BTreeMap::from([
                    ("daily".to_owned(), rules(26)),
                    ("weekly".to_owned(), rules(8 * 24)),
                ]),
                ..Policy::default()
            }),
        },
        tenants: (FIRST_TENANT..).zip(SCENARIOS).map(|(id, scenario)| scenario.play(id, clock)).collect(),
    };
    let mut document = Vec::new();
    snapshot.write(Form::Json, &mut document)?;
    Ok(document)
}

impl Scenario {
    fn play(&self, id: u64, clock: Clock) -> Tenant {
        let mut tenant = Tenant {
            id,
            workspace_id: Some(WORKSPACE),
            external_id: guid(self.name).into(),
            name: self.name.into(),
            environment: Some("production".into()),
            domain: Some(self.domain.into()),
            status: "active".into(),
            ..Tenant::default()
        };
        for event in self.events {
            event(&mut tenant, clock);
        }
        tenant
    }
}
