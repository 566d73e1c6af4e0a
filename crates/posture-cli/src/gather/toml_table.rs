//! A table of a TOML file that knows where its keys are, so that an error can name the line.

use std::collections::BTreeMap;
use std::path::Path;

use posture_core::words::nearest;
use posture_gather::Kind;
use posture_gather::notes::quoted;
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use crate::failure::Failure;

/// A file and its text, for errors.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl File<'_> {
    /// An error at a place of the file.
    pub(super) fn error(&self, offset: usize, message: &str) -> Failure {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Failure::Refused(format!("{}:{line}: {message}", self.path.display()))
    }
}

/// A table whose keys are taken one by one; what is left in the end is unknown.
pub(super) struct Table<'a> {
    file: File<'a>,
    /// What the table is called in errors.
    name: String,
    offset: usize,
    members: BTreeMap<&'a str, (usize, usize, &'a DeValue<'a>)>,
    known: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub(super) fn new(file: File<'a>, name: &str, offset: usize, table: &'a DeTable<'a>) -> Self {
        let members = table.iter().map(|(key, value)| {
            (key.get_ref().as_ref(), (key.span().start, value.span().start, value.get_ref()))
        });
        Self { file, name: name.to_owned(), offset, members: members.collect(), known: Vec::new() }
    }

    fn take(&mut self, key: &'static str) -> Option<(usize, &'a DeValue<'a>)> {
        self.known.push(key);
        self.members.remove(key).map(|(_, offset, value)| (offset, value))
    }

    fn wrong(&self, offset: usize, key: &str, value: &DeValue<'_>, expected: &str) -> Failure {
        let found = match value {
            DeValue::Table(_) => "a table".to_owned(),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::String(text) => quoted(text),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
                let found = json(value);
                quoted(&found.as_str().map_or_else(|| found.to_string(), ToOwned::to_owned))
            }
        };
        self.file.error(offset, &format!("{key} in {} is {found}; {expected}.", self.name))
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<String>, Failure> {
        match self.take(key) {
            None => Ok(None),
            Some((_, DeValue::String(text))) if !text.trim().is_empty() => {
                Ok(Some(text.clone().into_owned()))
            }
            Some((offset, value)) => Err(self.wrong(offset, key, value, "write a string")),
        }
    }

    pub(super) fn required_text(&mut self, key: &'static str) -> Result<String, Failure> {
        if let Some(text) = self.text(key)? {
            return Ok(text);
        }
        // A misspelled key is why it is missing.
        let misspelled = self.members.iter().find(|(found, _)| nearest(found, [key]).is_some());
        Err(match misspelled {
            Some((found, (offset, ..))) => {
                let found = quoted(found);
                self.file
                    .error(*offset, &format!("Unknown key {found} in {}. Did you mean {key}?", self.name))
            }
            None => self.file.error(self.offset, &format!("{} lacks the key {key}.", self.name)),
        })
    }

    pub(super) fn number(
        &mut self,
        key: &'static str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, Failure> {
        let Some((offset, value)) = self.take(key) else { return Ok(None) };
        match json(value).as_u64().filter(|number| range.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                let expected = format!("write a whole number from {} to {}", range.start(), range.end());
                Err(self.wrong(offset, key, value, &expected))
            }
        }
    }

    pub(super) fn truth(&mut self, key: &'static str) -> Result<Option<bool>, Failure> {
        match self.take(key) {
            None => Ok(None),
            Some((_, DeValue::Boolean(truth))) => Ok(Some(*truth)),
            Some((offset, value)) => Err(self.wrong(offset, key, value, "write true or false")),
        }
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Result<Option<Vec<String>>, Failure> {
        let Some((offset, value)) = self.take(key) else { return Ok(None) };
        texts(value).map(Some).ok_or_else(|| self.wrong(offset, key, value, "write a list of strings"))
    }

    /// A list of strings, or one word.
    pub(super) fn texts_or(
        &mut self,
        key: &'static str,
        word: &str,
    ) -> Result<Option<Option<Vec<String>>>, Failure> {
        let Some((offset, value)) = self.take(key) else { return Ok(None) };
        if matches!(value, DeValue::String(text) if text == word) {
            return Ok(Some(None));
        }
        let expected = format!("write a list of strings or {word:?}");
        texts(value).map(|texts| Some(Some(texts))).ok_or_else(|| self.wrong(offset, key, value, &expected))
    }

    pub(super) fn table(&mut self, key: &'static str) -> Result<Option<Table<'a>>, Failure> {
        match self.take(key) {
            None => Ok(None),
            Some((offset, DeValue::Table(table))) => {
                Ok(Some(Table::new(self.file, &format!("[{key}]"), offset, table)))
            }
            Some((offset, value)) => Err(self.wrong(offset, key, value, "write a table")),
        }
    }

    /// The tables of a list, such as `[[tenant]]`.
    pub(super) fn tables(&mut self, key: &'static str, name: &str) -> Result<Vec<Table<'a>>, Failure> {
        let Some((offset, value)) = self.take(key) else { return Ok(Vec::new()) };
        let DeValue::Array(list) = value else {
            return Err(self.wrong(offset, key, value, &format!("write {name}")));
        };
        let mut tables = Vec::new();
        for element in list {
            let DeValue::Table(table) = element.get_ref() else {
                return Err(self.wrong(
                    element.span().start,
                    key,
                    element.get_ref(),
                    &format!("write {name}"),
                ));
            };
            tables.push(Table::new(self.file, name, element.span().start, table));
        }
        Ok(tables)
    }

    /// The tables under names of the operator's own, such as those of scopes.
    pub(super) fn named_tables(&mut self, key: &'static str) -> Result<Vec<(String, Table<'a>)>, Failure> {
        let Some(mut table) = self.table(key)? else { return Ok(Vec::new()) };
        // Below [policy], the scopes are [policy.scopes.NAME].
        let above = self.name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let above = above.map(|name| format!("{name}.")).unwrap_or_default();
        let mut named = Vec::new();
        for (name, (_, offset, value)) in std::mem::take(&mut table.members) {
            let DeValue::Table(inner) = value else {
                return Err(table.wrong(offset, name, value, "write a table"));
            };
            let title = format!("[{above}{key}.{name}]");
            named.push((name.to_owned(), Table::new(self.file, &title, offset, inner)));
        }
        Ok(named)
    }

    /// The keys of a kind, with their values. Any other key that is left is unknown.
    pub(super) fn rest_of_kind(&mut self, kind: &Kind) -> Result<BTreeMap<String, Value>, Failure> {
        let mut settings = BTreeMap::new();
        for key in kind.keys {
            if let Some((_, value)) = self.take(key.name) {
                settings.insert(key.name.to_owned(), json(value));
            }
        }
        self.refuse_rest()?;
        Ok(settings)
    }

    /// An error about the table.
    pub(super) fn error(&self, message: &str) -> Failure {
        self.file.error(self.offset, message)
    }

    /// Where a key is.
    pub(super) fn offset_of(&self, key: &str) -> usize {
        self.members.get(key).map_or(self.offset, |(offset, ..)| *offset)
    }

    pub(super) fn error_at(&self, offset: usize, message: &str) -> Failure {
        self.file.error(offset, message)
    }

    /// Ends the table: a key that nobody took is unknown.
    pub(super) fn end(self) -> Result<(), Failure> {
        self.refuse_rest()
    }

    fn refuse_rest(&self) -> Result<(), Failure> {
        let Some((key, (offset, ..))) = self.members.iter().next() else { return Ok(()) };
        let near = nearest(key, self.known.iter().copied());
        let near = near.map_or_else(
            || format!(" The known keys are {}.", self.known.join(", ")),
            |near| format!(" Did you mean {near}?"),
        );
        Err(self.file.error(*offset, &format!("Unknown key {} in {}.{near}", quoted(key), self.name)))
    }
}

fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    let DeValue::Array(list) = value else { return None };
    let text = |value: &DeValue<'_>| Some(value.as_str()?.to_owned());
    list.iter().map(|element| text(element.get_ref())).collect()
}

/// The value as JSON; a date is its text.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::from(number.as_str()), Value::from),
        DeValue::Float(number) => Value::from(number.as_str()),
        DeValue::Boolean(truth) => Value::from(*truth),
        DeValue::Datetime(at) => Value::from(at.to_string()),
        DeValue::Array(list) => list.iter().map(|element| json(element.get_ref())).collect(),
        DeValue::Table(table) => {
            table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
        }
    }
}
