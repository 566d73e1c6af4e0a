//! How good a set's content is.

use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{SKEW, ago, at, health_of, set, with};

#[track_caller]
fn quality(more: Value) -> Value {
    health_of(json!([set(1, more)]))["quality"].clone()
}

#[track_caller]
fn families_of_item(metadata: Value) -> Value {
    quality(json!({ "items": [{ "id": 1, "metadata": metadata }] }))["families"].clone()
}

/// BQ-1, SN-9, SN-18, SN-20: what says that an item holds metadata only.
#[rstest]
#[case::source(json!({ "source": "metadata_only" }), true)]
#[case::source_in_any_case(json!({ "source": "METADATA_ONLY" }), true)]
#[case::snapshot_source(json!({ "snapshot_source": "Metadata_Only" }), true)]
#[case::source_in_other_words(json!({ "source": "metadata-only" }), false)]
#[case::source_with_space(json!({ "source": " metadata_only" }), false)]
#[case::warning_with_space(json!({ "warnings": ["saved Metadata Only."] }), true)]
#[case::warning_with_hyphen(json!({ "warnings": ["ok", "METADATA-ONLY"] }), true)]
#[case::warning_with_underscore(json!({ "warnings": ["metadata_only"] }), false)]
#[case::warning_as_object(json!({ "warnings": { "3": "metadata only" } }), true)]
#[case::other_warning(json!({ "warnings": ["metadata"] }), false)]
#[case::no_warning(json!({ "warnings": [] }), false)]
fn an_item_may_hold_metadata_only(#[case] metadata: Value, #[case] holds: bool) {
    let expected = if holds { json!({ "metadata_only": 1 }) } else { json!({}) };
    assert_eq!(families_of_item(metadata), expected);
}

/// BQ-2, SN-20: the other families of an item.
#[rstest]
#[case(json!({ "assignments_fetch_failed": true }), json!({ "assignments_fetch_failed": 1 }))]
#[case(json!({ "assignments_fetch_failed": false }), json!({}))]
#[case(json!({ "has_orphaned_assignments": true }), json!({ "orphaned_assignments": 1 }))]
#[case(json!({ "has_orphaned_assignments": false }), json!({}))]
#[case(json!({ "integrity_warning": true }), json!({ "integrity_warning": 1 }))]
#[case(json!({ "integrity_warning": false }), json!({}))]
#[case(json!({ "integrity_warning": "checksum" }), json!({ "integrity_warning": 1 }))]
#[case(json!({ "integrity_warning": "false" }), json!({ "integrity_warning": 1 }))]
#[case(json!({ "integrity_warning": " \t\u{a0}\u{3000}" }), json!({}))]
#[case(json!({ "integrity_warning": "\u{200b}" }), json!({ "integrity_warning": 1 }))]
#[case(json!({ "integrity_warning": "" }), json!({}))]
#[case(json!({ "assignment_capture_reason": "failed" }), json!({}))]
#[case(json!({}), json!({}))]
#[case(Value::Null, json!({}))]
#[case(json!([]), json!({}))]
fn an_item_has_the_families_its_metadata_names(#[case] metadata: Value, #[case] families: Value) {
    assert_eq!(families_of_item(metadata), families);
}

/// BQ-3, BQ-6, BQ-7: an item counts once, in every family it has.
#[test]
fn an_item_with_several_families_is_one_degraded_item() {
    let both = json!({ "assignments_fetch_failed": true, "integrity_warning": true });
    let items = json!([{ "id": 1, "metadata": both }, { "id": 2, "metadata": { "integrity_warning": "x" } }, { "id": 3 }]);
    let expected = json!({ "total_items": 3, "degraded_items": 2, "families": { "assignments_fetch_failed": 1, "integrity_warning": 2 }, "unknowns": {} });
    assert_eq!(quality(json!({ "items": items })), expected);
}

/// BQ-3, SN-9: deleted items do not count, as far ahead as a clock may run.
#[rstest]
#[case::deleted(ago(1), 1)]
#[case::as_far_ahead_as_a_clock_may_run(at(SKEW), 1)]
#[case::has_not_happened(at(SKEW + 1), 2)]
fn a_deleted_item_does_not_count(#[case] deleted_at: Value, #[case] total: u64) {
    let items = json!([{ "id": 1 }, { "id": 2, "deleted_at": deleted_at, "metadata": { "integrity_warning": total == 1 } }]);
    assert_eq!(
        quality(json!({ "items": items })),
        json!({ "total_items": total, "degraded_items": 0, "families": {}, "unknowns": {} })
    );
}

/// BQ-4, BQ-5: stated, less the deleted, against what is there.
#[rstest]
#[case::as_stated(2, 0, false)]
#[case::one_missing(3, 0, true)]
#[case::fewer_stated(1, 0, false)]
#[case::the_missing_one_is_deleted(3, 1, false)]
#[case::more_missing_than_deleted(4, 1, true)]
#[case::never_below_zero(0, 2, false)]
fn items_are_unaccounted_for_beyond_those_deleted(
    #[case] stated: u64,
    #[case] deleted: u64,
    #[case] missing: bool,
) {
    let deleted = (0..deleted).map(|index| json!({ "id": index + 10, "deleted_at": ago(1) }));
    let items: Vec<_> = [json!({ "id": 1 }), json!({ "id": 2 })].into_iter().chain(deleted).collect();
    let expected = if missing { json!({ "items_unaccounted": 1 }) } else { json!({}) };
    assert_eq!(quality(json!({ "item_count": stated, "items": items }))["families"], expected);
}

