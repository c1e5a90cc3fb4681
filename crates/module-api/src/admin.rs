//! Registration of models in the admin, with the options of Django's `ModelAdmin`.
//!
//! ```
//! use module_api::admin::{ListColumn, ModelAdmin};
//! use module_api::model::Model;
//! use module_api::Module;
//!
//! #[derive(Model)]
//! #[model(label = "guests.entry", verbose_name_plural = "entries", display = "{text}")]
//! struct Entry {
//!     id: i64,
//!     #[model(max_length = 200)]
//!     text: String,
//!     #[model(default = false)]
//!     approved: bool,
//! }
//!
//! struct Guests;
//! impl Module for Guests {
//!     fn name(&self) -> &'static str {
//!         "guests"
//!     }
//!
//!     fn admin(&self) -> Vec<ModelAdmin> {
//!         vec![
//!             // `ModelAdmin::of::<Entry>()` alone will do; all else has a default.
//!             ModelAdmin::of::<Entry>()
//!                 .list_display(["text".into(), "approved".into(), ListColumn::function("length", |entry| {
//!                     entry.get("text").to_string().chars().count().to_string()
//!                 })])
//!                 .search_fields(["text"])
//!                 .list_filter(["approved"]),
//!         ]
//!     }
//! }
//! ```
//!
//! Names of fields are written as in Django: a model's own, or through foreign keys,
//! `address__city`. An unknown name is a problem that keeps the site from starting.

mod extension;
mod form;
mod mistakes;
mod registered;

use std::fmt;

use crate::ModuleFuture;
use crate::auth::{Action, User};
use crate::db::{DbError, Transaction};
use crate::model::{Model, ModelInfo, Record, WriteError};

pub use extension::AdminExtension;
pub use form::{Fieldset, Inline, InlineLayout, InlineRelation};
pub use registered::{RegisteredModel, RegisteredModels};

/// The default number of rows on a page of a list.
pub const PAGE_SIZE: u32 = 100;

/// The registration of a model in the admin: Django's `ModelAdmin`.
///
/// By default, its list has a column with the label of its objects, and its form all of its fields.
///
/// ```
/// use module_api::admin::{Fieldset, ModelAdmin};
/// use module_api::model::Model;
///
/// #[derive(Model)]
/// #[model(label = "guests.entry", display = "{text}")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 200)]
///     text: String,
///     #[model(default = false)]
///     approved: bool,
/// }
///
/// let entries = ModelAdmin::of::<Entry>()
///     .list_display(["__str__", "approved"])
///     .search_fields(["text"])
///     .list_filter(["approved"])
///     .fieldsets([
///         Fieldset::untitled(["text"]),
///         Fieldset::new("Moderation", ["approved"]).collapsed(),
///     ]);
/// assert!(entries.mistakes().is_empty());
/// ```
#[derive(Clone)]
#[must_use = "a registration counts only where `Module::admin` returns it"]
pub struct ModelAdmin {
    /// The model.
    pub model: &'static ModelInfo,
    /// The columns of the list.
    pub list_display: Vec<ListColumn>,
    /// The columns that link to the form, by their names; empty means the first.
    pub list_display_links: Vec<&'static str>,
    /// The fields that the search reads: text fields, with the prefix `^` for matches at the
    /// beginning, and `=` for exact matches.
    pub search_fields: Vec<&'static str>,
    /// The fields by which the list can be filtered: choices, bools, moments, foreign keys,
    /// many-to-many fields, and text with few values.
    pub list_filter: Vec<&'static str>,
    /// The order of the list, names of fields with `-` before those that descend. Empty means the
    /// newest first.
    pub ordering: Vec<&'static str>,
    /// The number of rows on a page.
    pub page_size: u32,
    /// The date-time field by whose years, months and days the list can be drilled down.
    pub date_hierarchy: Option<&'static str>,
    /// The parts of the form. Empty means one of all fields.
    pub fieldsets: Vec<Fieldset>,
    /// Fields that the form shows and does not change.
    pub read_only: Vec<&'static str>,
    /// Fields that only superusers can change, and others see.
    pub superuser_only: Vec<&'static str>,
    /// Fields that the form leaves out.
    pub exclude: Vec<&'static str>,
    /// Objects of other models in the same form.
    pub inlines: Vec<Inline>,
    /// Foreign keys that are chosen by search instead of from a list.
    pub autocomplete: Vec<&'static str>,
    /// Actions on the selected rows of the list, besides deletion.
    pub actions: Vec<AdminAction>,
    /// `true` if the form offers “Save as new”.
    pub save_as: bool,
    /// The rule for permissions on single objects; `None` for the permissions of the model.
    pub rule: Option<PermissionRule>,
    /// The field with the hash of a password, which has forms of its own.
    pub password: Option<&'static str>,
    /// The fields with a displayed text of their own, and the functions that return it.
    pub shown_as: Vec<(&'static str, FieldText)>,
    /// The question to confirm before a change is made.
    pub confirm: Option<Confirm>,
    /// The page of an object on the site.
    pub view_on_site: Option<ViewOnSite>,
}

/// A column of a list.
///
/// ```
/// use module_api::admin::ListColumn;
///
/// let columns: [ListColumn; 4] = [
///     "__str__".into(),
///     "address__city".into(),
///     ListColumn::function("nights", |booking| booking.get("nights").to_string()),
///     // Sorted by a field of the model:
///     ListColumn::Function {
///         heading: "total",
///         text: |booking| format!("€ {}", booking.get("price")),
///         order_by: Some("price"),
///     },
/// ];
/// let names = columns.map(|column| column.name());
/// assert_eq!(names, ["__str__", "address__city", "nights", "total"]);
/// ```
#[derive(Clone)]
pub enum ListColumn {
    /// The object's label: `__str__`.
    Object,
    /// A field, or one of a model that a foreign key leads to: `address__city`.
    Field(&'static str),
    /// A text made from the object.
    Function {
        /// The heading.
        heading: &'static str,
        /// The text. It is escaped where it is shown.
        text: fn(&Record) -> String,
        /// The field that stands for it in an order, if the list can be sorted by it.
        order_by: Option<&'static str>,
    },
}

impl ListColumn {
    /// A text made from the object's own fields.
    pub const fn function(heading: &'static str, text: fn(&Record) -> String) -> Self {
        Self::Function { heading, text, order_by: None }
    }

