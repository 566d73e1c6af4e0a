//! The command palette's entries for a search: tenants, pages, workspaces and actions.

use posture_core::{Report, paths};

use crate::browser::text_folding::folded;
use crate::store::registry_view::{Asked, Index};
use crate::text;

/// How many tenants are offered at most.
const TENANTS: usize = 8;

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Goes to a page of the workspace.
    Go(String),
    /// Loads another document: opened files have a policy of their own.
    Load(&'static str),
    /// Presses a control of the page, found by a selector.
    Press(&'static str),
    /// Fetches newer evidence.
    Refresh,
    /// Changes the theme.
    Theme,
    /// Prints the page.
    Print,
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it is: a tenant, a page or an action.
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// More about it, such as a tenant's domain.
    pub about: String,
    /// What it does.
    pub deed: Deed,
}

fn page(name: &str, url: impl Into<String>) -> Command {
    let deed = Deed::Go(url.into());
    Command { kind: text::PAGE, name: name.to_owned(), about: String::new(), deed }
}

fn action(name: &str, deed: Deed) -> Command {
    Command { kind: text::ACTION, name: name.to_owned(), about: String::new(), deed }
}

/// Every page that is the same for all workspaces, and every action.
fn fixed(is_review: bool) -> Vec<Command> {
    let mut all = vec![
        page(text::OVERVIEW, paths::OVERVIEW),
        page(text::TENANTS, paths::TENANTS),
        page(text::WHAT_CHANGED, paths::CHANGES),
        page(text::TREND, paths::TREND),
        page(text::FORECAST, paths::FORECAST),
        page(text::WHAT_IF, paths::WHAT_IF),
        page(text::WORKSPACES, paths::WORKSPACES),
    ];
    let files = [(text::OPEN_SNAPSHOT, paths::OPEN), (text::COMPARE, paths::COMPARE)];
    all.extend(files.map(|(name, url)| match is_review {
        true => page(name, url),
        false => {
            Command { kind: text::PAGE, name: name.to_owned(), about: String::new(), deed: Deed::Load(url) }
        }
    }));
    if !is_review {
        all.push(action(text::REFRESH, Deed::Refresh));
        all.push(action(text::EXPORT, Deed::Press("[popovertarget=exports-menu]")));
    }
    all.push(action(text::AS_OF_TITLE, Deed::Press("[popovertarget=as-of-menu]")));
    all.push(action(text::PRINT, Deed::Print));
    all.push(action(text::CHANGE_COLOURS, Deed::Theme));
    all.push(action(text::SHOW_SHORTCUTS, Deed::Press("button[data-sheet=shortcuts]")));
    all
}

/// What is offered for a text: tenants first once something is typed, worst first; then pages and actions that hold every word of it.
pub fn offered(typed: &str, report: Option<(&Report, &Index)>, is_review: bool) -> Vec<Command> {
    let wanted = folded(typed.trim());
    let holds = |command: &Command| {
        let name = folded(&command.name);
        wanted.split_whitespace().all(|word| name.contains(word))
    };
    let fixed = fixed(is_review).into_iter().filter(holds);
    let tenants = report.into_iter().flat_map(|(report, index)| tenants(&wanted, report, index));
    if wanted.is_empty() { fixed.chain(tenants).collect() } else { tenants.chain(fixed).collect() }
}

fn tenants(wanted: &str, report: &Report, index: &Index) -> Vec<Command> {
    let found = index.select(report, &Asked::default().searching(wanted.to_owned()));
    let found = found.into_iter().filter_map(|place| report.tenants.get(place)).take(TENANTS);
    let found = found.map(|tenant| &**tenant);
    let command = |tenant: &posture_core::TenantReport| Command {
        kind: text::TENANT,
        name: tenant.tenant_label.clone(),
        about: tenant.domain.clone().unwrap_or_else(|| tenant.tenant_route_key.clone()),
        deed: Deed::Go(paths::tenant(&tenant.tenant_route_key)),
    };
    found.map(command).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::report_of;

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");

    fn names(typed: &str) -> Vec<String> {
        let report = report_of(ORDER);
        let index = Index::of(&report);
        offered(typed, Some((&report, &index)), false).into_iter().map(|command| command.name).collect()
    }

    /// DB-28
    #[test]
    fn a_tenant_a_page_and_an_action_are_found_by_part_of_their_name() {
        let report = report_of(ORDER);
        let tenant = &report.tenants[0].tenant_label;
        assert_eq!(names(&tenant.to_uppercase())[0], *tenant);
        assert_eq!(names("foreca"), [text::FORECAST]);
        assert_eq!(names("theme system"), [text::CHANGE_COLOURS]);
        assert!(names("no such thing").is_empty());
        assert_eq!(names("")[0], text::OVERVIEW);
    }
}
