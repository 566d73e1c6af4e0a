use anyhow::{Context as _, Result, ensure};
use fantoccini::elements::{Element, ElementRef};
use serde_json::{Value, json};

use super::browser::Browser;
use super::deadline::{Deadline, PAUSE};
use super::locator::{FIND, Locator};

/// The key of an element's reference in what a script returns.
const REFERENCE: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Seeing.
impl Browser {
    /// Waits for the first element that a locator means.
    ///
    /// # Errors
    ///
    /// If there is none; the error shows the page's text and console. Also if assistive technology gets another role.
    pub async fn element(&self, locator: &Locator) -> Result<Element> {
        let deadline = Deadline::start();
        loop {
            let found = self.ask(locator, "[found[0]]").await?;
            if let Some(reference) = found[0][REFERENCE].as_str() {
                let reference = ElementRef::from(reference.to_owned());
                let found = Element::from_element_id(self.client().clone(), reference);
                return self.checked(locator, found).await;
            }
            self.pause(&deadline, &locator.described()).await?;
        }
    }

    /// Waits until a condition holds on the texts of all elements that a locator means, and gives these.
    ///
    /// # Errors
    ///
    /// If that never happens; the error shows the page's text and console.
    pub async fn wait_for_texts(
        &self,
        locator: &Locator,
        holds: impl Fn(&[String]) -> bool,
    ) -> Result<Vec<String>> {
        let deadline = Deadline::start();
        loop {
            let texts = self.texts(locator).await?;
            if holds(&texts) {
                return Ok(texts);
            }
            let what = format!("a condition on each {}, which now are {texts:?}", locator.described());
            self.pause(&deadline, &what).await?;
        }
    }

    /// The texts of all elements that a locator means now.
    ///
    /// # Errors
    ///
    /// If the driver does not answer as expected.
    pub async fn texts(&self, locator: &Locator) -> Result<Vec<String>> {
        let texts = self.ask(locator, "found.map(element => (shown(element) ?? '').trim())").await?;
        serde_json::from_value(texts).context("reading texts of the page")
    }

    /// Waits until an expression on the elements that a locator means, `found`, is truthy, and gives its value.
    ///
    /// # Errors
    ///
    /// If that never happens; the error shows the page's text and console.
    pub async fn wait_for_answer(&self, locator: &Locator, expression: &str) -> Result<Value> {
        let deadline = Deadline::start();
        let truthy = format!("(value => value ? [value] : null)({expression})");
        loop {
            if let Value::Array(answer) = &mut self.ask(locator, &truthy).await? {
                return Ok(answer[0].take());
            }
            self.pause(&deadline, &format!("{expression}, of each {}", locator.described())).await?;
        }
    }

    /// The value of an expression on the elements that a locator means now, `found`.
    ///
    /// # Errors
    ///
    /// If the expression throws.
    pub async fn ask(&self, locator: &Locator, expression: &str) -> Result<Value> {
        let script = format!("{FIND} return {expression};");
        let answer = self.client().execute(&script, vec![json!(locator)]).await;
        answer.with_context(|| format!("asking for {}", locator.described()))
    }

    /// An element, if assistive technology gets its role from the browser.
    async fn checked(&self, locator: &Locator, found: Element) -> Result<Element> {
        let computed = self.get(format!("element/{}/computedrole", found.element_id())).await?;
        let role = locator.role();
        // Chromium has a role of its own for the summary of details.
        let is_role = computed == role || role == "button" && computed == "DisclosureTriangle";
        ensure!(is_role, "{} is a {computed} to assistive technology", locator.described());
        Ok(found)
    }

    async fn pause(&self, deadline: &Deadline, what: &str) -> Result<()> {
        if deadline.has_passed() {
            return Err(self.in_vain(what).await?);
        }
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}

/// Acting.
impl Browser {
    /// Clicks as a user does: in the middle of what is visible of the element, and only if nothing covers it.
    ///
    /// # Errors
    ///
    /// If it does not appear, or stays covered.
    pub async fn click(&self, locator: &Locator) -> Result<()> {
        let deadline = Deadline::start();
        loop {
            let element = self.element(locator).await?;
            let reference = json!({ REFERENCE: element.element_id().as_ref() });
            match element.click().await {
                Ok(()) => return Ok(()),
                Err(error) if deadline.has_passed() => return Err(error.into()),
                // A page that is still being drawn may replace or cover an element that was just found.
                Err(_) => {
                    // The sticky header may cover it: a user scrolls on. An element that was replaced is found again.
                    let free = "arguments[0].scrollIntoView({ block: 'center' })";
                    let _ = self.client().execute(free, vec![reference]).await;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Presses the mouse in the middle of an element, whatever covers it there.
    ///
    /// # Errors
    ///
    /// If the element does not appear.
    pub async fn press_mouse_on(&self, locator: &Locator) -> Result<()> {
        let middle = "found.map(element => {
            element.scrollIntoView({ block: 'nearest' });
            const { x, y, width, height } = element.getBoundingClientRect();
            return [x + width / 2, y + height / 2];
        })[0]";
        let middle = self.wait_for_answer(locator, middle).await?;
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({ "type": kind, "x": middle[0], "y": middle[1], "button": "left", "clickCount": 1 });
            self.devtools("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    /// Turns the wheel over the middle of an element, by so many pixels downwards.
    ///
    /// # Errors
    ///
    /// If the element is not visible.
    pub async fn turn_wheel(&self, element: &Element, pixels: i64) -> Result<()> {
        let (x, y, width, height) = element.rectangle().await?;
        let turn = json!({ "type": "mouseWheel", "x": x + width / 2.0, "y": y + height / 2.0, "deltaX": 0, "deltaY": pixels });
        self.devtools("Input.dispatchMouseEvent", turn).await.map(drop)
    }
}
