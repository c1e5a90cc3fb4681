//! Conditions in the query string of a list, as in Django: `address__state__exact=CA`.
//!
//! Only fields that a registration displays, filters or searches by are accepted: a list must not
//! disclose other fields.

use module_api::admin::{ListColumn, ModelAdmin, RegisteredModels};
use module_api::db::Value;
use module_api::model::{
    Comparison, FieldInfo, FieldKind, Filter, LOOKUP_SEPARATOR, ManyToManyInfo, ModelInfo,
    MomentPart, Path,
};
use module_api::time::{Time, UtcDateTime};

use super::parameters::Parameters;
use crate::access::AdminContext;
use crate::export::is_visible;

/// The maximum number of values in one condition.
const MAX_VALUES: usize = 100;

/// A field that rows can be filtered by.
#[derive(Debug, Clone)]
pub(crate) struct FilterField {
    /// The name, as in the registration.
    pub(crate) name: &'static str,
    pub(crate) target: Target,
}

/// The kind of a field in a condition.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Column(Path),
    ManyToMany(&'static ManyToManyInfo),
}

/// The comparison of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    Exact,
    In,
    IsNull,
    Compare(Comparison),
    /// Between two values, both included.
    Range,
    /// The date of a moment.
    Date(Comparison),
    /// A part of a moment.
    Part(MomentPart, Comparison),
    IgnoringCase(Like),
}

/// The place of a text in a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Like {
    Anywhere,
    Beginning,
    End,
    Whole,
}

/// A condition in an address.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// The field, as named by the registration.
    pub(crate) field: &'static str,
    /// The parameter's name in the address.
    pub(crate) parameter: String,
    /// The values in the address, alternatives of which one has to match.
    pub(crate) values: Vec<String>,
    pub(crate) lookup: Lookup,
    pub(crate) filter: Filter,
}

/// A condition that cannot be parsed, or is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

/// Returns `true` if a field contains a password hash.
pub(crate) fn is_secret(
    models: &RegisteredModels,
    model: &'static ModelInfo,
    field: &FieldInfo,
) -> bool {
    models.of(model).and_then(|registered| registered.admin.password) == Some(field.name)
}

/// Returns `true` if the field at the end of a path contains a password hash.
fn ends_in_secret(models: &RegisteredModels, model: &'static ModelInfo, path: &Path) -> bool {
    let before = path.fields().iter().rev().nth(1);
    let target = before.and_then(|key| key.foreign_key()).map(|key| (key.target)());
    is_secret(models, target.unwrap_or(model), path.field())
}

/// Returns `true` if a list may display, filter and sort by the field at the end of a path: it is not a
/// password hash, and the user may view the rows along the path.
pub(crate) fn may_ask(cx: &AdminContext<'_>, model: &'static ModelInfo, path: &Path) -> bool {
    !ends_in_secret(cx.models, model, path) && cx.may_follow(path)
}

/// The fields that the rows of a model can be filtered by: those of its filters first, then those that
/// list and form display.
pub(crate) fn askable(cx: &AdminContext<'_>, admin: &ModelAdmin) -> Vec<FilterField> {
    let searched = admin.search_fields.iter().map(|name| name.trim_start_matches(['^', '=']));
    let names = admin.list_filter.iter().copied().chain(admin.date_hierarchy).chain(searched);
    let columns = admin.list_display.iter().filter_map(|column| match column {
        ListColumn::Field(name) => Some(*name),
        ListColumn::Object | ListColumn::Function { .. } => None,
    });
    let fields = admin.model.fields.iter().map(|field| field.name);
    let fields = fields.chain(admin.model.many_to_many.iter().map(|field| field.name));
    let names = names.chain(columns).chain(fields.filter(|name| is_visible(admin, name)));
    let mut fields: Vec<FilterField> = Vec::new();
    for name in names.chain(["pk", admin.model.primary_key().name]) {
        if fields.iter().any(|known| known.name == name) {
            continue;
        }
        let many = admin.model.any_many_to_many(name);
        let target = match (many, Path::parse(admin.model, name)) {
            (Some(field), _) => Target::ManyToMany(field),
            (None, Ok(path)) if may_ask(cx, admin.model, &path) => Target::Column(path),
            (None, _) => continue,
        };
        fields.push(FilterField { name, target });
    }
    fields
}

