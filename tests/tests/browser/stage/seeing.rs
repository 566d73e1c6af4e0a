use posture_core::views::records::SetRole;
use posture_core::words;
use posture_tests::harness::{Locator, Role};
use posture_web::text;
use serde_json::{Value, json};

use super::{Stage, string};

/// Seeing what is there, by role and name.
impl Stage {
    /// Waits for an element.
    pub(crate) async fn sees(&self, locator: impl Into<Locator>) {
        self.texts_become(locator, |texts| !texts.is_empty()).await;
    }

    /// Waits until an element has disappeared.
    pub(crate) async fn sees_no(&self, locator: impl Into<Locator>) {
        self.texts_become(locator, <[String]>::is_empty).await;
    }

    /// Waits until there are so many of these elements.
    pub(crate) async fn counts(&self, locator: impl Into<Locator>, elements: usize) {
        self.texts_become(locator, |texts| texts.len() == elements).await;
    }

    /// How many of these elements there are now.
    pub(crate) async fn count(&self, locator: impl Into<Locator>) -> usize {
        self.texts(locator).await.len()
    }

    /// The text of the first of these elements, once it is there.
    pub(crate) async fn text(&self, locator: impl Into<Locator>) -> String {
        self.texts_become(locator, |texts| !texts.is_empty()).await.swap_remove(0)
    }

    /// The texts of these elements now.
    pub(crate) async fn texts(&self, locator: impl Into<Locator>) -> Vec<String> {
        self.browser.texts(&locator.into()).await.unwrap()
    }

    /// Waits until a condition holds on the texts of these elements, and gives them.
    pub(crate) async fn texts_become(
        &self,
        locator: impl Into<Locator>,
        holds: impl Fn(&[String]) -> bool,
    ) -> Vec<String> {
        self.browser.wait_for_texts(&locator.into(), holds).await.unwrap()
    }

    /// Waits until one of these elements, or a part of it, has the focus.
    pub(crate) async fn focus_is_in(&self, locator: impl Into<Locator>) {
        let has_focus = "found.some(element => element.contains(document.activeElement))";
        self.browser.wait_for_answer(&locator.into(), has_focus).await.unwrap();
    }

    /// Waits until the focus is in the row that is announced at this place of a table, without the head and from 0.
    pub(crate) async fn focus_is_in_row(&self, place: usize) {
        let row = format!("document.activeElement.closest('tr')?.ariaRowIndex === '{}'", place + 2);
        self.until(&row).await;
    }

    /// The text of the element that has the focus.
    pub(crate) async fn focused_text(&self) -> String {
        string(&self.eval("document.activeElement.innerText").await)
    }

    /// What is in a field now.
    pub(crate) async fn value(&self, field: impl Into<Locator>) -> String {
        string(&self.browser.ask(&field.into(), "found[0].value").await.unwrap())
    }

    /// Waits until this is in a field.
    pub(crate) async fn has_value(&self, field: impl Into<Locator>, value: &str) {
        let has_value = format!("found[0]?.value === {}", Value::from(value));
        self.browser.wait_for_answer(&field.into(), &has_value).await.unwrap();
    }

    /// An attribute of an element, once both are there.
    pub(crate) async fn attribute(&self, locator: impl Into<Locator>, name: &str) -> String {
        let attribute = format!("found[0]?.getAttribute('{name}')");
        string(&self.browser.wait_for_answer(&locator.into(), &attribute).await.unwrap())
    }

    /// Waits until the page at the address of the query shows this value under a key; `None` if it is absent.
    pub(crate) async fn address_has(&self, key: &str, value: Option<&str>) {
        let has = format!("new URLSearchParams(location.search).get('{key}') === {}", json!(value));
        self.until(&has).await;
    }

    /// Waits for the card that says that a file was refused, and why.
    pub(crate) async fn refuses(&self, file: &str, kind: &str, says: &str) {
        self.texts_become(Role::Alert, |cards| {
            cards.iter().any(|card| [file, kind, says].iter().all(|text| card.contains(text)))
        })
        .await;
    }

    /// Waits until the overview's line about the past is shown, after which nothing on that page moves.
    pub(crate) async fn past_is_shown(&self) {
        let line = Role::Link.named(format!("{}: ", text::SINCE_YESTERDAY));
        self.texts_become(line, |lines| {
            lines.first().is_some_and(|line| !line.ends_with(text::LOADING_SHORT))
        })
        .await;
    }
}

/// Seeing the page as a whole.
impl Stage {
    /// Waits until an expression is truthy, and gives its value.
    pub(crate) async fn until(&self, expression: &str) -> Value {
        self.browser.wait_for(expression, expression).await.unwrap()
    }

    pub(crate) async fn shows(&self, text: &str) {
        self.browser.wait_for_text(text).await.unwrap();
    }

    /// Whether the page shows a text now.
    pub(crate) async fn shows_now(&self, text: &str) -> bool {
        self.eval(&format!("document.body.innerText.includes({})", Value::from(text))).await == true
    }

    /// Waits until the page no longer shows a text.
    pub(crate) async fn no_longer_shows(&self, text: &str) {
        self.until(&format!("!document.body.innerText.includes({})", Value::from(text))).await;
    }

    /// The value of an expression now.
    pub(crate) async fn eval(&self, expression: &str) -> Value {
        self.run(&format!("return ({expression});")).await
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.browser.client().execute(script, Vec::new()).await.unwrap()
    }

    /// Runs a script that calls `done` with its value.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0]; {script}");
        self.browser.client().execute_async(&script, Vec::new()).await.unwrap()
    }

    pub(crate) async fn heading(&self) -> String {
        self.text(Role::Heading.within(Role::Main)).await
    }

    pub(crate) async fn address(&self) -> String {
        string(&self.eval("location.pathname + location.search").await)
    }

    /// Waits until the focus is on the heading with this text.
    pub(crate) async fn focus_is_on_heading(&self, heading: &str) {
        let is_focused =
            format!("document.activeElement === found[0] && shown(found[0]) === {}", Value::from(heading));
        self.browser.wait_for_answer(&Role::Heading.named(heading), &is_focused).await.unwrap();
    }

    /// Asserts that the browser's console has no error, warning or policy violation since it was last asked.
    pub(crate) async fn is_silent(&self) {
        let complaints = self.browser.complaints().await.unwrap();
        assert!(complaints.is_empty(), "the browser complains: {complaints:#?}");
    }

    /// Asserts that nothing is in any storage but the app's own files.
    pub(crate) async fn stored_nothing(&self) {
        let script = "(async () => done([localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, \
                      document.cookie.length]))();";
        assert_eq!(self.run_async(script).await, json!([0, 0, 0, 0]));
    }
}

/// The cell that says which of a tenant's backup sets decides about its backup posture.
pub(crate) fn governing_set() -> Locator {
    Role::Cell.within(Role::Group.named(text::BACKUP_SETS)).showing(words::set_role_badge(SetRole::Latest))
}
