use serde::Serialize;

/// What an element is to a user, in the words of WAI-ARIA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A message that interrupts.
    Alert,
    /// The head of the page.
    Banner,
    /// A button, the summary of details, or a chooser of files.
    Button,
    /// A cell of a table that is not a head.
    Cell,
    /// A box to tick.
    Checkbox,
    /// The head of a table's column.
    ColumnHeader,
    /// A choice of one, with or without a text to type.
    Combobox,
    /// The foot of the page.
    ContentInfo,
    /// A dialog or menu, while it is open.
    Dialog,
    /// Things that belong together.
    Group,
    /// A heading of any level.
    Heading,
    /// A link, followed or disabled.
    Link,
    /// One line of a list.
    ListItem,
    /// The page's content.
    Main,
    /// A set of links.
    Navigation,
    /// One choice of a combobox.
    Option,
    /// A progress bar.
    Progressbar,
    /// A part of the page with a name.
    Region,
    /// A row of a table.
    Row,
    /// The head of a table's row.
    RowHeader,
    /// A field to search with.
    Searchbox,
    /// A range to choose from by dragging or by keys.
    Slider,
    /// A message that does not interrupt.
    Status,
    /// A field to write in.
    Textbox,
}

impl Role {
    /// What the browser calls the role.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.name_and_selector().0
    }

    /// The elements that have the role, as CSS.
    pub(super) fn selector(self) -> &'static str {
        self.name_and_selector().1
    }

    fn name_and_selector(self) -> (&'static str, &'static str) {
        match self {
            Self::Alert => ("alert", "[role=alert]"),
            Self::Banner => ("banner", "body > header"),
            Self::Button => {
                ("button", "button, summary, [role=button], input[type=file], input[type=submit]")
            }
            Self::Cell => ("cell", "td"),
            Self::Checkbox => ("checkbox", "input[type=checkbox]"),
            Self::ColumnHeader => ("columnheader", "th[scope=col], th[scope=colgroup]"),
            Self::Combobox => ("combobox", "select, [role=combobox]"),
            Self::ContentInfo => ("contentinfo", "body > footer"),
            Self::Dialog => ("dialog", "dialog[open], [role=dialog]"),
            Self::Group => ("group", "[role=group], details"),
            Self::Heading => ("heading", "h1, h2, h3, h4, h5, h6"),
            Self::Link => ("link", "a[href], [role=link]"),
            Self::ListItem => ("listitem", "li"),
            Self::Main => ("main", "main"),
            Self::Navigation => ("navigation", "nav"),
            Self::Option => ("option", "[role=option]"),
            Self::Progressbar => ("progressbar", "progress"),
            Self::Region => ("region", "section[aria-label], section[aria-labelledby]"),
            Self::Row => ("row", "tr"),
            Self::RowHeader => ("rowheader", "th[scope=row]"),
            Self::Searchbox => ("searchbox", "input[type=search]"),
            Self::Slider => ("slider", "input[type=range]"),
            Self::Status => ("status", "[role=status]"),
            Self::Textbox => {
                let fields = "input:not([type]), input[type=text]:not([role]), input[type=url], input[type=password], textarea";
                ("textbox", fields)
            }
        }
    }

    /// The elements of this role with this accessible name or, if there are none, those whose name contains it.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Locator {
        Locator::from(self).narrowed(|step| step.name = Some(name.into()))
    }

    /// The elements of this role that show a text.
    #[must_use]
    pub fn showing(self, text: impl Into<String>) -> Locator {
        Locator::from(self).narrowed(|step| step.text = Some(text.into()))
    }

    /// The elements of this role that lead to an address.
    #[must_use]
    pub fn leading_to(self, address: impl Into<String>) -> Locator {
        Locator::from(self).narrowed(|step| step.address = Some(address.into()))
    }

    /// The element of this role at this place, from 0; from the last one backwards if negative.
    #[must_use]
    pub fn at(self, place: isize) -> Locator {
        Locator::from(self).at(place)
    }

    /// The elements of this role that are part of another element.
    #[must_use]
    pub fn within(self, other: impl Into<Locator>) -> Locator {
        Locator::from(self).within(other)
    }
}