/// Parses the conditions in an address, except parameters with these names.
pub(crate) fn read(
    parameters: &Parameters,
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    known: &[&str],
) -> Result<Vec<Condition>, Malformed> {
    let mut conditions: Vec<Condition> = Vec::new();
    let mut fields = None;
    for (name, value) in parameters.conditions().filter(|(name, _)| !known.contains(name)) {
        let fields = fields.get_or_insert_with(|| askable(cx, admin));
        let malformed = || Malformed(name.to_owned());
        let find = |field: &FilterField| Some((field.clone(), field.lookup(name)?));
        let (field, lookup) = fields.iter().find_map(find).ok_or_else(malformed)?;
        let filter = field.filter(admin.model, lookup, value).ok_or_else(malformed)?;
        match conditions.iter_mut().find(|condition| condition.parameter == name) {
            Some(condition) => {
                condition.values.push(value.to_owned());
                let either = [condition.filter.clone(), filter];
                condition.filter = Filter::any(either);
                if condition.values.len() > MAX_VALUES {
                    return Err(malformed());
                }
            }
            None => conditions.push(Condition {
                field: field.name,
                parameter: name.to_owned(),
                values: vec![value.to_owned()],
                lookup,
                filter,
            }),
        }
    }
    Ok(conditions)
}

impl FilterField {
    /// The model that the field refers to, if it is a relation.
    pub(crate) fn related(&self) -> Option<&'static ModelInfo> {
        match &self.target {
            Target::Column(path) => path.field().foreign_key().map(|key| (key.target)()),
            Target::ManyToMany(field) => Some((field.target)()),
        }
    }

    /// The lookup in a parameter's name, if it is one of the field's: `is_staff__exact`,
    /// `groups__id__exact`.
    fn lookup(&self, name: &str) -> Option<Lookup> {
        let mut rest = name.strip_prefix(self.name)?;
        if let Some(model) = self.related() {
            let key = model.primary_key().name;
            rest = [key, "pk"]
                .into_iter()
                .find_map(|key| {
                    let after = rest.strip_prefix(LOOKUP_SEPARATOR)?.strip_prefix(key)?;
                    let is_whole = after.is_empty() || after.starts_with(LOOKUP_SEPARATOR);
                    is_whole.then_some(after)
                })
                .unwrap_or(rest);
        }
        if rest.is_empty() {
            return Some(Lookup::Exact);
        }
        let lookup = match rest.strip_prefix(LOOKUP_SEPARATOR)? {
            "exact" => Lookup::Exact,
            "in" => Lookup::In,
            "isnull" => Lookup::IsNull,
            "range" => Lookup::Range,
            "contains" | "icontains" => Lookup::IgnoringCase(Like::Anywhere),
            "startswith" | "istartswith" => Lookup::IgnoringCase(Like::Beginning),
            "endswith" | "iendswith" => Lookup::IgnoringCase(Like::End),
            "iexact" => Lookup::IgnoringCase(Like::Whole),
            other => compared(other)?,
        };
        let fits = match lookup {
            Lookup::Exact | Lookup::In | Lookup::IsNull => true,
            Lookup::Compare(_) | Lookup::Range => self.is_ordered(),
            Lookup::Date(_) => self.is_moment(),
            Lookup::Part(part, _) => self.has_part(part),
            Lookup::IgnoringCase(_) => self.is_text(),
        };
        fits.then_some(lookup)
    }

    fn is_text(&self) -> bool {
        matches!(&self.target, Target::Column(path) if path.field().is_text())
    }

    fn is_moment(&self) -> bool {
        let Target::Column(path) = &self.target else { return false };
        matches!(path.field().kind, FieldKind::DateTime)
    }

    fn has_part(&self, part: MomentPart) -> bool {
        matches!(&self.target, Target::Column(path) if part.is_of(path.field()))
    }

    fn is_ordered(&self) -> bool {
        let Target::Column(path) = &self.target else { return false };
        let no_order = matches!(
            path.field().kind,
            FieldKind::Bool | FieldKind::ForeignKey(_) | FieldKind::Json | FieldKind::Binary
        );
        !path.field().is_text() && !no_order
    }

    /// The condition; `None` if the value is not valid for the field.
    fn filter(&self, model: &'static ModelInfo, lookup: Lookup, text: &str) -> Option<Filter> {
        match lookup {
            Lookup::IsNull => {
                let is_null = match text.to_ascii_lowercase().as_str() {
                    "true" | "1" => true,
                    "false" | "0" => false,
                    _ => return None,
                };
                let none = self.is_none(model);
                Some(if is_null { none } else { !none })
            }
            Lookup::In => {
                let values: Vec<&str> = text.split(',').collect();
                if values.len() > MAX_VALUES {
                    return None;
                }
                let each = values.into_iter().map(|value| self.exact(model, value));
                Some(Filter::any(each.collect::<Option<Vec<_>>>()?))
            }
            Lookup::Exact => self.exact(model, text),
            Lookup::Compare(comparison) => {
                let path = self.column()?;
                let value = value_of(path.field(), text)?;
                Some(Filter::compare(path, comparison, value))
            }
            Lookup::Range => {
                let path = self.column()?;
                let (least, greatest) = text.split_once(',')?;
                let bound = |comparison, text| {
                    let value = value_of(path.field(), text)?;
                    Some(Filter::compare(path.clone(), comparison, value))
                };
                Some(Filter::all([bound(Comparison::Ge, least)?, bound(Comparison::Le, greatest)?]))
            }
            Lookup::Date(comparison) => on_date(&self.column()?, comparison, text),
            Lookup::Part(part, comparison) => {
                let number = text.trim().parse::<u16>().ok()?;
                Some(Filter::compare_part(self.column()?, part, comparison, number.into()))
            }
            Lookup::IgnoringCase(like) => {
                let path = self.column()?;
                Some(match like {
                    Like::Anywhere => Filter::contains(path, text),
                    Like::Beginning => Filter::starts_with(path, text),
                    Like::End => Filter::ends_with(path, text),
                    Like::Whole => Filter::equals_ignoring_case(path, text),
                })
            }
        }
    }

    fn column(&self) -> Option<Path> {
        match &self.target {
            Target::Column(path) => Some(path.clone()),
            Target::ManyToMany(_) => None,
        }
    }

    /// Matches rows without a value, or without a related row.
    fn is_none(&self, model: &'static ModelInfo) -> Filter {
        match &self.target {
            Target::Column(path) => Filter::is_null(path.clone()),
            Target::ManyToMany(field) => !Filter::has_related(model, field),
        }
    }

    fn exact(&self, model: &'static ModelInfo, text: &str) -> Option<Filter> {
        match &self.target {
            Target::Column(path) => Some(Filter::is(path.clone(), value_of(path.field(), text)?)),
            Target::ManyToMany(field) => {
                Some(Filter::is_related(model, field, text.trim().parse().ok()?))
            }
        }
    }
}

