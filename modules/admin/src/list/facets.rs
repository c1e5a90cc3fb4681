//! The filters beside a list: their choices, and the number of rows of each.
//!
//! Counting reads all rows. For a long table it is done only on request (`_facets`, as in Django);
//! until then its filters offer choices that are known without reading the rows.

use module_api::auth::Action;
use module_api::db::{DbError, Executor, Value};
use module_api::model::{FieldKind, Filter, ManyToManyInfo, ModelInfo, Path, Record, Records};
use module_api::now;
use module_api::serde::Serialize;

use super::ListQuery;
use super::conditions::{Condition, FilterField, Lookup, Target};
use super::dates::{Range, bound};
use super::parameters::{PAGE, Parameters};
use crate::labels::Label;
use crate::text::Shown;

/// The maximum number of choices of a filter. If there are more, the filter has a form for a value.
const MAX_CHOICES: usize = 50;

/// One more, to detect whether there are more.
#[expect(clippy::cast_possible_truncation, reason = "it is a small constant")]
const ONE_MORE: u32 = MAX_CHOICES as u32 + 1;

/// A filter.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Facet {
    /// The name in the registration, for the ids of its elements.
    name: &'static str,
    title: &'static str,
    choices: Vec<Choice>,
    /// The form for a value, if not all can be listed.
    form: Option<ValueForm>,
    is_active: bool,
}

/// A choice that a filter offers.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct Choice {
    label: String,
    count: Option<u64>,
    url: String,
    is_chosen: bool,
}

/// A form for the value of a filter.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct ValueForm {
    parameter: String,
    label: &'static str,
    value: String,
    /// The other conditions in the address, as hidden fields.
    hidden: Vec<(String, String)>,
    /// `true` if there are too many values to list; otherwise they were not looked up.
    has_more: bool,
}

/// A choice without its address.
struct UnlinkedChoice {
    label: String,
    count: Option<u64>,
    /// The parameters of its conditions.
    asks: Vec<(String, String)>,
}

impl ListQuery<'_> {
    /// The filters, with the number of rows of each choice among those that meet all other
    /// conditions; in a long table among the newest of them.
    pub(crate) async fn facets(
        &self,
        with_counts: bool,
        is_long: bool,
        mut on: Executor<'_>,
    ) -> Result<Vec<Facet>, DbError> {
        let mut facets = Vec::new();
        for field in self.filter_fields() {
            let facet = FacetOf { query: self, field: &field, with_counts, is_long };
            facets.push(facet.facet(on.reborrow()).await?);
        }
        Ok(facets)
    }

    /// Conditions in the address that no filter shows: a text, and the address without it.
    pub(crate) fn further_conditions(&self) -> Vec<(String, String)> {
        let is_shown = |condition: &&Condition| self.admin.list_filter.contains(&condition.field);
        let further = self.conditions.iter().filter(|condition| !is_shown(condition));
        further
            .map(|condition| {
                let without = self.parameters.without(&[&condition.parameter, PAGE]);
                (condition.describe(), without.link())
            })
            .collect()
    }
}

impl Condition {
    /// Describes the condition for people: `title icontains sea`.
    fn describe(&self) -> String {
        let values = self.values.join(", ");
        let name = self.parameter.replace("__", " ");
        let name = name.strip_suffix(" exact").unwrap_or(&name);
        format!("{name}: {values}")
    }
}

struct FacetOf<'a> {
    query: &'a ListQuery<'a>,
    field: &'a FilterField,
    with_counts: bool,
    is_long: bool,
}

