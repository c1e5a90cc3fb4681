//! The query of a list: the rows of a model, their order, and the page.
//!
//! The list itself, what is done with its rows and their export all read it here, so all three are
//! about the same rows.

pub(crate) mod columns;
pub(crate) mod conditions;
pub(crate) mod dates;
pub(crate) mod facets;
pub(crate) mod order;
pub(crate) mod pages;
pub(crate) mod parameters;

use module_api::admin::ModelAdmin;
use module_api::db::{Db, Executor};
use module_api::model::{Candidates, Filter, Path, Records};

use conditions::{Condition, FilterField, Malformed};
use dates::Hierarchy;
use order::Order;
use parameters::{Parameters, SEARCH};

use crate::access::AdminContext;

/// The number of newest rows among which filters of a longer table count: to count all would read
/// all.
pub(crate) const COUNTED_AMONG: u32 = 100_000;

/// The query of a list, read from its address.
pub(crate) struct ListQuery<'a> {
    pub(crate) admin: &'a ModelAdmin,
    cx: &'a AdminContext<'a>,
    pub(crate) parameters: Parameters,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) hierarchy: Option<Hierarchy>,
    /// The search condition, if the model can be searched.
    search: Option<Filter>,
    /// The rows that the model's index of texts offers for it, once that was asked.
    candidates: Option<Candidates>,
    pub(crate) order: Order,
}

impl<'a> ListQuery<'a> {
    /// Reads what an address asks for.
    ///
    /// # Errors
    ///
    /// It has a condition that cannot be understood, or must not be asked.
    pub(crate) fn read(
        cx: &'a AdminContext<'a>,
        admin: &'a ModelAdmin,
        parameters: Parameters,
    ) -> Result<Self, Malformed> {
        let hierarchy = Hierarchy::read(&parameters, admin)?;
        let may_follow = |hierarchy: &Hierarchy| cx.may_follow(hierarchy.path());
        let hierarchy = hierarchy.filter(may_follow);
        let names = hierarchy.as_ref().map(Hierarchy::names);
        let names: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
        let conditions = conditions::read(&parameters, cx, admin, &names)?;
        let text = parameters.get(SEARCH).unwrap_or_default();
        let search = crate::search::filter(&cx.searchable(admin), text);
        let order = Order::read(&parameters, cx, admin);
        let candidates = None;
        Ok(Self { admin, cx, parameters, conditions, hierarchy, search, candidates, order })
    }

    /// Asks the model's index of texts for candidates.
    pub(crate) async fn ask_index(&mut self, db: &Db, on: impl Into<Executor<'_>>) {
        let text = self.parameters.get(SEARCH).unwrap_or_default();
        self.candidates = crate::search::candidates(self.cx, db, self.admin, text, on).await;
    }

    /// Returns `true` if there are search words.
    pub(crate) fn is_search(&self) -> bool {
        self.search.is_some()
    }

    /// Returns `true` if the query selects only a part of the rows.
    pub(crate) fn is_filtered(&self) -> bool {
        let by_date = self.hierarchy.as_ref().is_some_and(|hierarchy| hierarchy.filter().is_some());
        by_date || !self.conditions.is_empty() || self.search.is_some()
    }

    /// Returns `true` if the query has conditions besides a search.
    pub(crate) fn has_conditions(&self) -> bool {
        let by_date = self.hierarchy.as_ref().is_some_and(|hierarchy| hierarchy.filter().is_some());
        by_date || !self.conditions.is_empty()
    }

    /// The rows that are asked for, in no order yet.
    pub(crate) fn rows(&self) -> Records {
        self.rows_that(|_| true)
    }

    /// The same in their order.
    pub(crate) fn sorted_rows(&self) -> Records {
        self.order.paths.iter().fold(self.rows(), |records, (path, descending)| {
            records.order_by(path.clone(), *descending)
        })
    }

    /// The newest of some rows, among which filters count.
    pub(crate) fn newest(&self, rows: Records) -> Records {
        rows.order_by(Path::of(self.admin.model.primary_key()), true).limit(COUNTED_AMONG)
    }

    /// The rows that all but the conditions on one field leave.
    fn rows_but_for(&self, field: &str) -> Records {
        self.rows_that(|condition| condition.field != field)
    }

    fn rows_that(&self, is_meant: impl Fn(&Condition) -> bool) -> Records {
        let conditions = self.conditions.iter().filter(|condition| is_meant(condition));
        let conditions = conditions.map(|condition| condition.filter.clone());
        let by_date = self.hierarchy.as_ref().and_then(Hierarchy::filter);
        let filters = conditions.chain(by_date).chain(self.search.clone());
        let records = Records::of(self.admin.model).among(self.candidates.clone());
        filters.fold(records, Records::filter)
    }

    /// The fields of the registration's filters.
    fn filter_fields(&self) -> Vec<FilterField> {
        let mut fields = conditions::askable(self.cx, self.admin);
        fields.retain(|field| self.admin.list_filter.contains(&field.name));
        fields
    }
}
