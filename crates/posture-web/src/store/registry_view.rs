//! Which tenants the registry lists, and in which order. Filters and order are kept only in the page's address.

use posture_core::policy::Policy;
use posture_core::report::registry::RegistryFilter;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::verdicts::unsettled::UnsettledCause;
use posture_core::views::concern::Concern;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::{Report, TenantReport, paths};

use crate::browser::query::Query;
use crate::browser::text_folding::folded;
pub use crate::store::registry_rows::{Direction, Order};
use crate::store::registry_rows::{Row, sort};

/// The prefix of an order's word in an address if it is reversed.
const DESCENDING: char = '-';

/// The address a list of tenants is at. Both show the same table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListPage {
    /// The registry.
    #[default]
    Tenants,
    /// The tenants to choose from.
    ChooseTenant,
}

impl ListPage {
    /// The page without filters.
    pub fn path(self) -> &'static str {
        match self {
            Self::Tenants => paths::TENANTS,
            Self::ChooseTenant => paths::CHOOSE_TENANT,
        }
    }
}

/// The registry's filters and sort order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The page.
    pub page: ListPage,
    /// What tenants are looked for.
    pub concern: Option<Concern>,
    /// Environments and labels to show.
    pub groups: GroupFilter,
    /// What the list is grouped by.
    pub group_by: Option<GroupBy>,
    /// Postures and states to show.
    pub filter: RegistryFilter,
    /// What a name or key must contain.
    pub search: String,
    /// The order.
    pub order: Order,
    /// Which way.
    pub direction: Direction,
}

impl Asked {
    /// Reads the filters in an address; words outside the vocabularies are dropped, except profiles, which only a policy knows.
    pub fn of_query(page: ListPage, query: &Query) -> Self {
        let sort = query.get(paths::SORT_KEY).unwrap_or_default();
        let (word, direction) = match sort.strip_prefix(DESCENDING) {
            Some(word) => (word, Direction::Descending),
            None => (sort, Direction::Ascending),
        };
        let order = Order::ALL.into_iter().find(|order| order.word() == word);
        Self {
            page,
            concern: query.get(paths::ATTENTION_KEY).and_then(Concern::from_word),
            // A profile is one of the filters of the contract.
            groups: GroupFilter::of_query(query.pairs().filter(|(key, _)| *key != paths::PROFILE_KEY)),
            group_by: GroupBy::of_query(query.get(paths::GROUP_BY_KEY)),
            filter: RegistryFilter {
                profile: query.all(paths::PROFILE_KEY).map(str::to_owned).collect(),
                ..RegistryFilter::from_words(
                    query.all(paths::BACKUP_POSTURE_KEY),
                    query.all(paths::RECOVERY_EVIDENCE_KEY),
                )
                .with_unsettled(query.all(paths::UNSETTLED_KEY))
            },
            search: query.get(paths::SEARCH_KEY).unwrap_or_default().to_owned(),
            order: order.unwrap_or_default(),
            direction: if order.is_some() { direction } else { Direction::default() },
        }
    }

    /// The address with these filters.
    pub fn url(&self) -> String {
        let postures =
            self.filter.backup_posture.iter().map(|posture| (paths::BACKUP_POSTURE_KEY, posture.as_str()));
        let states =
            self.filter.recovery_evidence.iter().map(|state| (paths::RECOVERY_EVIDENCE_KEY, state.as_str()));
        let profiles = self.filter.profile.iter().map(|profile| (paths::PROFILE_KEY, profile.as_str()));
        let causes = self.filter.unsettled.iter().map(|cause| (paths::UNSETTLED_KEY, cause.as_str()));
        let concern = self.concern.map(|concern| (paths::ATTENTION_KEY, concern.as_str()));
        let search = (!self.search.is_empty()).then_some((paths::SEARCH_KEY, self.search.as_str()));
        let sort = match self.direction {
            Direction::Ascending => self.order.word().to_owned(),
            Direction::Descending => format!("{DESCENDING}{}", self.order.word()),
        };
        let is_usual = self.order == Order::default() && self.direction == Direction::default();
        let order = (!is_usual).then_some((paths::SORT_KEY, sort.as_str()));
        let asked = concern.into_iter().chain(postures).chain(states).chain(profiles).chain(causes);
        let group_by = self.group_by.map(|by| (paths::GROUP_BY_KEY, by.as_str()));
        let asked = asked.chain(self.groups.pairs()).chain(group_by).chain(search).chain(order);
        match self.page {
            ListPage::Tenants => paths::registry(asked),
            ListPage::ChooseTenant => paths::choose_tenant(asked),
        }
    }

    /// The same for other tenants; for all of them if `None`.
    pub fn choosing(&self, concern: Option<Concern>) -> Self {
        Self { concern, ..self.clone() }
    }

    /// The same for these environments and labels.
    pub fn grouping(&self, groups: GroupFilter) -> Self {
        Self { groups, ..self.clone() }
    }

