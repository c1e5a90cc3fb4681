//! The inputs of fields, by the kind of the field.

use module_api::Error;
use module_api::auth::Action;
use module_api::db::Value;
use module_api::forms::{self, ChoiceView, Typed, shown_again, with_typed};
use module_api::model::{FieldInfo, FieldKind, ModelInfo};
use module_api::serde::Serialize;

use super::choices::is_searched;
use super::object::{FormField, ObjectForm};
use super::plan::Content;
use super::view::Viewer;
use crate::access::AdminContext;
use crate::text::Shown;

/// The inputs of a field.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde", tag = "widget", rename_all = "snake_case")]
pub(crate) enum Widget {
    /// The key of an object, with a search.
    Search {
        value: String,
        text: Option<String>,
        lookup: Option<String>,
        search: Option<String>,
    },
    /// A checkbox for each object; `lookup` is the address of a search, if not all are listed.
    Boxes {
        options: Vec<ChoiceView>,
        is_partial: bool,
        lookup: Option<String>,
    },
    /// A read-only value.
    Shown {
        value: Shown,
        url: Option<String>,
    },
    List {
        items: Vec<String>,
    },
    Password {
        summary: String,
        is_set: bool,
        url: Option<String>,
    },
    NewPassword,
    /// The inputs of public forms.
    #[serde(untagged)]
    Usual(forms::Widget),
}

impl Viewer<'_, '_> {
    /// The inputs of a field, or the read-only value.
    pub(super) fn widget(&self, form: &ObjectForm, field: &FormField) -> Result<Widget, Error> {
        match field.content {
            Content::Password(info) => self.password(form, info),
            Content::Column(info) if field.editable => self.input(form, info, &field.typed),
            Content::Column(info) => self.shown(form, info, &field.typed),
            Content::Many(info) => {
                let target = (info.target)();
                if field.editable {
                    self.boxes(target, field)
                } else {
                    Ok(self.list(target, field))
                }
            }
        }
    }

    fn input(
        &self,
        form: &ObjectForm,
        info: &'static FieldInfo,
        typed: &Typed,
    ) -> Result<Widget, Error> {
        if let (FieldKind::ForeignKey(key), Typed::Text(text)) = (&info.kind, typed)
            && info.choices.is_empty()
        {
            return self.foreign_key(form, info, (key.target)(), text);
        }
        let is_text = matches!(typed, Typed::Text(_))
            && info.choices.is_empty()
            && !matches!(info.kind, FieldKind::Bool);
        let stored = other_text(self.cx, form, info);
        let stored = stored.filter(|_| is_text && form.is_as_stored(info.name)).map(Typed::Text);
        Ok(Widget::Usual(forms::Widget::of(info, stored.as_ref().unwrap_or(typed))))
    }

    fn foreign_key(
        &self,
        form: &ObjectForm,
        info: &'static FieldInfo,
        target: &'static ModelInfo,
        text: &str,
    ) -> Result<Widget, Error> {
        let list = self.choices.list(target);
        let Some(list) = list.filter(|_| !is_searched(self.cx, form.model, info.name)) else {
            let chosen = text.trim().parse().ok();
            let chosen = chosen.and_then(|id| self.choices.text(target, id)).map(str::to_owned);
            let search = self.search_of(target)?;
            let (value, lookup) = (shown_again(text), self.lookup_of(target)?);
            return Ok(Widget::Search { value, text: chosen, lookup, search });
        };
        let mut options = vec![ChoiceView::none(text.is_empty())];
        options.extend(list.iter().map(|(id, label)| {
            let value = id.to_string();
            ChoiceView { chosen: value == text.trim(), value, label: label.clone() }
        }));
        Ok(Widget::Usual(forms::Widget::Select { options: with_typed(options, text) }))
    }

    /// Returns the address of the page that looks up keys of a model, if the user may view its
    /// objects.
    fn lookup_of(&self, model: &ModelInfo) -> Result<Option<String>, Error> {
        self.search_page("lookup", model)
    }

    /// The address that a script queries for objects of a model.
    fn search_of(&self, model: &ModelInfo) -> Result<Option<String>, Error> {
        self.search_page("autocomplete", model)
    }

    fn search_page(&self, route: &str, model: &ModelInfo) -> Result<Option<String>, Error> {
        let Some(registered) = self.cx.models.of(model) else { return Ok(None) };
        let admin = &registered.admin;
        if admin.search_fields.is_empty() || !self.cx.may(admin, Action::View, None) {
            return Ok(None);
        }
        self.cx.model_url(route, admin).map(Some)
    }

