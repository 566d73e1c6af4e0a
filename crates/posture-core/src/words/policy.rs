//! How one policy differs from another, in words.

use std::collections::BTreeMap;

use crate::key::Key;
use crate::policy::{Policy, ProfileRules, ScopeRules};
use crate::words::shortening::line;
use crate::words::{counted, listed};

/// How many differences a sentence names before it counts the rest.
const NAMED: usize = 6;

/// How one policy differs from another, within a sentence; `None` if nothing differs that decides anything.
pub(crate) fn policy_changes(old: &Policy, new: &Policy) -> Option<String> {
    let mut changes = Changes::default();
    changes.value("freshness", Some(old.freshness_hours), Some(new.freshness_hours), "h");
    changes.value(
        "schedule grace",
        Some(old.schedule_grace_minutes),
        Some(new.schedule_grace_minutes),
        "min",
    );
    changes.value("restore evidence", old.restore_evidence_days, new.restore_evidence_days, "days");
    changes.value("clock skew", Some(old.clock_skew_seconds), Some(new.clock_skew_seconds), "s");
    changes.value("attention limit", Some(old.attention_limit), Some(new.attention_limit), "");
    changes.scopes("", old.scopes.as_ref(), new.scopes.as_ref());
    changes.entries("profile", "", old.profiles.as_ref(), new.profiles.as_ref(), &Changes::profile);
    changes.sentence()
}

#[derive(Default)]
struct Changes(Vec<String>);

impl Changes {
    fn sentence(mut self) -> Option<String> {
        let rest = self.0.len().saturating_sub(NAMED) as u64;
        self.0.truncate(NAMED);
        self.0.extend((rest > 0).then(|| counted(rest, "more difference", "more differences")));
        (!self.0.is_empty()).then(|| listed(&self.0))
    }

    fn value(&mut self, name: &str, was: Option<u64>, is: Option<u64>, unit: &str) {
        let said = |value: Option<u64>| {
            value.map(|value| match unit {
                "" => value.to_string(),
                "days" => counted(value, "day", "days"),
                _ => format!("{value} {unit}"),
            })
        };
        self.text(name, said(was), said(is));
    }

    fn text(&mut self, name: &str, was: Option<String>, is: Option<String>) {
        if was != is {
            let said = |value: Option<String>| value.unwrap_or_else(|| "not stated".to_owned());
            self.0.push(format!("{name} {} → {}", said(was), said(is)));
        }
    }

    /// Entries by name: those of only one side, and what differs in those of both.
    fn entries<T: PartialEq>(
        &mut self,
        kind: &str,
        of: &str,
        was: Option<&BTreeMap<Key, T>>,
        is: Option<&BTreeMap<Key, T>>,
        both: &dyn Fn(&mut Self, &str, &T, &T),
    ) {
        let (was, is) = (was.into_iter().flatten(), is);
        let mut before = BTreeMap::new();
        for (key, rules) in was {
            before.insert(key, rules);
            match is.and_then(|is| is.get(key)) {
                None => self.0.push(format!("{}{of} removed", named(kind, &key.0))),
                Some(then) => both(self, &format!("{}{of}", named(kind, &key.0)), rules, then),
            }
        }
        for key in is.into_iter().flatten().map(|(key, _)| key).filter(|key| !before.contains_key(key)) {
            self.0.push(format!("{}{of} added", named(kind, &key.0)));
        }
    }

    fn scopes(
        &mut self,
        of: &str,
        was: Option<&BTreeMap<Key, ScopeRules>>,
        is: Option<&BTreeMap<Key, ScopeRules>>,
    ) {
        self.entries("rules of scope", of, was, is, &|changes, name, was, is| {
            let name = name.trim_start_matches("rules of ");
            changes.value(&format!("freshness of {name}"), was.freshness_hours, is.freshness_hours, "h");
            let expected =
                |rules: &ScopeRules| rules.expected.map(|is| if is { "yes" } else { "no" }.to_owned());
            changes.text(&format!("{name} expected"), expected(was), expected(is));
            if was.expected_policy_types != is.expected_policy_types {
                changes.0.push(format!("expected policy types of {name} changed"));
            }
        });
    }

    fn profile(&mut self, name: &str, was: &ProfileRules, is: &ProfileRules) {
        self.value(&format!("freshness of {name}"), was.freshness_hours, is.freshness_hours, "h");
        let (before, after) = (was.schedule_grace_minutes, is.schedule_grace_minutes);
        self.value(&format!("schedule grace of {name}"), before, after, "min");
        let (before, after) = (was.restore_evidence_days, is.restore_evidence_days);
        self.value(&format!("restore evidence of {name}"), before, after, "days");
        self.scopes(&format!(" in {name}"), was.scopes.as_ref(), is.scopes.as_ref());
    }
}

/// An entry by its kind and its name in quotes; an empty name is that of the unnamed scope.
fn named(kind: &str, name: &str) -> String {
    match kind.strip_suffix("scope") {
        Some(of) if name.is_empty() => format!("{of}the unnamed scope"),
        Some(_) | None => format!("{kind} “{}”", line(name)),
    }
}
