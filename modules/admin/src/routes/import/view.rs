//! The pages of an import.

use module_api::Error;
use module_api::model::{Choice, ChoiceValue, FieldInfo, FieldKind, ModelInfo, capitalized};
use module_api::serde::Serialize;

use super::NamedFile;
use super::submitted::encoded;
use crate::access::AdminContext;
use crate::import::{Change, Counts, Importable, Plan, Row, Slot, Step};
use crate::text::{Shown, counted};

/// The maximum number of objects shown.
const SHOWN_ROWS: usize = 100;

/// The maximum number of errors shown.
const SHOWN_PROBLEMS: usize = 200;

/// A field that a file may contain.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
pub(super) struct FieldRow {
    name: &'static str,
    label: String,
    /// The description of its values.
    content: String,
}

impl FieldRow {
    /// The fields that may be imported.
    pub(super) fn all(importable: &Importable<'_>) -> Vec<Self> {
        let model = importable.model();
        let row = |name: &'static str| match importable.slot(name)? {
            Slot::Key => Some(Self {
                name,
                label: "Primary key".to_owned(),
                content: "The ID of the object to change. Leave it empty to add an object."
                    .to_owned(),
            }),
            Slot::Field(place) => {
                let field = &model.fields[place];
                Some(Self { name, label: field.capitalized_name(), content: content_of(field) })
            }
            Slot::Many(place) => {
                let field = &model.many_to_many[place];
                let target = (field.target)().verbose_name_plural;
                let content = format!("Primary keys of {target}, separated by commas");
                Some(Self { name, label: capitalized(field.verbose_name), content })
            }
            Slot::LeftOut(_) => None,
        };
        importable.names().into_iter().filter_map(row).collect()
    }
}

/// Returns the description of a field's values in a file.
fn content_of(field: &FieldInfo) -> String {
    if !field.choices.is_empty() {
        let value = |choice: &Choice| match choice.value {
            ChoiceValue::Int(number) => number.to_string(),
            ChoiceValue::Text(text) => text.to_owned(),
        };
        let values: Vec<String> = field.choices.iter().map(value).collect();
        return format!("One of: {}", values.join(", "));
    }
    match &field.kind {
        FieldKind::ForeignKey(key) => {
            format!("The primary key of the {}", (key.target)().verbose_name)
        }
        FieldKind::Bool => "True or False".to_owned(),
        FieldKind::DateTime => "A date and time in UTC, such as 2020-06-14 09:41:15".to_owned(),
        FieldKind::Char { max_length } => {
            format!(
                "Text of at most {}",
                counted(u64::from(*max_length), "character", "characters")
            )
        }
        FieldKind::Email { .. } => "An email address".to_owned(),
        FieldKind::Url { .. } => "A URL".to_owned(),
        FieldKind::Slug { .. } => "Letters, numbers, underscores or hyphens".to_owned(),
        FieldKind::Float => "A number".to_owned(),
        FieldKind::Decimal { decimal_places, .. } => format!(
            "A number with at most {}",
            counted(u64::from(*decimal_places), "decimal place", "decimal places")
        ),
        FieldKind::Date => "A date, such as 2020-06-14".to_owned(),
        FieldKind::Time => "A time, such as 09:41:15".to_owned(),
        FieldKind::Duration => {
            "A duration: days, hours, minutes and seconds, such as 3 09:41:15".to_owned()
        }
        FieldKind::Uuid => "A UUID".to_owned(),
        FieldKind::Json => "JSON".to_owned(),
        FieldKind::Ip => "An IP address".to_owned(),
        FieldKind::Binary => "Bytes in base64".to_owned(),
        FieldKind::Text => "Text".to_owned(),
        _ => "A whole number".to_owned(),
    }
}

/// The preview of an import.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
pub(super) struct Preview {
    file: String,
    /// The numbers of objects by step: added, changed, kept and refused.
    added: usize,
    changed: usize,
    kept: usize,
    refused: usize,
    rows: Vec<RowView>,
    /// The number of objects that are not shown.
    more_rows: usize,
    problems: Vec<ProblemView>,
    /// The number of errors that are not shown.
    more_problems: usize,
    left_out: Vec<LeftOut>,
    is_windows_1252: bool,
    /// The data sent back with the confirmation, if it can be confirmed.
    confirmation: Option<Confirmation>,
}

#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct RowView {
    place: String,
    /// `add`, `change`, `keep` or `refuse`.
    step: &'static str,
    /// The label of the stored object.
    text: Option<String>,
    url: Option<String>,
    changes: Vec<ChangeView>,
}