/// Parses a comparison, of a moment's date or of a part of it if that precedes it: `gte`, `date__lt`,
/// `month`.
fn compared(name: &str) -> Option<Lookup> {
    let comparison = |name| {
        Some(match name {
            "exact" => Comparison::Eq,
            "lt" => Comparison::Lt,
            "lte" => Comparison::Le,
            "gt" => Comparison::Gt,
            "gte" => Comparison::Ge,
            _ => return None,
        })
    };
    let (of, how) = name.split_once(LOOKUP_SEPARATOR).unwrap_or((name, "exact"));
    match (of, MomentPart::named(of)) {
        ("date", _) => Some(Lookup::Date(comparison(how)?)),
        (_, Some(part)) => Some(Lookup::Part(part, comparison(how)?)),
        (_, None) => Some(Lookup::Compare(comparison(name)?)),
    }
}

/// Matches the moments whose date, in UTC, compares to the given one.
fn on_date(path: &Path, comparison: Comparison, text: &str) -> Option<Filter> {
    let Value::DateTime(Some(moment)) = value_of(path.field(), text)? else { return None };
    let date = moment.date();
    let next = date.next_day()?;
    let bound = |comparison, date| {
        let midnight = UtcDateTime::new(date, Time::MIDNIGHT);
        Filter::compare(path.clone(), comparison, Value::from(midnight))
    };
    Some(match comparison {
        Comparison::Eq => Filter::all([bound(Comparison::Ge, date), bound(Comparison::Lt, next)]),
        Comparison::Lt => bound(Comparison::Lt, date),
        Comparison::Le => bound(Comparison::Lt, next),
        Comparison::Gt => bound(Comparison::Ge, next),
        Comparison::Ge => bound(Comparison::Ge, date),
    })
}

/// Parses a value in an address. `NULL` has a condition of its own.
fn value_of(field: &FieldInfo, text: &str) -> Option<Value> {
    field.parse(text).ok().filter(|value| !value.is_null())
}
