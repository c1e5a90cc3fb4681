//! The choices of foreign keys and many-to-many fields in a form.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use module_api::auth::Action;
use module_api::db::{DbError, Executor};
use module_api::forms::Typed;
use module_api::model::{Filter, ModelInfo, Path, Record, Records};

use super::object::{FormField, ObjectForm};
use super::plan::Content;
use super::state::FormState;
use crate::access::AdminContext;
use crate::labels::Label;

/// The maximum number of listed choices; more are searched.
const MOST_CHOICES: u32 = 1000;

/// The maximum number of selected objects that are displayed by label, if the choices are not listed.
const MOST_CHOSEN: usize = 1000;

/// The choices of fields, and the selected ones.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    /// The choices by the label of the model; `None` if there are too many to list.
    lists: HashMap<&'static str, Option<Vec<(i64, String)>>>,
    /// The labels of objects that are selected, or read-only.
    texts: HashMap<(&'static str, i64), String>,
}

/// The way in which an object of a relation is chosen.
enum RelationKind {
    /// From a list.
    ByList(&'static ModelInfo),
    /// By its key: found by search, not viewable, or read-only.
    ByKey(&'static ModelInfo),
}

impl Choices {
    /// Loads the choices for the fields of a form.
    pub(crate) async fn load(
        cx: &AdminContext<'_>,
        state: &FormState<'_>,
        on: impl Into<Executor<'_>>,
    ) -> Result<Self, DbError> {
        let mut on = on.into();
        let mut choices = Self::default();
        let blanks = state
            .plan
            .rows
            .iter()
            .filter(|rows| rows.may_add)
            .map(|rows| ObjectForm::of_new(rows.model, String::new(), &rows.fields));
        let blanks: Vec<ObjectForm> = blanks.collect();
        let forms = || state.forms().chain(&blanks);
        let mut lists: BTreeMap<&str, (&'static ModelInfo, u32)> = BTreeMap::new();
        for (form, field) in forms().flat_map(|form| form.fields.iter().map(move |f| (form, f))) {
            if let Some(RelationKind::ByList(model)) = leads(cx, form, field) {
                lists.entry(model.label).or_insert((model, 0)).1 += 1;
            }
        }
        for (model, uses) in lists.into_values() {
            // The list is repeated in the page for each field that uses it.
            let most = if uses <= 4 { MOST_CHOICES } else { (4 * MOST_CHOICES / uses).max(20) };
            let list = list(cx, model, most, &mut on).await?;
            choices.lists.insert(model.label, list);
        }
        let mut keys: BTreeMap<&str, (&'static ModelInfo, BTreeSet<i64>)> = BTreeMap::new();
        for (form, field) in forms().flat_map(|form| form.fields.iter().map(move |f| (form, f))) {
            let Some(RelationKind::ByList(model) | RelationKind::ByKey(model)) =
                leads(cx, form, field)
            else {
                continue;
            };
            let chosen = &mut keys.entry(model.label).or_insert((model, BTreeSet::new())).1;
            chosen.extend(chosen_keys(form, field));
        }
        for (model, mut keys) in keys.into_values() {
            if !cx.may_with(model, Action::View, None) {
                continue;
            }
            keys.retain(|key| choices.text(model, *key).is_none());
            while keys.len() > MOST_CHOSEN {
                keys.pop_last();
            }
            if keys.is_empty() {
                continue;
            }
            let chosen = Records::of(model).filter(Filter::key_is_in(model, keys));
            for (id, text) in named(cx, chosen, &mut on).await?.1 {
                choices.texts.insert((model.label, id), text);
            }
        }
        Ok(choices)
    }

    /// All objects of a model, if they are few enough for a list.
    pub(crate) fn list(&self, model: &ModelInfo) -> Option<&[(i64, String)]> {
        self.lists.get(model.label)?.as_deref()
    }

    /// Returns the label of an object, if it is listed or selected.
    pub(crate) fn text(&self, model: &ModelInfo, key: i64) -> Option<&str> {
        let listed = || self.list(model)?.iter().find(|(id, _)| *id == key);
        let text = self.texts.get(&(model.label, key));
        text.or_else(|| listed().map(|(_, text)| text)).map(String::as_str)
    }
}

/// Returns `true` if a foreign key is chosen by search.
pub(crate) fn is_searched(cx: &AdminContext<'_>, model: &ModelInfo, name: &str) -> bool {
    cx.models.of(model).is_some_and(|model| model.admin.autocomplete.contains(&name))
}

fn leads(cx: &AdminContext<'_>, form: &ObjectForm, field: &FormField) -> Option<RelationKind> {
    match field.content {
        Content::Column(info) => {
            let target = (info.foreign_key()?.target)();
            let by_key = !field.editable
                || is_searched(cx, form.model, info.name)
                || !cx.may_with(target, Action::View, None);
            Some(if by_key { RelationKind::ByKey(target) } else { RelationKind::ByList(target) })
        }
        Content::Many(info) => {
            let target = (info.target)();
            let may_choose = field.editable && cx.may_with(target, Action::View, None);
            Some(if may_choose {
                RelationKind::ByList(target)
            } else {
                RelationKind::ByKey(target)
            })
        }
        Content::Password(_) => None,
    }
}

/// The submitted and the stored keys of a field.
fn chosen_keys(form: &ObjectForm, field: &FormField) -> Vec<i64> {
    let typed: Vec<i64> = match &field.typed {
        Typed::Text(text) => text.trim().parse().into_iter().collect(),
        Typed::Many(values) => values.iter().filter_map(|value| value.parse().ok()).collect(),
        Typed::Checked(_) | Typed::Moment { .. } => Vec::new(),
    };
    let name = field.content.name();
    let stored = form.stored.as_ref().filter(|_| form.model.field(name).is_some());
    let stored = stored.and_then(|stored| stored.record.get(name).as_int());
    typed.into_iter().chain(stored).chain(field.ids.iter().copied()).collect()
}

/// All objects of a model in the order of its list, as far as the user may view them; `None` if there
/// are more than `most`.
async fn list(
    cx: &AdminContext<'_>,
    model: &'static ModelInfo,
    most: u32,
    on: &mut Executor<'_>,
) -> Result<Option<Vec<(i64, String)>>, DbError> {
    let mut records = Records::of(model).limit(most + 1);
    let ordering = cx.models.of(model).map_or(&[][..], |model| &model.admin.ordering);
    for name in ordering {
        let (bare, descending) = name.strip_prefix('-').map_or((*name, false), |bare| (bare, true));
        if let Ok(path) = Path::parse(model, bare) {
            records = records.order_by(path, descending);
        }
    }
    let (found, named) = named(cx, records, on).await?;
    let is_whole = found <= usize::try_from(most).unwrap_or(usize::MAX);
    Ok(is_whole.then_some(named))
}

/// The number of rows of a query, and the labels of those that the user may view.
async fn named(
    cx: &AdminContext<'_>,
    mut records: Records,
    on: &mut Executor<'_>,
) -> Result<(usize, Vec<(i64, String)>), DbError> {
    let label = Label::of(cx, &mut records);
    let records = records.fetch(on.reborrow()).await?;
    let may_view = |record: &&Record| cx.may_with(record.model(), Action::View, Some(record));
    let name = |record: &Record| (record.id(), label.link(cx, record));
    Ok((records.len(), records.iter().filter(may_view).map(name).collect()))
}