impl FacetOf<'_> {
    async fn facet(&self, mut on: Executor<'_>) -> Result<Facet, DbError> {
        let title = match &self.field.target {
            Target::Column(path) => path.field().verbose_name,
            Target::ManyToMany(field) => field.verbose_name,
        };
        let is_moment = matches!(
            &self.field.target,
            Target::Column(path)
                if matches!(path.field().kind, FieldKind::DateTime | FieldKind::Date)
        );
        // `None` if there are too many, or they were not looked up.
        let (options, has_more) = match &self.field.target {
            Target::ManyToMany(field) => self.many_to_many(field, on.reborrow()).await?,
            Target::Column(path) if is_moment => {
                (Some(self.moments(path, on.reborrow()).await?), false)
            }
            Target::Column(path) => match path.field().foreign_key() {
                Some(key) => self.related(path, (key.target)(), on.reborrow()).await?,
                None => self.values(path, on.reborrow()).await?,
            },
        };
        let mut options = options;
        if let Some(options) = &mut options {
            self.add_missing(options);
        }
        let form = options.is_none().then(|| self.form(has_more));
        let asked: Vec<&Condition> = self.asked().collect();
        let base = self.base();
        let all = Choice {
            label: if is_moment { "Any date" } else { "All" }.to_owned(),
            count: None,
            url: base.link(),
            is_chosen: asked.is_empty(),
        };
        let choice = |option: UnlinkedChoice| Choice {
            label: option.label,
            count: option.count,
            is_chosen: is_asked(&asked, &option.asks),
            url: option
                .asks
                .iter()
                .fold(base.clone(), |p, (name, value)| p.with(name, value))
                .link(),
        };
        let mut choices = vec![all];
        choices.extend(options.into_iter().flatten().map(choice));
        if !choices.iter().any(|choice| choice.is_chosen) {
            // A condition in the address that is not one of the choices.
            let label = asked.iter().map(|condition| condition.describe());
            choices.push(Choice {
                label: label.collect::<Vec<_>>().join(" and "),
                count: None,
                url: self.query.parameters.without(&[PAGE]).link(),
                is_chosen: true,
            });
        }
        let is_active = !asked.is_empty();
        Ok(Facet { name: self.field.name, title, choices, form, is_active })
    }

    /// Returns the conditions in the address on the field.
    fn asked(&self) -> impl Iterator<Item = &Condition> {
        self.query.conditions.iter().filter(|condition| condition.field == self.field.name)
    }

    /// The address without the conditions on the field.
    fn base(&self) -> Parameters {
        let names: Vec<&str> =
            self.asked().map(|condition| condition.parameter.as_str()).chain([PAGE]).collect();
        self.query.parameters.without(&names)
    }

    /// The rows that meet all other conditions, as far as they are counted.
    fn rows(&self) -> Records {
        let rows = self.query.rows_but_for(self.field.name);
        if self.is_long { self.query.newest(rows) } else { rows }
    }

    /// The parameter of an exact match.
    fn exact(&self) -> String {
        match self.field.related() {
            Some(model) => format!("{}__{}__exact", self.field.name, model.primary_key().name),
            None => format!("{}__exact", self.field.name),
        }
    }

    fn asks(&self, value: impl Into<String>) -> Vec<(String, String)> {
        vec![(self.exact(), value.into())]
    }

    fn asks_null(&self, is_null: bool) -> Vec<(String, String)> {
        let value = if is_null { "True" } else { "False" };
        vec![(format!("{}__isnull", self.field.name), value.to_owned())]
    }

    /// Values of a column: its choices, those of a bool, or the distinct ones.
    async fn values(
        &self,
        path: &Path,
        on: Executor<'_>,
    ) -> Result<(Option<Vec<UnlinkedChoice>>, bool), DbError> {
        let field = path.field();
        let mut offered: Vec<Value> = match field.kind {
            FieldKind::Bool => vec![Value::from(true), Value::from(false)],
            _ => field.choices.iter().map(|choice| choice.value.value()).collect(),
        };
        if field.null && !offered.is_empty() {
            offered.push(field.null_value());
        }
        let counts = if self.with_counts {
            self.rows().counts_by(path, ONE_MORE, on).await?
        } else if offered.is_empty() {
            return Ok((None, false));
        } else {
            Vec::new()
        };
        if counts.len() > MAX_CHOICES {
            return Ok((None, true));
        }
        let further = counts.iter().map(|(value, _)| value).filter(|v| !offered.contains(v));
        let further: Vec<Value> = further.cloned().collect();
        let option = |value: Value| {
            let found = counts.iter().find(|(known, _)| *known == value);
            let count = found.map_or(0, |(_, count)| *count);
            let (label, asks) = if value.is_null() {
                ("-".to_owned(), self.asks_null(true))
            } else {
                let asked = match &value {
                    Value::Bool(Some(value)) => u8::from(*value).to_string(),
                    value => value.to_string(),
                };
                (label_of(&Shown::of(field, &value)), self.asks(asked))
            };
            UnlinkedChoice { label, count: self.with_counts.then_some(count), asks }
        };
        Ok((Some(offered.into_iter().chain(further).map(option).collect()), false))
    }

    /// The targets of a foreign key.
    async fn related(
        &self,
        path: &Path,
        target: &'static ModelInfo,
        mut on: Executor<'_>,
    ) -> Result<(Option<Vec<UnlinkedChoice>>, bool), DbError> {
        let nullable = path.fields().iter().any(|field| field.null);
        if !self.with_counts {
            return self.all_of(target, nullable, on).await;
        }
        let counts = self.rows().counts_by(path, ONE_MORE, on.reborrow()).await?;
        if counts.len() > MAX_CHOICES {
            return Ok((None, true));
        }
        let none = counts.iter().find(|(value, _)| value.is_null()).map_or(0, |(_, count)| *count);
        let counts: Vec<(i64, u64)> =
            counts.iter().filter_map(|(value, count)| Some((value.as_int()?, *count))).collect();
        let options = self.named(target, &counts, nullable.then_some(none), on).await?;
        Ok((Some(options), false))
    }

    /// The targets of a many-to-many field.
    async fn many_to_many(
        &self,
        field: &'static ManyToManyInfo,
        mut on: Executor<'_>,
    ) -> Result<(Option<Vec<UnlinkedChoice>>, bool), DbError> {
        let target = (field.target)();
        if !self.with_counts {
            return self.all_of(target, true, on).await;
        }
        let counts = self.rows().counts_by_related(field, ONE_MORE, on.reborrow()).await?;
        if counts.len() > MAX_CHOICES {
            return Ok((None, true));
        }
        let none = !Filter::has_related(self.query.admin.model, field);
        let none = self.rows().count_those(none, on.reborrow()).await?;
        Ok((Some(self.named(target, &counts, Some(none), on).await?), false))
    }

    /// Rows of a model by label, with these counts.
    async fn named(
        &self,
        target: &'static ModelInfo,
        counts: &[(i64, u64)],
        none: Option<u64>,
        on: Executor<'_>,
    ) -> Result<Vec<UnlinkedChoice>, DbError> {
        let cx = self.query.cx;
        let mut records =
            Records::of(target).filter(Filter::key_is_in(target, counts.iter().map(|(id, _)| *id)));
        let label = Label::of(cx, &mut records);
        let records = if counts.is_empty() { Vec::new() } else { records.fetch(on).await? };
        let option = |(id, count): &(i64, u64)| {
            let record = records.iter().find(|record| record.id() == *id);
            let record = record.filter(|record| cx.may_with(target, Action::View, Some(record)));
            let label = record.map_or_else(|| id.to_string(), |record| label.link(cx, record));
            UnlinkedChoice { label, count: Some(*count), asks: self.asks(id.to_string()) }
        };
        let mut options: Vec<UnlinkedChoice> = counts.iter().map(option).collect();
        options.sort_by_cached_key(|option| option.label.to_lowercase());
        options.extend(none.map(|count| UnlinkedChoice {
            label: "-".to_owned(),
            count: Some(count),
            asks: self.asks_null(true),
        }));
        Ok(options)
    }

    /// All rows of a model that the user may view, if they are few.
    async fn all_of(
        &self,
        target: &'static ModelInfo,
        nullable: bool,
        on: Executor<'_>,
    ) -> Result<(Option<Vec<UnlinkedChoice>>, bool), DbError> {
        let cx = self.query.cx;
        if !cx.may_with(target, Action::View, None) {
            return Ok((None, false));
        }
        let mut records = Records::of(target).limit(ONE_MORE);
        let label = Label::of(cx, &mut records);
        let records = records.fetch(on).await?;
        if records.len() > MAX_CHOICES {
            return Ok((None, true));
        }
        let option = |record: &Record| UnlinkedChoice {
            label: label.link(cx, record),
            count: None,
            asks: self.asks(record.id().to_string()),
        };
        let may_view = |record: &&Record| cx.may_with(target, Action::View, Some(record));
        let mut options: Vec<UnlinkedChoice> =
            records.iter().filter(may_view).map(option).collect();
        options.sort_by_cached_key(|option| option.label.to_lowercase());
        if nullable {
            let asks = self.asks_null(true);
            options.push(UnlinkedChoice { label: "-".to_owned(), count: None, asks });
        }
        Ok((Some(options), false))
    }

    /// Date ranges.
    async fn moments(
        &self,
        path: &Path,
        mut on: Executor<'_>,
    ) -> Result<Vec<UnlinkedChoice>, DbError> {
        let mut options = Vec::new();
        for (label, range) in Range::offered(now().date()) {
            let count = self.count(range.filter(path), on.reborrow()).await?;
            let from = Some((format!("{}__gte", self.field.name), bound(path.field(), range.from)));
            let until = range
                .until
                .map(|date| (format!("{}__lt", self.field.name), bound(path.field(), date)));
            let asks = from.into_iter().chain(until).collect();
            options.push(UnlinkedChoice { label: label.to_owned(), count, asks });
        }
        if path.fields().iter().any(|field| field.null) {
            let none = Filter::is_null(path.clone());
            let count = self.count(none.clone(), on.reborrow()).await?;
            let asks = self.asks_null(true);
            options.push(UnlinkedChoice { label: "No date".to_owned(), count, asks });
            let count = self.count(!none, on.reborrow()).await?;
            let asks = self.asks_null(false);
            options.push(UnlinkedChoice { label: "Has date".to_owned(), count, asks });
        }
        Ok(options)
    }

    async fn count(&self, filter: Filter, on: Executor<'_>) -> Result<Option<u64>, DbError> {
        if !self.with_counts {
            return Ok(None);
        }
        self.rows().count_those(filter, on).await.map(Some)
    }

    /// Adds selected values that no row has, so that they are displayed.
    fn add_missing(&self, options: &mut Vec<UnlinkedChoice>) {
        let Target::Column(path) = &self.field.target else { return };
        let field = path.field();
        let asked: Vec<&Condition> = self.asked().collect();
        let [condition] = asked.as_slice() else { return };
        let [value] = condition.values.as_slice() else { return };
        let is_known = options.iter().any(|option| is_asked(&asked, &option.asks));
        if condition.lookup != Lookup::Exact || is_known || field.foreign_key().is_some() {
            return;
        }
        let Ok(value) = field.parse(value) else { return };
        let count = self.with_counts.then_some(0);
        let asks = self.asks(value.to_string());
        options.push(UnlinkedChoice { label: label_of(&Shown::of(field, &value)), count, asks });
    }

    fn form(&self, has_more: bool) -> ValueForm {
        let parameter = self.exact();
        let asked = self.asked().find(|condition| condition.lookup == Lookup::Exact);
        let value = asked.and_then(|condition| condition.values.last().cloned());
        let base = self.base();
        let hidden = base.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        ValueForm {
            parameter,
            label: if self.field.related().is_some() { "ID" } else { "Value" },
            value: value.unwrap_or_default(),
            hidden: hidden.collect(),
            has_more,
        }
    }
}