/// BQ-4: a set-aside item is not a kept item; its deletion does not reduce the stated count.
#[test]
fn a_set_aside_item_takes_nothing_off_the_stated_count() {
    let items = json!([{ "id": 1 }, { "id": 2, "backup_set_id": 9, "deleted_at": ago(1) }]);
    assert_eq!(
        quality(json!({ "item_count": 2, "items": items }))["families"],
        json!({ "items_unaccounted": 1 })
    );
}

/// BQ-5, BQ-6: families of the whole set, with items, with a summary, with neither.
#[rstest]
#[case::partial(json!({ "status": "partial" }), json!({ "total_items": 1, "degraded_items": 0, "families": { "partial_capture": 1 } }))]
#[case::unknown(json!({ "items": null }), json!({ "total_items": null, "degraded_items": null, "families": { "quality_unknown": 1 } }))]
#[case::unknown_though_a_count_is_stated(json!({ "items": null, "item_count": 5 }),
    json!({ "total_items": null, "degraded_items": null, "families": { "quality_unknown": 1 } }))]
#[case::unknown_and_partial(json!({ "items": null, "status": "partial" }),
    json!({ "total_items": null, "degraded_items": null, "families": { "partial_capture": 1, "quality_unknown": 1 } }))]
#[case::summary_as_stated(summary(json!({}), json!({ "item_count": 4 })), json!({ "total_items": 4, "degraded_items": 0, "families": {} }))]
#[case::summary_short_of_the_stated(summary(json!({}), json!({ "item_count": 5 })),
    json!({ "total_items": 4, "degraded_items": 0, "families": { "items_unaccounted": 1 } }))]
#[case::summary_with_families_of_its_own(summary(json!({ "degraded_items": 2, "families": { "metadata_only": 2, "odd": 1, "none": 0 } }), json!({})),
    json!({ "total_items": 4, "degraded_items": 2, "families": { "metadata_only": 2, "odd": 1 } }))]
#[case::set_level_families_are_this_pages(summary(json!({ "families": { "partial_capture": 3 } }), json!({ "status": "partial" })),
    json!({ "total_items": 4, "degraded_items": 0, "families": { "partial_capture": 1 } }))]
#[case::items_win_over_a_summary(json!({ "quality": { "total_items": 9, "degraded_items": 9, "families": { "metadata_only": 9 } } }),
    json!({ "total_items": 1, "degraded_items": 0, "families": {} }))]
fn a_set_has_quality_of_its_own(#[case] more: Value, #[case] expected: Value) {
    assert_eq!(quality(more), with(expected, json!({ "unknowns": {} })));
}

fn summary(more: Value, beside: Value) -> Value {
    let summary = with(json!({ "total_items": 4, "degraded_items": 0, "families": {} }), more);
    with(json!({ "items": null, "quality": summary }), beside)
}

/// BQ-7, SN-8: what makes a set degraded.
#[rstest]
#[case::clean_summary(summary(json!({}), json!({})), "healthy")]
#[case::degraded_items_without_a_family(summary(json!({ "degraded_items": 1 }), json!({})), "degraded")]
#[case::a_family_without_degraded_items(summary(json!({ "families": { "odd": 1 } }), json!({})), "degraded")]
#[case::a_family_of_none(summary(json!({ "families": { "odd": 0 } }), json!({})), "healthy")]
#[case::families_as_an_empty_array(summary(json!({ "families": [] }), json!({})), "healthy")]
#[case::neither(json!({ "items": null }), "degraded")]
#[case::partial(json!({ "status": "partial" }), "degraded")]
fn a_set_is_degraded_by_any_family_or_any_degraded_item(#[case] more: Value, #[case] posture: &str) {
    assert_eq!(health_of(json!([set(1, more)]))["posture"], posture);
}

/// WD-1: items are counted, the set as a whole is not.
#[rstest]
#[case::items(json!({ "items": [{ "id": 1, "metadata": { "source": "metadata_only" } }, { "id": 2 }] }), "1 of 2 items is degraded: metadata only (1).")]
#[case::set(json!({ "status": "partial", "item_count": 3, "items": [{ "id": 1 }] }),
    "0 of 1 item is degraded, but the backup as a whole is: items unaccounted for and partial capture.")]
#[case::unknown(json!({ "items": null }), "Content quality is unknown.")]
fn a_sets_quality_is_said_of_its_items_and_of_the_set(#[case] more: Value, #[case] said: &str) {
    let message =
        health_of(json!([set(1, more)]))["supporting_message"].as_str().unwrap_or_default().to_owned();
    assert!(message.contains(said), "{message}");
}
