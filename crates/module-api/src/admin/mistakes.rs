//! Errors in a registration, such as unknown names of fields.

use super::{Inline, InlineRelation, ListColumn, ModelAdmin};
use crate::model::{FieldKind, ModelInfo, Path};

impl ModelAdmin {
    /// Returns the errors in the registration, such as unknown names of fields, one sentence each.
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let model = self.model;
        let path =
            |list: &str, name: &str, mistakes: &mut Vec<String>| match Path::parse(model, name) {
                Ok(path) => Some(path),
                Err(unknown) => {
                    mistakes.push(format!("{list} names `{name}`: {unknown}"));
                    None
                }
            };
        for column in &self.list_display {
            match column {
                ListColumn::Field(name) | ListColumn::Function { order_by: Some(name), .. } => {
                    path("list_display", name, &mut mistakes);
                }
                ListColumn::Object | ListColumn::Function { order_by: None, .. } => {}
            }
        }
        for name in &self.list_display_links {
            if !self.list_display.iter().any(|column| column.name() == *name) {
                mistakes.push(format!("list_display_links names `{name}`, which is no column"));
            }
        }
        for name in &self.search_fields {
            let bare = name.trim_start_matches(['^', '=']);
            if let Some(path) = path("search_fields", bare, &mut mistakes)
                && path.field().foreign_key().is_some()
            {
                mistakes.push(format!("search_fields names `{name}`, which is a foreign key"));
            }
        }
        for name in &self.list_filter {
            if model.any_many_to_many(name).is_none() {
                path("list_filter", name, &mut mistakes);
            }
        }
        for name in &self.ordering {
            path("ordering", name.trim_start_matches('-'), &mut mistakes);
        }
        if let Some(name) = self.date_hierarchy
            && let Some(path) = path("date_hierarchy", name, &mut mistakes)
            && !matches!(path.field().kind, FieldKind::DateTime | FieldKind::Date)
        {
            mistakes.push(format!("date_hierarchy names `{name}`, which is no moment or day"));
        }
        let of_fieldsets = self.fieldsets.iter().flat_map(|fieldset| &fieldset.fields);
        let own = [
            ("fieldsets", of_fieldsets.copied().collect::<Vec<_>>()),
            ("read_only", self.read_only.clone()),
            ("superuser_only", self.superuser_only.clone()),
            ("exclude", self.exclude.clone()),
            ("autocomplete", self.autocomplete.clone()),
            ("password", self.password.into_iter().collect()),
            ("shown_as", self.shown_as.iter().map(|(name, _)| *name).collect()),
        ];
        for (list, names) in own {
            for name in names {
                let through = model.many_through.iter().find(|field| field.name == name);
                let through = through.and_then(|field| field.through);
                if let (Some(through), true) = (through, list != "exclude") {
                    mistakes.push(format!(
                        "{list} names `{name}`, whose rows are those of `{}`: leave it out, and show \
                         that model as an inline",
                        through().label
                    ));
                } else if model.field(name).is_none() && model.any_many_to_many(name).is_none() {
                    mistakes.push(format!("{list} names `{name}`, which no field of its own is"));
                }
            }
        }
        for inline in &self.inlines {
            mistakes.extend(inline.mistake(model));
        }
        mistakes
    }
}

impl Inline {
    fn mistake(&self, parent: &'static ModelInfo) -> Option<String> {
        let (model, target, name, one_to_one) = match self.relation {
            InlineRelation::Rows { foreign_key, .. } => (self.model, parent, foreign_key, false),
            InlineRelation::Target { foreign_key } => (parent, self.model, foreign_key, true),
        };
        let key = model.field(name).and_then(|field| field.foreign_key());
        if key.is_none_or(|key| !(key.target)().is(target) || (one_to_one && !key.one_to_one)) {
            let kind = if one_to_one { "one-to-one" } else { "foreign key" };
            let (model, target) = (model.label, target.label);
            return Some(format!("inlines: `{name}` of `{model}` is no {kind} to `{target}`"));
        }
        let fields = self.fields.iter().chain(&self.read_only);
        let unknown = |name: &&&str| self.model.field(name).is_none();
        let name = fields.into_iter().find(unknown)?;
        Some(format!("inlines: `{}` has no field `{name}`", self.model.label))
    }
}