#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct ChangeView {
    label: String,
    old: Option<Shown>,
    new: Shown,
}

#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct ProblemView {
    place: String,
    /// The field's name for people.
    field: Option<String>,
    message: String,
}

#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct LeftOut {
    name: String,
    why: &'static str,
}

#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Confirmation {
    name: String,
    content: String,
    fingerprint: String,
}

impl Preview {
    pub(super) fn of(
        cx: &AdminContext<'_>,
        importable: &Importable<'_>,
        plan: &Plan,
        file: &NamedFile,
    ) -> Result<Self, Error> {
        let shown = shown_rows(plan);
        let row = |row: &Row| row_view(cx, importable, row);
        let rows: Result<Vec<RowView>, Error> = shown.iter().map(|shown| row(shown)).collect();
        let problem = |problem: &crate::import::Problem| ProblemView {
            place: problem.place.to_string(),
            field: problem.field.map(|name| label_of(importable.model(), name)),
            message: visible(&problem.message),
        };
        let confirmation = plan.is_good().then(|| Confirmation {
            name: file.name.clone(),
            content: encoded(&file.bytes),
            fingerprint: plan.fingerprint(&file.bytes),
        });
        let left_out = plan.left_out.iter();
        Ok(Self {
            file: file.name.clone(),
            added: plan.count(Step::Add),
            changed: plan.count(Step::Change),
            kept: plan.count(Step::Keep),
            refused: plan.count(Step::Refuse),
            more_rows: plan.rows.len() - shown.len(),
            rows: rows?,
            problems: plan.problems.iter().take(SHOWN_PROBLEMS).map(problem).collect(),
            more_problems: plan.problems.len().saturating_sub(SHOWN_PROBLEMS),
            is_windows_1252: plan.is_windows_1252,
            left_out: left_out.map(|(name, why)| LeftOut { name: name.clone(), why }).collect(),
            confirmation,
        })
    }
}

/// The displayed objects, in the order of the file: those with changes before those that are
/// kept.
fn shown_rows(plan: &Plan) -> Vec<&Row> {
    let mut shown: Vec<(usize, &Row)> = plan.rows.iter().enumerate().collect();
    shown.sort_by_key(|(_, row)| row.step == Step::Keep);
    shown.truncate(SHOWN_ROWS);
    shown.sort_by_key(|(index, _)| *index);
    shown.into_iter().map(|(_, row)| row).collect()
}

fn row_view(
    cx: &AdminContext<'_>,
    importable: &Importable<'_>,
    row: &Row,
) -> Result<RowView, Error> {
    let id = row.id.filter(|_| row.text.is_some());
    let url = id.map(|id| cx.object_url("change", importable.admin, id)).transpose()?;
    let change = |change: &Change| ChangeView {
        label: change.label.clone(),
        old: change.old.as_ref().map(|old| shortened(change.shown(old))),
        new: shortened(change.shown(&change.new)),
    };
    let step = match row.step {
        Step::Add => "add",
        Step::Change => "change",
        Step::Keep => "keep",
        Step::Refuse => "refuse",
    };
    let changes = row.changes.iter().map(change).collect();
    let text = row.text.as_deref().map(visible);
    Ok(RowView { place: row.place.to_string(), step, text, url, changes })
}

/// A value shortened for a table.
fn shortened(shown: Shown) -> Shown {
    const MAX: usize = 200;
    let Shown::Text(text) = shown else { return shown };
    let mut short: String = text.chars().take(MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    Shown::Text(visible(&short))
}

/// A text with a replacement for characters that are not allowed in a page.
pub(super) fn visible(text: &str) -> String {
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    text.replace(is_odd, "\u{fffd}")
}

fn label_of(model: &ModelInfo, name: &str) -> String {
    let field = model.field(name).map(FieldInfo::capitalized_name);
    let many = || {
        let field = model.many_to_many.iter().find(|field| field.name == name)?;
        Some(capitalized(field.verbose_name))
    };
    field.or_else(many).unwrap_or_else(|| name.to_owned())
}

/// Returns the message after an import.
pub(super) fn done(model: &ModelInfo, counts: Counts, kept: usize) -> String {
    let objects =
        |count: usize| counted(count as u64, model.verbose_name, model.verbose_name_plural);

    let Counts { added, changed } = counts;
    let mut parts = Vec::new();
    if added > 0 {
        parts.push(format!("{} added", objects(added)));
    }
    if changed > 0 {
        parts.push(format!("{} changed", objects(changed)));
    }
    if kept > 0 {
        parts.push(format!("{} unchanged", objects(kept)));
    }
    format!("The file was imported: {}.", parts.join(", "))
}
