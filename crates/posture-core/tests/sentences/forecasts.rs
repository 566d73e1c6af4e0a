//! What happens if nothing runs.

use serde_json::json;

use posture_core::views::forecast::{Cover, HORIZONS, LapseKind, StepGroup, forecast};
use posture_core::words;
use posture_testing::sentences::Collected;

use crate::evidence::{DAY, HOUR, ago, at, run, schedule, set, snapshot, tenant};
use crate::stage::{Derived, cases, document_at};

/// The forecast if nothing runs.
#[test]
fn forecasts() {
    let mut said = Collected::default();
    for Derived { report, names, .. } in cases().into_iter().chain([much(), none(), calm()]) {
        for hours in HORIZONS {
            let ahead = forecast(&report, hours);
            said.add_without("title", &words::forecast_title(&ahead), &names);
            said.add("uncovered", &words::uncovered_headline(&ahead, hours));
            for limit in words::forecast_limits(&ahead, &report) {
                said.add_without("limits", &limit, &names);
            }
            for group in StepGroup::ALL {
                let steps = ahead.of_group(*group);
                let title = words::step_group_title(*group);
                said.add(title, &words::step_group_note(&ahead, &steps));
                for step in steps {
                    said.add_without("steps", &words::lapse_sentence(&step.lapse), &names);
                    let cover = step.cover.map(words::cover_sentence);
                    said.add(
                        title,
                        &format!("{}. {}", words::lapse_label(step.lapse.kind), cover.unwrap_or_default()),
                    );
                }
            }
        }
    }
    said.add("nothing changes", words::NOTHING_CHANGES);
    for hours in HORIZONS {
        said.add("horizon", &words::horizon(hours));
        said.add("horizon not offered", &words::horizon_not_offered(hours));
    }
    insta::assert_snapshot!(said);
}

/// What a forecast is made of, in a word or two each.
#[test]
fn parts_of_a_forecast() {
    let mut said = Collected::default();
    for kind in LapseKind::ALL {
        said.add("lapse", words::lapse_label(*kind));
    }
    for cover in Cover::ALL {
        said.add("cover", words::cover_sentence(*cover));
    }
    insta::assert_snapshot!(said);
}

/// Tenants whose next schedules are in time, late, followed up and missing, and one of each lapse.
fn much() -> Derived {
    let follow_up = schedule(1, json!({ "last_run_status": "failed" }));
    let later = schedule(1, json!({ "frequency": "weekly", "next_run_at": at(3 * DAY) }));
    let first = json!({ "last_run_at": null, "last_run_status": null, "next_run_at": at(HOUR) });
    let under_way = json!({ "last_run_status": "running" });
    let queued = json!({ "id": 1, "status": "queued", "is_dry_run": false, "created_at": ago(HOUR) });
    let running = json!({ "id": 2, "status": "running", "is_dry_run": false, "started_at": ago(HOUR) });
    let unresolved = run(3, json!({ "operation_run": { "status": "running" } }));
    let document = snapshot(json!([
        tenant(1, json!({})),
        tenant(2, json!({ "backup_schedules": [follow_up] })),
        tenant(3, json!({ "backup_schedules": [later] })),
        tenant(4, json!({ "backup_schedules": [schedule(1, json!({ "next_run_at": at(HOUR) }))] })),
        tenant(5, json!({ "backup_schedules": [schedule(1, first)], "backup_sets": [] })),
        tenant(6, json!({ "backup_schedules": [schedule(1, under_way)] })),
        tenant(7, json!({ "restore_runs": [queued, running, unresolved] })),
        tenant(8, json!({ "backup_sets": [set(1, json!({ "completed_at": at(0) }))] })),
        tenant(9, json!({ "status": "draft" })),
    ]));
    document_at(&document, 0)
}

/// Before the export, when no forecast is possible.
fn none() -> Derived {
    document_at(&snapshot(json!([tenant(1, json!({}))])), -DAY)
}

/// No tenant, so that nothing changes.
fn calm() -> Derived {
    document_at(&snapshot(json!([])), 0)
}
