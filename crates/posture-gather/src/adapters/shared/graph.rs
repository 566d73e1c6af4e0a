//! Answers of Microsoft Graph: pages of entities.

use serde_json::Value;

use super::values::{get, text};

/// One answer.
#[derive(Debug, Default)]
pub(in crate::adapters) struct Page {
    /// The entities, in order.
    pub entities: Vec<Value>,
    /// What `@odata.context` and `@odata.nextLink` say about where the entities come from.
    pub context: String,
    /// Whether another page follows.
    pub has_next: bool,
    /// What Graph answered instead of entities.
    pub error: Option<String>,
}

impl Page {
    /// Whether the context has this word, whatever its case.
    pub(in crate::adapters) fn is_of(&self, word: &str) -> bool {
        self.context.to_lowercase().contains(&word.to_lowercase())
    }
}

/// The pages of a document: one answer, a list of answers, a list of entities, or one entity.
pub(in crate::adapters) fn pages(document: Value) -> Vec<Page> {
    match document {
        Value::Array(values) if values.iter().any(is_answer) => values.into_iter().flat_map(pages).collect(),
        Value::Array(entities) => vec![Page { entities, ..Page::default() }],
        answer if is_answer(&answer) => vec![answered(answer)],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        Value::Object(entity) => {
            let entity = Value::Object(entity);
            let context = text(&entity, "@odata.context").unwrap_or_default().to_owned();
            vec![Page { context, entities: vec![entity], ..Page::default() }]
        }
    }
}

fn is_answer(value: &Value) -> bool {
    get(value, "value").is_some_and(Value::is_array) || get(value, "error").is_some()
}

fn answered(answer: Value) -> Page {
    let next = text(&answer, "@odata.nextLink").unwrap_or_default();
    let context = format!("{} {next}", text(&answer, "@odata.context").unwrap_or_default());
    let error = get(&answer, "error").map(|error| {
        let code = text(error, "code").unwrap_or("an error");
        text(error, "message").map_or_else(|| code.to_owned(), |message| format!("{code}: {message}"))
    });
    let has_next = !next.is_empty();
    let entities = match get(&answer, "value").cloned() {
        Some(Value::Array(entities)) => entities,
        _ => Vec::new(),
    };
    Page { entities, context, has_next, error }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_page_several_pages_and_bare_entities_are_read() {
        let page = json!({ "@odata.context": "x/jobs", "value": [{ "id": "1" }] });
        assert_eq!(pages(page.clone())[0].entities, [json!({ "id": "1" })]);
        assert!(pages(page.clone())[0].is_of("/JOBS"));
        assert_eq!(pages(json!([page, page])).len(), 2);
        assert_eq!(pages(json!([{ "id": "1" }, { "id": "2" }]))[0].entities.len(), 2);
        assert_eq!(pages(json!({ "id": "1" }))[0].entities, [json!({ "id": "1" })]);
        assert!(pages(json!({ "value": [], "@odata.nextLink": "x" }))[0].has_next);
    }

    #[test]
    fn an_error_is_not_an_empty_list() {
        let page = &pages(json!({ "error": { "code": "Forbidden", "message": "No." } }))[0];
        assert_eq!(page.error.as_deref(), Some("Forbidden: No."));
    }
}