    fn boxes(&self, target: &'static ModelInfo, field: &FormField) -> Result<Widget, Error> {
        let Typed::Many(typed) = &field.typed else {
            return Ok(Widget::List { items: Vec::new() });
        };
        let of = |id: i64, label: &str, chosen: bool| ChoiceView {
            value: id.to_string(),
            label: label.to_owned(),
            chosen,
        };
        let Some(list) = self.choices.list(target) else {
            let chosen = typed.iter().map(|value| ChoiceView {
                label: value
                    .parse()
                    .ok()
                    .and_then(|id| self.choices.text(target, id))
                    .unwrap_or(value)
                    .to_owned(),
                value: value.clone(),
                chosen: true,
            });
            let (options, lookup) = (chosen.collect(), self.lookup_of(target)?);
            return Ok(Widget::Boxes { options, is_partial: true, lookup });
        };
        let is_chosen = |id: &i64| typed.iter().any(|value| *value == id.to_string());
        // The selected ones come first, so that they are visible without searching.
        let (chosen, others): (Vec<_>, Vec<_>) = list.iter().partition(|(id, _)| is_chosen(id));
        let chosen = chosen.into_iter().map(|(id, label)| of(*id, label, true));
        let others = others.into_iter().map(|(id, label)| of(*id, label, false));
        let options = chosen.chain(others).collect();
        Ok(Widget::Boxes { options, is_partial: false, lookup: None })
    }

    fn list(&self, target: &'static ModelInfo, field: &FormField) -> Widget {
        let text =
            |id: &i64| self.choices.text(target, *id).map_or_else(|| id.to_string(), str::to_owned);
        Widget::List { items: field.ids.iter().map(text).collect() }
    }

    fn shown(
        &self,
        form: &ObjectForm,
        info: &'static FieldInfo,
        typed: &Typed,
    ) -> Result<Widget, Error> {
        let Some(stored) = &form.stored else {
            let value = typed.parse(info).unwrap_or_else(|_| info.null_value());
            return Ok(Widget::Shown { value: Shown::of(info, &value), url: None });
        };
        if let Some(text) = other_text(self.cx, form, info) {
            return Ok(Widget::Shown { value: Shown::text(text), url: None });
        }
        let value = stored.record.get(info.name);
        let (Some(key), Value::Int(Some(id))) = (info.foreign_key(), value) else {
            return Ok(Widget::Shown { value: Shown::of(info, value), url: None });
        };
        let target = (key.target)();
        let text = stored.link(info.name).map_or_else(|| id.to_string(), str::to_owned);
        let registered = self.cx.models.of(target);
        let registered = registered.filter(|_| self.cx.may_with(target, Action::View, None));
        let url = registered.map(|model| self.cx.object_url("change", &model.admin, *id));
        Ok(Widget::Shown { value: Shown::text(text), url: url.transpose()? })
    }

    fn password(&self, form: &ObjectForm, info: &'static FieldInfo) -> Result<Widget, Error> {
        let stored = form.stored.as_ref();
        let hash = stored.and_then(|stored| stored.record.get(info.name).as_text());
        let algorithm = hash.and_then(|hash| hash.split_once('$')).map(|(algorithm, _)| algorithm);
        let algorithm = algorithm.filter(|algorithm| !algorithm.starts_with('!'));
        let summary = match algorithm {
            Some(algorithm) => format!(
                "Set (hashed with {algorithm}). Raw passwords are not stored, so they cannot be viewed."
            ),
            None => "No password set.".to_owned(),
        };
        let registered = self.cx.models.of(form.model);
        let url = match (registered, stored) {
            (Some(registered), Some(stored))
                if self.cx.may(&registered.admin, Action::Change, Some(&stored.record)) =>
            {
                Some(self.cx.object_url("password", &registered.admin, stored.id())?)
            }
            _ => None,
        };
        Ok(Widget::Password { summary, is_set: algorithm.is_some(), url })
    }
}

/// The text that is displayed in place of a stored field's value; `None` to display the value.
fn other_text(cx: &AdminContext<'_>, form: &ObjectForm, info: &FieldInfo) -> Option<String> {
    let text = cx.models.of(form.model)?.admin.text_of(info.name)?;
    text(&form.stored.as_ref()?.record)
}
