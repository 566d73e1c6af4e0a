//! How a snapshot is written: as one JSON object, or line by line.

/// How a snapshot is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    #[default]
    Json,
    /// The document without `tenants` on the first line, one tenant on each further line.
    Ndjson,
}

impl Form {
    /// The form that a file name implies: `.json`, `.ndjson` or `.jsonl`, each with or without `.gz`. `None` for any other name.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_form_whatever_its_case_and_compression() {
        assert_eq!(Form::of_name("a.json"), Some(Form::Json));
        assert_eq!(Form::of_name("a.b.JSON.GZ"), Some(Form::Json));
        assert_eq!(Form::of_name("a.ndjson.gz"), Some(Form::Ndjson));
        assert_eq!(Form::of_name("a.jsonl"), Some(Form::Ndjson));
        assert_eq!(Form::of_name("a.JSONL.gz"), Some(Form::Ndjson));
        assert_eq!(Form::of_name("a.txt"), None);
        assert_eq!(Form::of_name("json"), None);
        assert_eq!(Form::of_name("a.json.part"), None);
    }
}
