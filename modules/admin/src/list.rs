//! The query of a list: the rows of a model, their order, and the page.
//!
//! The list itself, the actions on its rows and their export all use it, so that all three agree
//! on the rows.

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

/// The number of newest rows within which filters of a longer table count: counting all would read
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
    /// The candidates from the model's text index, once it was queried.
    candidates: Option<Candidates>,
    pub(crate) order: Order,
}

impl<'a> ListQuery<'a> {
    /// Parses the query string of an address.
    ///
    /// # Errors
    ///
    /// A condition cannot be parsed, or is not allowed.
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

    /// Queries the model's text index for candidates.
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

    /// The selected rows, unordered.
    pub(crate) fn rows(&self) -> Records {
        self.rows_that(|_| true)
    }

    /// The selected rows, in order.
    pub(crate) fn sorted_rows(&self) -> Records {
        self.order.paths.iter().fold(self.rows(), |records, (path, descending)| {
            records.order_by(path.clone(), *descending)
        })
    }

    /// The newest of some rows, within which filters count.
    pub(crate) fn newest(&self, rows: Records) -> Records {
        rows.order_by(Path::of(self.admin.model.primary_key()), true).limit(COUNTED_AMONG)
    }

    /// The rows that meet all conditions except those on one field.
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
