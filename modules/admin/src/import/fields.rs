//! The fields of a model that a user may import: those that are editable in the form.

use module_api::admin::ModelAdmin;
use module_api::auth::User;
use module_api::model::ModelInfo;

/// The fields of a model, and their permissions for imports.
pub(crate) struct Importable<'a> {
    pub(crate) admin: &'a ModelAdmin,
    is_superuser: bool,
}

/// The meaning of a name in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The primary key.
    Key,
    /// The field with that index, other than the primary key.
    Field(usize),
    /// The many-to-many field with that index.
    Many(usize),
    /// A field that is not imported, with the reason.
    LeftOut(&'static str),
}

impl<'a> Importable<'a> {
    /// The fields of a model for a user.
    pub(crate) fn new(admin: &'a ModelAdmin, user: &User) -> Self {
        Self { admin, is_superuser: user.is_superuser }
    }

    /// The model.
    pub(crate) fn model(&self) -> &'static ModelInfo {
        self.admin.model
    }

    /// Returns the meaning of a name: `id` or `pk`, a field, or the column of a foreign key. `None`
    /// if there is no such field.
    pub(crate) fn slot(&self, name: &str) -> Option<Slot> {
        let model = self.admin.model;
        if name == "pk" || name == model.primary_key().name {
            return Some(Slot::Key);
        }
        let field = model.fields.iter().position(|f| f.name == name || f.column == name);
        let many = || model.many_to_many.iter().position(|field| field.name == name);
        let (slot, name) = match field {
            Some(place) => (Slot::Field(place), model.fields[place].name),
            None => many().map(|place| (Slot::Many(place), model.many_to_many[place].name))?,
        };
        Some(self.left_out(name).map_or(slot, Slot::LeftOut))
    }

    /// The slot of a column by its heading: the name or the label of a field, case-insensitive.
    ///
    /// # Errors
    ///
    /// The heading matches no field, or several.
    pub(crate) fn slot_of_heading(&self, heading: &str) -> Result<Slot, String> {
        if let Some(slot) = self.slot(heading) {
            return Ok(slot);
        }
        let model = self.admin.model;
        let fields = model.fields.iter().map(|field| (field.name, field.verbose_name));
        let many = model.many_to_many.iter().map(|field| (field.name, field.verbose_name));
        let heading_words = words(heading);
        let is_meant = |(name, label): &(&'static str, &'static str)| {
            words(name) == heading_words || words(label) == heading_words
        };
        let meant: Vec<&str> = fields.chain(many).filter(is_meant).map(|(name, _)| name).collect();
        match meant[..] {
            [name] => self.slot(name).ok_or_else(|| self.unknown("column", heading)),
            [] => Err(self.unknown("column", heading)),
            _ => Err(format!("Ambiguous column “{heading}”. Use one of: {}", meant.join(", "))),
        }
    }

    /// Returns the reason why a field is not imported, if it is not.
    fn left_out(&self, name: &'static str) -> Option<&'static str> {
        let admin = self.admin;
        let is_in_form = admin.fieldsets.is_empty()
            || admin.fieldsets.iter().any(|fieldset| fieldset.fields.contains(&name));
        if admin.password == Some(name) {
            Some("passwords are never imported")
        } else if admin.exclude.contains(&name) || !is_in_form {
            Some("not in the form")
        } else if admin.read_only.contains(&name) {
            Some("read-only")
        } else if admin.superuser_only.contains(&name) && !self.is_superuser {
            Some("only superusers can change this")
        } else {
            None
        }
    }

    /// The names of all fields that may be imported, in order, the primary key first.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let model = self.admin.model;
        let fields = model.fields.iter().map(|field| field.name);
        let all = fields.chain(model.many_to_many.iter().map(|field| field.name));
        all.filter(|name| !matches!(self.slot(name), None | Some(Slot::LeftOut(_)))).collect()
    }

    /// The message about an unknown column or field, without the full stop.
    pub(crate) fn unknown(&self, what: &str, name: &str) -> String {
        let name: String = name.chars().take(50).collect();
        format!("Unknown {what} “{name}”. Allowed: {}", self.names().join(", "))
    }
}

/// The words of a name or label, in lower case.
fn words(text: &str) -> String {
    let text = text.to_lowercase().replace('_', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