/// Returns `true` if the conditions are exactly those of a choice. A name can be abbreviated:
/// `state` for `state__exact`.
fn is_asked(asked: &[&Condition], asks: &[(String, String)]) -> bool {
    let is_it = |condition: &&Condition, (name, value): &(String, String)| {
        let same_name = condition.parameter == *name
            || (condition.lookup == Lookup::Exact && name.ends_with("__exact"));
        same_name && condition.values.iter().any(|asked| same_value(asked, value))
    };
    asked.len() == asks.len()
        && asks.iter().all(|ask| asked.iter().any(|condition| is_it(condition, ask)))
}

/// Returns `true` if two texts in an address are the same value; a boolean can be written in
/// several ways.
fn same_value(a: &str, b: &str) -> bool {
    let bool_of = |text: &str| match text {
        "1" | "t" | "true" | "True" => Some(true),
        "0" | "f" | "false" | "False" => Some(false),
        _ => None,
    };
    a == b || (bool_of(a).is_some() && bool_of(a) == bool_of(b))
}

fn label_of(shown: &Shown) -> String {
    match shown {
        Shown::Empty => "(empty)".to_owned(),
        Shown::Bool(true) => "Yes".to_owned(),
        Shown::Bool(false) => "No".to_owned(),
        Shown::Text(text) | Shown::Moment(text) => text.clone(),
    }
}