    /// The same, grouped by this kind of group or by none.
    pub fn grouped_by(&self, group_by: Option<GroupBy>) -> Self {
        Self { group_by, ..self.clone() }
    }

    /// The same for one group only, without headings.
    pub fn only_group(&self, by: GroupBy, name: &str) -> Self {
        let mut asked = self.grouped_by(None);
        match by {
            GroupBy::Profile => asked.filter.profile = vec![name.to_owned()],
            GroupBy::Environment | GroupBy::Label if asked.groups.has(by, name) => {}
            GroupBy::Environment | GroupBy::Label => asked.groups = asked.groups.with(by, name),
        }
        asked
    }

    /// The same with a posture added to the filter, or removed from it.
    pub fn toggling_posture(&self, posture: BackupPosture) -> Self {
        let mut asked = self.clone();
        toggle(&mut asked.filter.backup_posture, posture);
        asked
    }

    /// The same with a state added to the filter, or removed from it.
    pub fn toggling_state(&self, state: RecoveryState) -> Self {
        let mut asked = self.clone();
        toggle(&mut asked.filter.recovery_evidence, state);
        asked
    }

    /// The same with a profile added to the filter, or removed from it.
    pub fn toggling_profile(&self, profile: &str) -> Self {
        let mut asked = self.clone();
        toggle(&mut asked.filter.profile, profile.to_owned());
        asked
    }

    /// The same with a cause of being unsettled added to the filter, or removed from it.
    pub fn toggling_cause(&self, cause: UnsettledCause) -> Self {
        let mut asked = self.clone();
        toggle(&mut asked.filter.unsettled, cause);
        asked
    }

    /// The same in another order, reversed if that is the order already.
    pub fn ordered(&self, order: Order) -> Self {
        let direction = match self.direction {
            Direction::Ascending if self.order == order => Direction::Descending,
            Direction::Ascending | Direction::Descending => Direction::Ascending,
        };
        Self { order, direction, ..self.clone() }
    }

    /// The same for another text.
    pub fn searching(&self, search: String) -> Self {
        Self { search, ..self.clone() }
    }

    /// All groups that are asked for, profiles included.
    pub fn all_groups(&self) -> GroupFilter {
        let profiles = self.filter.profile.iter();
        profiles.fold(self.groups.clone(), |groups, profile| groups.with(GroupBy::Profile, profile))
    }

    /// The same without profiles that the policy does not have: they are outside the vocabulary.
    pub fn within(mut self, policy: &Policy) -> Self {
        let asked = std::mem::take(&mut self.filter.profile);
        self.filter = self.filter.with_profiles(asked.iter().map(String::as_str), policy);
        self
    }

    /// The profiles asked for that a policy does not have.
    pub fn profiles_outside(&self, policy: &Policy) -> GroupFilter {
        let outside = self.filter.profile.iter().filter(|name| policy.profile(name).is_none());
        outside.fold(GroupFilter::default(), |groups, name| groups.with(GroupBy::Profile, name))
    }

    /// Whether the filter admits every tenant.
    pub fn is_all(&self) -> bool {
        self.concern.is_none()
            && self.groups.is_empty()
            && self.filter == RegistryFilter::default()
            && self.search.is_empty()
    }
}

fn toggle<T: PartialEq>(chosen: &mut Vec<T>, one: T) {
    match chosen.iter().position(|other| *other == one) {
        Some(at) => drop(chosen.remove(at)),
        None => chosen.push(one),
    }
}

/// A report's tenants, prepared once so that no question has to fold a name again.
#[derive(Clone, Debug)]
pub struct Index {
    /// Worst first.
    rows: Vec<Row>,
}

impl Index {
    /// Prepares a report.
    pub fn of(report: &Report) -> Self {
        let tenants = report.tenants.iter().map(AsRef::as_ref).enumerate();
        let mut rows: Vec<_> = tenants.map(|(at, tenant)| Row::of(at, tenant)).collect();
        sort(&mut rows, Order::WorstFirst, Direction::Ascending);
        Self { rows }
    }

    /// The places in the report of the tenants that pass the filter, in its sort order; ties worst first.
    pub fn select(&self, report: &Report, asked: &Asked) -> Vec<usize> {
        let wanted = folded(asked.search.trim());
        let admits = |tenant: &TenantReport| {
            asked.filter.admits(&tenant.registry)
                && asked.groups.admits(tenant)
                && asked.concern.is_none_or(|concern| concern.is_of(tenant))
        };
        let is_asked = |row: &&Row| {
            row.searched.contains(&wanted)
                && report.tenants.get(row.tenant).is_some_and(|tenant| admits(tenant))
        };
        if asked.order == Order::WorstFirst && asked.direction == Direction::Ascending {
            return self.rows.iter().filter(is_asked).map(|row| row.tenant).collect();
        }
        let mut rows: Vec<_> = self.rows.iter().filter(is_asked).cloned().collect();
        sort(&mut rows, asked.order, asked.direction);
        rows.into_iter().map(|row| row.tenant).collect()
    }
}