/// How a user finds something that is visible: by its role and name, within something that is found in the same way.
#[derive(Clone, Debug, Serialize)]
pub struct Locator(Vec<Step>);

/// What is looked for in what the steps before have found.
#[derive(Clone, Debug, Serialize)]
struct Step {
    role: &'static str,
    selector: &'static str,
    name: Option<String>,
    text: Option<String>,
    address: Option<String>,
    /// Which one of those found, from 0; from the last one backwards if negative.
    place: Option<isize>,
}

impl From<Role> for Locator {
    fn from(role: Role) -> Self {
        let (name, text, address, place) = (None, None, None, None);
        Self(vec![Step { role: role.as_str(), selector: role.selector(), name, text, address, place }])
    }
}

impl Locator {
    /// Those that are part of another element.
    #[must_use]
    pub fn within(self, other: impl Into<Self>) -> Self {
        let mut steps = other.into().0;
        steps.extend(self.0);
        Self(steps)
    }

    /// Those that also show a text.
    #[must_use]
    pub fn showing(self, text: impl Into<String>) -> Self {
        self.narrowed(|step| step.text = Some(text.into()))
    }

    /// Only the one at this place, from 0; from the last one backwards if negative.
    #[must_use]
    pub fn at(self, place: isize) -> Self {
        self.narrowed(|step| step.place = Some(place))
    }

    fn narrowed(mut self, narrow: impl FnOnce(&mut Step)) -> Self {
        if let Some(step) = self.0.last_mut() {
            narrow(step);
        }
        self
    }

    /// The role of what is found.
    pub(super) fn role(&self) -> &'static str {
        self.0.last().map_or("", |step| step.role)
    }

    /// What is looked for, in words.
    pub(super) fn described(&self) -> String {
        let step = |step: &Step| {
            let given = [("named", &step.name), ("showing", &step.text), ("leading to", &step.address)];
            let given =
                given.into_iter().filter_map(|(what, given)| Some(format!(" {what} {:?}", given.as_ref()?)));
            let place = step.place.map(|place| format!(" at place {place}"));
            step.role.to_owned() + &given.chain(place).collect::<String>()
        };
        self.0.iter().rev().map(step).collect::<Vec<_>>().join(" in ")
    }
}

/// Finds what a locator (argument 0) means, in `found`.
pub(super) const FIND: &str = "
    const plain = text => (text ?? '').replace(/\\s+/g, ' ').trim();
    const shown = element => element.innerText ?? element.textContent;
    const name = element => {
        const label = (element.getAttribute('aria-labelledby') ?? '').split(' ').map(id => document.getElementById(id)?.innerText).join(' ');
        const own = [...(element.labels ?? [])].map(label => label.innerText).join(' ');
        return plain(plain(label) || element.getAttribute('aria-label') || plain(own) || plain(shown(element)) || element.title || element.placeholder || element.value);
    };
    const isVisible = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('[aria-hidden=true]');
    let found = [document.documentElement];
    for (const step of arguments[0]) {
        found = [...new Set(found.flatMap(part => [...part.querySelectorAll(step.selector)]))].filter(isVisible);
        if (step.name !== null) {
            const exact = found.filter(element => name(element) === plain(step.name));
            found = exact.length ? exact : found.filter(element => name(element).includes(plain(step.name)));
        }
        if (step.text !== null) found = found.filter(element => plain(shown(element)).includes(plain(step.text)));
        if (step.address !== null) found = found.filter(element => element.getAttribute('href') === step.address);
        if (step.place !== null) found = found.slice(step.place).slice(0, 1);
    }
";