    /// The name of a field, the heading of a function, or `__str__`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Object => "__str__",
            Self::Field(name) | Self::Function { heading: name, .. } => name,
        }
    }
}

impl From<&'static str> for ListColumn {
    fn from(name: &'static str) -> Self {
        if name == "__str__" { Self::Object } else { Self::Field(name) }
    }
}

/// A rule that decides if a user may do something with a model, or with one object of it.
///
/// ```
/// use module_api::admin::{ModelAdmin, PermissionRule};
/// use module_api::model::{Model, Record};
///
/// #[derive(Model)]
/// #[model(label = "guests.entry", display = "{author}")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 150)]
///     author: String,
/// }
///
/// /// Users change and delete their own entries only.
/// const OWN_ENTRIES: PermissionRule = |user, action, model, entry| {
///     let is_own = |entry: &Record| entry.get("author").as_text() == Some(user.username.as_str());
///     user.may(action, model) && entry.is_none_or(is_own)
/// };
///
/// let entries = ModelAdmin::of::<Entry>().rule(OWN_ENTRIES);
/// assert!(entries.rule.is_some());
/// ```
pub type PermissionRule = fn(&User, Action, &'static ModelInfo, Option<&Record>) -> bool;

/// Returns the text that is displayed in place of a field's value; `None` to display the value.
pub type FieldText = fn(&Record) -> Option<String>;

/// A change that is about to be made.
///
/// ```
/// use module_api::ModuleFuture;
/// use module_api::admin::{Change, ModelAdmin};
/// use module_api::db::{DbError, Transaction};
/// # use module_api::model::Model;
/// # #[derive(Model)]
/// # #[model(label = "guests.entry", display = "{text}")]
/// # struct Entry {
/// #     id: i64,
/// #     #[model(max_length = 200)]
/// #     text: String,
/// # }
///
/// fn ask_before_deletion<'a>(
///     change: Change<'a>,
///     _: &'a mut Transaction,
/// ) -> ModuleFuture<'a, Option<String>, DbError> {
///     let entries = change.before.len();
///     let question = change.after.is_none().then(|| format!("Delete {entries} entries?"));
///     Box::pin(async move { Ok(question) })
/// }
///
/// let entries = ModelAdmin::of::<Entry>().confirm(ask_before_deletion);
/// assert!(entries.confirm.is_some());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The user who makes it.
    pub user: &'a User,
    /// The objects as they are.
    pub before: &'a [Record],
    /// The object as it will be; `None` if the objects are deleted.
    pub after: Option<&'a Record>,
}