#[cfg(test)]
mod tests {
    use posture_core::report::registry::worst_first;
    use posture_core::sorting::sort_by;
    use posture_core::views::groups::GroupBy;

    use super::*;
    use crate::test_support::report_of;

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");

    fn names(report: &Report, asked: &Asked) -> Vec<String> {
        Index::of(report)
            .select(report, asked)
            .into_iter()
            .map(|place| report.tenants[place].tenant_label.clone())
            .collect()
    }

    #[test]
    fn without_a_question_all_tenants_are_listed_worst_first() {
        let report = report_of(ORDER);
        let mut tenants: Vec<_> = report.tenants.iter().collect();
        sort_by(&mut tenants, |a, b| worst_first(a, b));
        let expected: Vec<_> = tenants.iter().map(|tenant| tenant.tenant_label.clone()).collect();
        assert_eq!(names(&report, &Asked::default()), expected);
    }

    #[test]
    fn a_filter_admits_what_the_core_admits_and_a_search_what_holds_its_text() {
        let report = report_of(ORDER);
        for posture in BackupPosture::ALL {
            let listed = names(&report, &Asked::default().toggling_posture(*posture)).len();
            assert_eq!(
                listed,
                report.tenants.iter().filter(|tenant| tenant.backup_health.posture == *posture).count(),
                "{posture}"
            );
        }
        let first = &report.tenants[0];
        let found = names(&report, &Asked::default().searching(first.tenant_label.to_uppercase()));
        assert!(found.contains(&first.tenant_label));
        assert!(names(&report, &Asked::default().searching("no such name".to_owned())).is_empty());
    }

    #[test]
    fn tenants_without_a_backup_come_first_then_the_oldest_backup() {
        let report = report_of(ORDER);
        let order = Index::of(&report).select(&report, &Asked::default().ordered(Order::LatestBackup));
        let completed: Vec<_> = order
            .iter()
            .map(|place| report.tenants[*place].backup_health.latest_relevant_completed_at)
            .collect();
        assert!(completed.is_sorted());
    }

    /// DB-14: both directions.
    #[test]
    fn an_order_chosen_again_is_reversed() {
        let report = report_of(ORDER);
        for order in Order::ALL.into_iter().filter(|order| *order != Order::WorstFirst) {
            let (up, down) =
                (Asked::default().ordered(order), Asked::default().ordered(order).ordered(order));
            assert_eq!(down.ordered(order), up);
            let compare = order.comparison();
            let rows = |asked: &Asked| -> Vec<Row> {
                let index = Index::of(&report);
                let found = |place: &usize| index.rows.iter().find(|row| row.tenant == *place).cloned();
                index.select(&report, asked).iter().filter_map(found).collect()
            };
            assert!(rows(&up).is_sorted_by(|a, b| compare(a, b).is_le()), "{order:?}");
            assert!(rows(&down).is_sorted_by(|a, b| compare(a, b).is_ge()), "{order:?}");
        }
    }

    #[test]
    fn filters_survive_a_round_trip_through_the_address() {
        let asked = Asked::default()
            .toggling_posture(BackupPosture::Stale)
            .toggling_posture(BackupPosture::Absent)
            .toggling_state(RecoveryState::Weakened)
            .choosing(Some(Concern::RecentWithWarning))
            .grouping(GroupFilter::default().with(GroupBy::Environment, "a & b").with(GroupBy::Label, "gold"))
            .grouped_by(Some(GroupBy::Label))
            .searching("a&b c+50%25 %20é".to_owned())
            .ordered(Order::Name)
            .ordered(Order::Name);
        let url = asked.url();
        let query = Query::of(url.split_once('?').unwrap().1);
        assert_eq!(Asked::of_query(ListPage::Tenants, &query), asked, "{url}");
        let choosing = Asked { page: ListPage::ChooseTenant, ..asked.clone() };
        assert!(choosing.url().starts_with("/admin/choose-tenant?attention=recent_with_warning&"), "{url}");
        assert_eq!(Asked::of_query(ListPage::ChooseTenant, &query), choosing, "{url}");
        assert_eq!(
            asked.toggling_posture(BackupPosture::Stale).filter.backup_posture,
            [BackupPosture::Absent]
        );
    }

    #[test]
    fn one_group_is_chosen_by_the_filter_of_its_kind() {
        let grouped = Asked::default().grouped_by(Some(GroupBy::Profile)).toggling_profile("silver");
        let only = grouped.only_group(GroupBy::Profile, "gold");
        assert_eq!((only.filter.profile.as_slice(), only.group_by), (["gold".to_owned()].as_slice(), None));
        let only = grouped.only_group(GroupBy::Label, "a").only_group(GroupBy::Label, "a");
        assert_eq!(only.groups.pairs().count(), 1);
    }

    #[test]
    fn words_outside_the_vocabularies_are_dropped() {
        let query =
            Query::of(&format!("{}=splendid&{}=sideways", paths::BACKUP_POSTURE_KEY, paths::SORT_KEY));
        assert_eq!(Asked::of_query(ListPage::Tenants, &query), Asked::default());
    }
}
