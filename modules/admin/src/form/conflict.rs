//! Edit conflicts: both versions of an object side by side.

use module_api::db::{DbError, Executor, FromRow, query};
use module_api::forms::Typed;
use module_api::model::ModelInfo;
use module_api::serde::Serialize;
use module_api::time::UtcDateTime;

use super::choices::Choices;
use super::object::{FormField, ObjectForm};
use super::plan::Content;
use super::state::FormState;
use crate::access::AdminContext;
use crate::text::minute;

/// The user and time of the last change of an object.
#[derive(Debug, Serialize, FromRow)]
#[serde(crate = "module_api::serde")]
pub(crate) struct LastChange {
    #[serde(skip)]
    user_id: i64,
    username: String,
    /// In UTC, to the minute.
    #[row(column = "action_time", with = minute)]
    time: String,
    #[serde(skip)]
    #[row(column = "action_time")]
    moment: UtcDateTime,
}

impl LastChange {
    /// The latest change of these objects, if the log has any.
    pub(crate) async fn of(
        cx: &AdminContext<'_>,
        objects: &[(&'static ModelInfo, i64)],
        on: impl Into<Executor<'_>>,
    ) -> Result<Option<Self>, DbError> {
        let mut on = on.into();
        let mut last: Option<Self> = None;
        for (model, id) in objects {
            let found = query(
                "SELECT entry.user_id, account.username, entry.action_time FROM django_admin_log entry \
                 JOIN auth_user account ON account.id = entry.user_id \
                 JOIN django_content_type content_type ON content_type.id = entry.content_type_id \
                 WHERE content_type.app_label = $1 AND content_type.model = $2 \
                 AND entry.object_id = $3 ORDER BY entry.action_time DESC, entry.id DESC LIMIT 1",
            );
            let found = found.bind(model.app()).bind(model.name()).bind(id.to_string());
            if let Some(found) = found.fetch_optional::<Self>(on.reborrow()).await?
                && last.as_ref().is_none_or(|last| last.moment < found.moment)
            {
                last = Some(found);
            }
        }
        Ok(last.map(|last| Self { username: cx.person(last.user_id, &last.username), ..last }))
    }
}

/// A field with both values.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Difference {
    /// The name of its input, which selects the stored value.
    input: String,
    label: String,
    yours: String,
    theirs: String,
    differs: bool,
}

/// Both versions of an object.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Comparison {
    /// The title; `None` for the object of the form itself.
    title: Option<String>,
    fields: Vec<Difference>,
    /// A note about the whole object.
    note: Option<&'static str>,
}

/// Compares both versions of all objects in a form: all fields of its own object, and the differing
/// fields of others.
pub(crate) fn compare(state: &FormState<'_>, choices: &Choices) -> Vec<Comparison> {
    let fields = fields(&state.main, choices);
    let mut all = vec![Comparison { title: None, fields, note: None }];
    for form in &state.targets {
        let fields = fields_of_other(form, choices);
        if !fields.is_empty() {
            all.push(Comparison { title: Some(title(form)), fields, note: None });
        }
    }
    for row in state.rows.iter().flat_map(|rows| &rows.rows) {
        let (form, mut note) = (&row.form, None);
        if row.unknown {
            note =
                Some("Deleted by someone else. Saving adds it again, unless you select “Delete”.");
        } else if form.stored.is_none() {
            continue;
        } else if row.delete {
            note = Some("You have selected “Delete”.");
        }
        let fields = if row.unknown { Vec::new() } else { fields_of_other(form, choices) };
        if note.is_some() || !fields.is_empty() {
            all.push(Comparison { title: Some(title(form)), fields, note });
        }
    }
    all
}

fn title(form: &ObjectForm) -> String {
    let name = form.model.capitalized_name();
    match &form.stored {
        Some(stored) => format!("{name} “{}”", stored.label),
        None => name,
    }
}

fn fields_of_other(form: &ObjectForm, choices: &Choices) -> Vec<Difference> {
    fields(form, choices).into_iter().filter(|field| field.differs).collect()
}

fn fields(form: &ObjectForm, choices: &Choices) -> Vec<Difference> {
    let Some(stored) = &form.stored else { return Vec::new() };
    let difference = |field: &FormField| {
        let name = field.content.name();
        let theirs = match field.content {
            Content::Column(info) => Typed::of(info, stored.record.get(name)),
            Content::Many(_) => Typed::of_many(&field.ids),
            Content::Password(_) => return None,
        };
        let shown = |typed: &Typed| shown(field.content, typed, choices);
        Some(Difference {
            input: form.input(name),
            label: field.content.label(),
            yours: shown(&field.typed),
            theirs: shown(&theirs),
            differs: field.typed != theirs && !form.is_as_stored(name),
        })
    };
    let editable = form.fields.iter().filter(|field| field.editable);
    editable.filter_map(difference).collect()
}

/// Returns the value of a field, in words.
fn shown(content: Content, typed: &Typed, choices: &Choices) -> String {
    match (content, typed) {
        (_, Typed::Checked(checked)) => if *checked { "Yes" } else { "No" }.to_owned(),
        (_, Typed::Moment { date, time }) => format!("{date} {time}").trim().to_owned(),
        (Content::Column(info), Typed::Text(text)) => {
            if let Some(key) = info.foreign_key() {
                let text_of = |id| choices.text((key.target)(), id);
                let found = text.trim().parse().ok().and_then(text_of);
                return found.unwrap_or(text).to_owned();
            }
            let value = info.parse(text).unwrap_or_else(|_| info.null_value());
            let choice = info.choices.iter().find(|choice| choice.value.is(&value));
            choice.map_or_else(|| text.clone(), |choice| choice.label.to_owned())
        }
        (Content::Many(info), Typed::Many(values)) => {
            let name = |value: &String| {
                let found = value.parse().ok().and_then(|id| choices.text((info.target)(), id));
                found.unwrap_or(value).to_owned()
            };
            values.iter().map(name).collect::<Vec<_>>().join(", ")
        }
        (_, Typed::Text(text)) => text.clone(),
        (_, Typed::Many(values)) => values.join(", "),
    }
}
