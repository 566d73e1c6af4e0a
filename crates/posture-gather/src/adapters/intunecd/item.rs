//! What one file of a backup says about its capture.

use posture_core::export::snapshot::{BackupItem, ItemMetadata};
use serde_json::Value;

use super::layout::{has_assignments, split_id};
use crate::adapters::shared::inventory::wrong_setting_count;
use crate::read_error::ReadError;
use crate::source::Source;
use crate::text::{self, TextError};
use crate::tree::{is_json, name_of, stem_and_extension};

/// What a file says, whatever folder it is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) display_name: Option<String>,
    pub(super) platform: Option<String>,
    /// What is wrong with the content.
    pub(super) problem: Option<String>,
    pub(super) holds_assignments: bool,
}

/// Reads the bytes of a file; its name says whether it is JSON or YAML.
pub(super) fn facts(name: &str, bytes: Result<Vec<u8>, ReadError>) -> Facts {
    facts_of(value(name, bytes))
}

/// Reads a file of a source, with pauses if it is large JSON.
pub(super) async fn facts_in_slices(source: &Source<'_>, path: &str) -> Facts {
    facts_of(if is_json(name_of(path)) {
        source.read_json(path).await
    } else {
        source.read_text(path).await.and_then(|text| text::yaml_of(&text))
    })
}

fn facts_of(value: Result<Value, TextError>) -> Facts {
    match value {
        Ok(value) => of_value(&value),
        Err(error) => {
            Facts { problem: Some(format!("The file cannot be read: {error}.")), ..Facts::default() }
        }
    }
}

/// The value that a file holds.
pub(super) fn value(name: &str, bytes: Result<Vec<u8>, ReadError>) -> Result<Value, TextError> {
    if is_json(name) { text::json(bytes?) } else { text::yaml(bytes?) }
}

fn of_value(value: &Value) -> Facts {
    let text = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(ToOwned::to_owned)
    };
    let problem = match value {
        Value::Object(_) => wrong_setting_count(value, value),
        // Lists of devices are written as one file.
        Value::Array(_) => None,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Some("The file holds no object.".to_owned())
        }
    };
    Facts {
        display_name: text("displayName").or_else(|| text("name")),
        platform: text("platforms").or_else(|| text("platform")),
        problem,
        holds_assignments: ["assignments", "roleAssignments"]
            .iter()
            .any(|key| value.get(key).is_some_and(Value::is_array)),
    }
}

impl Facts {
    /// The state of the assignments, for a type that has any.
    pub(super) fn assignment_capture(&self, policy_type: &str) -> Option<&'static str> {
        match (has_assignments(policy_type), self.holds_assignments) {
            (_, true) => Some("captured"),
            (true, false) => Some("unknown"),
            (false, false) => None,
        }
    }

    /// The item of a set.
    pub(super) fn item(self, id: u64, path: &str, policy_type: &str) -> BackupItem {
        let (stem, _) = stem_and_extension(name_of(path));
        let (name, identifier) = split_id(stem, self.display_name.as_deref());
        let capture = self.assignment_capture(policy_type);
        let is_unknown = capture == Some("unknown");
        let metadata = ItemMetadata {
            assignment_capture: capture.map(Into::into),
            assignment_capture_reason: is_unknown
                .then(|| "IntuneCD writes assignments only if there are any.".into()),
            integrity_warning: self.problem.map(Into::into),
            ..ItemMetadata::default()
        };
        BackupItem {
            id,
            policy_identifier: identifier.map(|id| id.to_owned().into()),
            policy_type: Some(policy_type.to_owned().into()),
            platform: self.platform.map(Into::into),
            display_name: Some(self.display_name.unwrap_or_else(|| name.to_owned()).into()),
            metadata: (metadata != ItemMetadata::default()).then_some(metadata),
            ..BackupItem::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Facts {
        facts(name, Ok(text.as_bytes().to_vec()))
    }

    #[test]
    fn json_and_yaml_say_the_same() {
        let json = read(
            "a.json",
            "{\"name\": \"Baseline\", \"settingCount\": 1, \"settings\": [{}], \"assignments\": [{}]}",
        );
        let yaml = read(
            "a.yaml",
            "name: Baseline\nsettingCount: 1\nsettings:\n- {}\nassignments:\n- target:\n    groupName: All\n",
        );
        assert_eq!(json, yaml);
        assert_eq!(
            (json.display_name.as_deref(), json.holds_assignments, json.problem),
            (Some("Baseline"), true, None)
        );
    }

    #[test]
    fn truncated_or_miscounted_data_is_a_problem() {
        assert!(read("a.json", "{\"name\": \"Bas").problem.is_some());
        assert!(read("a.json", "").problem.is_some());
        assert!(read("a.yaml", "a: [1, 2\nb: }").problem.is_some());
        assert!(read("a.json", "null").problem.is_some());
        let problem = read("a.json", "{\"settingCount\": 12, \"settings\": [{}, {}]}").problem;
        assert_eq!(problem.as_deref(), Some("settingCount is 12, but the file has 2 settings."));
        assert!(read("a.json", "{\"settingCount\": 1}").problem.is_some());
    }
}
