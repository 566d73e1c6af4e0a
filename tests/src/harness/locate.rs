use anyhow::{Result, ensure};
use fantoccini::elements::{Element, ElementRef};
use serde_json::{Value, json};

use super::browser::Browser;
use super::deadline::{Deadline, PAUSE};

/// What an element is to a user, in the words of WAI-ARIA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A button, or the summary of details.
    Button,
    /// A box to tick.
    Checkbox,
    /// A heading of any level.
    Heading,
    /// A link, followed or closed.
    Link,
    /// A field to search with.
    Searchbox,
    /// A range to choose from by dragging or by keys.
    Slider,
    /// A field to write in.
    Textbox,
}

impl Role {
    /// The role's name in WAI-ARIA.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Checkbox => "checkbox",
            Self::Heading => "heading",
            Self::Link => "link",
            Self::Searchbox => "searchbox",
            Self::Slider => "slider",
            Self::Textbox => "textbox",
        }
    }

    /// The elements that have the role, as CSS.
    fn selector(self) -> &'static str {
        match self {
            Self::Button => "button, summary, [role=button]",
            Self::Checkbox => "input[type=checkbox]",
            Self::Heading => "h1, h2, h3, h4, h5, h6",
            Self::Link => "a[href], [role=link]",
            Self::Searchbox => "input[type=search]",
            Self::Slider => "input[type=range]",
            Self::Textbox => "input[type=text], textarea",
        }
    }
}

/// The visible elements of a selector (argument 0) within another (1) whose name is a text (2) or, if there are none, has it.
const BY_NAME: &str = "
    const [selector, within, wanted] = arguments;
    const plain = text => (text ?? '').replace(/\\s+/g, ' ').trim();
    const named = element => {
        const label = (element.getAttribute('aria-labelledby') ?? '').split(' ').map(id => document.getElementById(id)?.innerText).join(' ');
        const own = [...(element.labels ?? [])].map(label => label.innerText).join(' ');
        return plain(plain(label) || element.getAttribute('aria-label') || plain(own) || element.innerText || element.title);
    };
    const isVisible = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const all = [...document.querySelectorAll(within)].flatMap(part => [...part.querySelectorAll(selector)]).filter(isVisible);
    const exact = all.filter(element => named(element) === wanted);
    return exact.length ? exact : all.filter(element => named(element).includes(wanted));";

/// The innermost visible elements within a selector (argument 0) that show a text (1).
const BY_TEXT: &str = "
    const [within, wanted] = arguments;
    const shows = element => element.checkVisibility({ visibilityProperty: true }) && element.innerText?.includes(wanted);
    return [...document.querySelectorAll(within)].flatMap(part => [...part.querySelectorAll('*')])
        .filter(element => shows(element) && ![...element.children].some(shows));";

/// The key of an element's reference in what a script returns.
const REFERENCE: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// Waits for a visible element of this role and accessible name, and gives the first. A name that only has the text counts
    /// if no whole name is that text.
    ///
    /// # Errors
    ///
    /// If there is none; the error shows the page's text and console. Also if assistive technology gets another role.
    pub async fn by_role(&self, role: Role, name: &str) -> Result<Element> {
        self.by_role_in("body", role, name).await
    }

    /// As [`Browser::by_role`], within the elements of a selector.
    ///
    /// # Errors
    ///
    /// As [`Browser::by_role`].
    pub async fn by_role_in(&self, within: &str, role: Role, name: &str) -> Result<Element> {
        let args = vec![json!(role.selector()), json!(within), json!(name)];
        let found = self.wait_for_element(&format!("a {} “{name}”", role.as_str()), BY_NAME, args).await?;
        let computed = self.get(format!("element/{}/computedrole", found.element_id())).await?;
        // Chromium has a role of its own for the summary of details.
        let is_role = computed == role.as_str() || role == Role::Button && computed == "DisclosureTriangle";
        ensure!(is_role, "“{name}” is a {computed} to assistive technology, not a {}", role.as_str());
        Ok(found)
    }

    /// Waits for the innermost visible element that shows this text.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub async fn by_text(&self, within: &str, text: &str) -> Result<Element> {
        self.wait_for_element(&format!("the text “{text}”"), BY_TEXT, vec![json!(within), json!(text)]).await
    }

    /// Clicks as a user does: in the middle of what is visible of the element, and only if nothing covers it.
    ///
    /// # Errors
    ///
    /// If it does not appear, or stays covered.
    pub async fn click(&self, role: Role, name: &str) -> Result<()> {
        self.click_in("body", role, name).await
    }

    /// As [`Browser::click`], within the elements of a selector.
    ///
    /// # Errors
    ///
    /// As [`Browser::click`].
    pub async fn click_in(&self, within: &str, role: Role, name: &str) -> Result<()> {
        self.click_when_free(async || self.by_role_in(within, role, name).await).await
    }

    /// Clicks the first visible link to an address, within the elements of a selector.
    ///
    /// # Errors
    ///
    /// As [`Browser::click`].
    pub async fn click_link_to(&self, within: &str, address: &str) -> Result<()> {
        let links = format!("a[href={}]", Value::from(address));
        let find = async || {
            let args = vec![json!(links), json!(within), json!("")];
            self.wait_for_element(&format!("a link to {address}"), BY_NAME, args).await
        };
        self.click_when_free(find).await
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

    /// A page that is still being drawn may replace or cover an element that was just found.
    async fn click_when_free(&self, find: impl AsyncFn() -> Result<Element>) -> Result<()> {
        let deadline = Deadline::start();
        loop {
            let element = find().await?;
            let reference = json!({ REFERENCE: element.element_id().as_ref() });
            match element.click().await {
                Ok(()) => return Ok(()),
                Err(error) if deadline.has_passed() => return Err(error.into()),
                Err(_) => {
                    // The sticky header may cover it: a user scrolls on. An element that was replaced is found again.
                    let free = "arguments[0].scrollIntoView({ block: 'center' })";
                    let _ = self.client().execute(free, vec![reference]).await;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn wait_for_element(&self, what: &str, script: &str, args: Vec<Value>) -> Result<Element> {
        let deadline = Deadline::start();
        loop {
            let found = self.client().execute(script, args.clone()).await?;
            if let Some(reference) = found[0][REFERENCE].as_str() {
                let reference = ElementRef::from(reference.to_owned());
                return Ok(Element::from_element_id(self.client().clone(), reference));
            }
            if deadline.has_passed() {
                return Err(self.in_vain(what).await?);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