/// A function that checks a change in its transaction, before it is made, and returns the question to
/// confirm, if there is one.
///
/// See [`Change`] for an example.
pub type Confirm =
    for<'a> fn(Change<'a>, &'a mut Transaction) -> ModuleFuture<'a, Option<String>, DbError>;

/// An operation on the selected rows of a list.
///
/// ```
/// use module_api::ModuleFuture;
/// use module_api::admin::AdminAction;
/// use module_api::auth::{Action, User};
/// use module_api::db::Transaction;
/// use module_api::model::{Model, WriteError};
///
/// #[derive(Model)]
/// #[model(label = "guests.entry", display = "{text}")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 200)]
///     text: String,
///     #[model(default = false)]
///     approved: bool,
/// }
///
/// fn approve<'a>(
///     ids: &'a [i64],
///     _user: &'a User,
///     transaction: &'a mut Transaction,
/// ) -> ModuleFuture<'a, String, WriteError> {
///     Box::pin(async move {
///         let chosen = Entry::objects().filter(Entry::ID.is_in(ids.iter().copied()));
///         let rows = chosen.update([Entry::APPROVED.set(true)], transaction).await?;
///         Ok(format!("{rows} entries are approved."))
///     })
/// }
///
/// let action = AdminAction::new("approve", "Approve selected entries", approve)
///     .requires(Action::Change);
/// ```
#[derive(Clone)]
pub struct AdminAction {
    /// The name in forms, of letters, digits and `_`.
    pub name: &'static str,
    /// The label in the list.
    pub label: &'static str,
    /// The required permission for the model; by default, to change it.
    pub requires: Action,
    /// Runs the action, in one transaction with the entries in the log.
    pub run: for<'a> fn(
        &'a [i64],
        &'a User,
        &'a mut Transaction,
    ) -> ModuleFuture<'a, String, WriteError>,
}

impl AdminAction {
    /// An action that changes the selected rows.
    pub fn new(
        name: &'static str,
        label: &'static str,
        run: for<'a> fn(
            &'a [i64],
            &'a User,
            &'a mut Transaction,
        ) -> ModuleFuture<'a, String, WriteError>,
    ) -> Self {
        Self { name, label, requires: Action::Change, run }
    }

    /// Sets the required permission for the model.
    pub fn requires(mut self, action: Action) -> Self {
        self.requires = action;
        self
    }
}

/// The parameters of a route, by their names.
///
/// See [`ViewOnSite`] for an example.
pub type RouteParameters = Vec<(&'static str, String)>;

/// The page of an object on the site: a route and its parameters.
///
/// ```
/// use module_api::admin::ModelAdmin;
/// use module_api::model::{Model, Record};
///
/// #[derive(Model)]
/// #[model(label = "lettings.letting", display = "{title}")]
/// struct Letting {
///     id: i64,
///     #[model(max_length = 256)]
///     title: String,
/// }
///
/// let lettings = ModelAdmin::of::<Letting>().view_on_site("lettings:letting", |letting| {
///     Some(vec![("letting_id", letting.id().to_string())])
/// });
///
/// let page = lettings.view_on_site.unwrap();
/// let letting = Record::new(Letting::INFO, vec![7.into(), "Sea view".into()]);
/// assert_eq!((page.parameters)(&letting).unwrap(), [("letting_id", "7".to_owned())]);
/// ```
#[derive(Clone, Copy)]
pub struct ViewOnSite {
    /// The name of the route: `lettings:letting`.
    pub route: &'static str,
    /// The parameters; `None` if this object has no page.
    pub parameters: fn(&Record) -> Option<RouteParameters>,
}

impl ModelAdmin {
    /// Registers a model with the default options.
    pub fn of<M: Model>() -> Self {
        Self::new(M::INFO)
    }

    /// Registers a model by its description, with the default options.
    pub fn new(model: &'static ModelInfo) -> Self {
        Self {
            model,
            list_display: vec![ListColumn::Object],
            list_display_links: Vec::new(),
            search_fields: Vec::new(),
            list_filter: Vec::new(),
            ordering: Vec::new(),
            page_size: PAGE_SIZE,
            date_hierarchy: None,
            fieldsets: Vec::new(),
            read_only: Vec::new(),
            superuser_only: Vec::new(),
            exclude: Vec::new(),
            inlines: Vec::new(),
            autocomplete: Vec::new(),
            actions: Vec::new(),
            save_as: false,
            rule: None,
            password: None,
            shown_as: Vec::new(),
            confirm: None,
            view_on_site: None,
        }
    }

    /// Sets the columns of the list: names of fields, or [`ListColumn`]s.
    pub fn list_display<C: Into<ListColumn>>(
        mut self,
        columns: impl IntoIterator<Item = C>,
    ) -> Self {
        self.list_display = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the columns that link to the form.
    pub fn list_display_links(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.list_display_links = names.into_iter().collect();
        self
    }

    /// Sets the fields that the search reads; see
    /// [`search_fields`](ModelAdmin#structfield.search_fields).
    pub fn search_fields(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.search_fields = names.into_iter().collect();
        self
    }

    /// Sets the fields by which the list can be filtered.
    pub fn list_filter(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.list_filter = names.into_iter().collect();
        self
    }

    /// Sets the order of the list, with `-` before fields that descend.
    pub fn ordering(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.ordering = names.into_iter().collect();
        self
    }

    /// Sets the number of rows on a page, at least 1.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = rows.max(1);
        self
    }

    /// Sets the date-time field by which the list can be drilled down.
    pub fn date_hierarchy(mut self, name: &'static str) -> Self {
        self.date_hierarchy = Some(name);
        self
    }

    /// Sets the parts of the form.
    pub fn fieldsets(mut self, fieldsets: impl IntoIterator<Item = Fieldset>) -> Self {
        self.fieldsets = fieldsets.into_iter().collect();
        self
    }

    /// Sets the read-only fields of the form.
    pub fn read_only(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.read_only = names.into_iter().collect();
        self
    }

    /// Sets the fields that only superusers can change.
    pub fn superuser_only(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.superuser_only = names.into_iter().collect();
        self
    }

    /// Sets the fields that the form leaves out.
    pub fn exclude(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.exclude = names.into_iter().collect();
        self
    }

    /// Adds objects of another model to the form.
    pub fn inline(mut self, inline: Inline) -> Self {
        self.inlines.push(inline);
        self
    }

    /// Sets the foreign keys that are chosen by search. The target model has to be registered, with search
    /// fields.
    pub fn autocomplete(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.autocomplete = names.into_iter().collect();
        self
    }

    /// Adds an action on the selected rows.
    pub fn action(mut self, action: AdminAction) -> Self {
        self.actions.push(action);
        self
    }

    /// Offers “Save as new” in the form.
    pub fn save_as(mut self) -> Self {
        self.save_as = true;
        self
    }

    /// Sets the rule for permissions on single objects, in place of the permissions of the model.
    pub fn rule(mut self, rule: PermissionRule) -> Self {
        self.rule = Some(rule);
        self
    }

    /// Sets the field with the hash of a password: it is never displayed, and has forms of its own.
    pub fn password(mut self, name: &'static str) -> Self {
        self.password = Some(name);
        self
    }

    /// Sets the displayed text of a field in lists, forms and exports. The text has to be parsed as the
    /// same value when it is submitted.
    pub fn shown_as(mut self, name: &'static str, text: FieldText) -> Self {
        self.shown_as.push((name, text));
        self
    }

    /// Returns the function for the displayed text of a field; `None` if its value is displayed.
    pub fn text_of(&self, name: &str) -> Option<FieldText> {
        self.shown_as.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// Sets the question to confirm before a change is made.
    pub fn confirm(mut self, confirm: Confirm) -> Self {
        self.confirm = Some(confirm);
        self
    }

    /// Sets the page of an object on the site.
    pub fn view_on_site(
        mut self,
        route: &'static str,
        parameters: fn(&Record) -> Option<RouteParameters>,
    ) -> Self {
        self.view_on_site = Some(ViewOnSite { route, parameters });
        self
    }

    /// Returns `true` if a user may do something with the model, or with one object of it. The
    /// permission to change includes the permission to view.
    pub fn allows(&self, user: &User, action: Action, record: Option<&Record>) -> bool {
        let by_permission: PermissionRule = |user, action, model, _| user.may(action, model);
        let rule = self.rule.unwrap_or(by_permission);
        rule(user, action, self.model, record)
            || (action == Action::View && rule(user, Action::Change, self.model, record))
    }
}

impl fmt::Debug for ListColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ListColumn").field(&self.name()).finish()
    }
}

impl fmt::Debug for AdminAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminAction").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for ModelAdmin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelAdmin").field("model", &self.model.label).finish_non_exhaustive()
    }
}
