//! The plan of a form for a user: visible fields, editable fields, and the objects of other models
//! in it.

use module_api::admin::{Inline, InlineLayout, InlineRelation, ModelAdmin};
use module_api::auth::Action;
use module_api::model::{FieldInfo, FieldKind, ManyToManyInfo, ModelInfo, Record};

use crate::access::AdminContext;

/// The maximum number of objects of another model in a form.
pub(crate) const MAX_ROWS: u32 = 200;

/// A field of a form.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content {
    /// A column.
    Column(&'static FieldInfo),
    /// A many-to-many field.
    Many(&'static ManyToManyInfo),
    /// A password hash, which is never displayed and has a form of its own.
    Password(&'static FieldInfo),
}

impl Content {
    /// The name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Column(field) | Self::Password(field) => field.name,
            Self::Many(field) => field.name,
        }
    }

    /// Returns the capitalized name for people.
    pub(crate) fn label(self) -> String {
        match self {
            Self::Column(field) | Self::Password(field) => field.capitalized_name(),
            Self::Many(field) => module_api::model::capitalized(field.verbose_name),
        }
    }

    /// Returns the help text.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Column(field) | Self::Password(field) => field.help_text,
            Self::Many(field) => field.help_text,
        }
    }

    /// Returns `true` if it must be filled. Checkboxes may always be left unchecked.
    pub(crate) fn is_required(self) -> bool {
        match self {
            Self::Column(field) => {
                !field.blank && (field.null || !matches!(field.kind, FieldKind::Bool))
            }
            Self::Many(field) => !field.blank,
            Self::Password(_) => false,
        }
    }
}

/// A field, and whether it is editable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlannedField {
    pub(crate) content: Content,
    pub(crate) editable: bool,
}

/// A section of the form, with a number of its fields.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) title: Option<&'static str>,
    pub(crate) description: &'static str,
    pub(crate) collapsed: bool,
    pub(crate) fields: usize,
}

/// The object that a one-to-one foreign key of the form's model refers to.
#[derive(Debug)]
pub(crate) struct PlannedTarget {
    pub(crate) foreign_key: &'static FieldInfo,
    pub(crate) model: &'static ModelInfo,
    pub(crate) prefix: String,
    pub(crate) fields: Vec<PlannedField>,
}

/// The objects with a foreign key to the form's object.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a permission of its own")]
pub(crate) struct PlannedRows {
    pub(crate) foreign_key: &'static FieldInfo,
    pub(crate) model: &'static ModelInfo,
    /// The prefix of their fields' names: `letting_set`.
    pub(crate) prefix: String,
    pub(crate) is_tabular: bool,
    pub(crate) one_to_one: bool,
    pub(crate) extra: u32,
    pub(crate) fields: Vec<PlannedField>,
    pub(crate) may_add: bool,
    pub(crate) may_change: bool,
    pub(crate) may_delete: bool,
    /// `true` if stored ones are displayed; users who may only add do not see them.
    pub(crate) may_see: bool,
}

impl PlannedRows {
    /// Returns the maximum number of objects.
    pub(crate) fn most(&self) -> u32 {
        if self.one_to_one { 1 } else { MAX_ROWS }
    }
}

/// The plan of a form.
#[derive(Debug)]
pub(crate) struct Plan<'r> {
    pub(crate) admin: &'r ModelAdmin,
    /// `true` if the object is new.
    pub(crate) adding: bool,
    /// `true` if any field can be saved.
    pub(crate) may_save: bool,
    pub(crate) sections: Vec<Section>,
    pub(crate) fields: Vec<PlannedField>,
    pub(crate) targets: Vec<PlannedTarget>,
    pub(crate) rows: Vec<PlannedRows>,
}

/// The fields of a model that are read-only or hidden for a user.
struct Rules<'a> {
    hidden: Vec<&'a str>,
    read_only: Vec<&'a str>,
}

impl<'a> Rules<'a> {
    fn of(cx: &AdminContext<'_>, admin: &'a ModelAdmin) -> Self {
        let mut read_only: Vec<&str> = admin.read_only.clone();
        if !cx.user.is_superuser {
            read_only.extend(&admin.superuser_only);
        }
        Self { hidden: admin.exclude.clone(), read_only }
    }

    fn plan(&self, content: Content) -> Option<PlannedField> {
        let name = content.name();
        // Bytes cannot be edited, and the time of writing is not submitted.
        let is_given = matches!(content, Content::Column(field)
            if matches!(field.kind, FieldKind::Id | FieldKind::Binary) || field.auto_now.is_some());
        let is_password = matches!(content, Content::Password(_));
        let editable = !is_given && !is_password && !self.read_only.contains(&name);
        (!self.hidden.contains(&name)).then_some(PlannedField { content, editable })
    }
}

impl<'r> Plan<'r> {
    /// The form of a new object.
    pub(crate) fn to_add(cx: &AdminContext<'r>, admin: &'r ModelAdmin) -> Self {
        Self::new(cx, admin, None)
    }

    /// The form of an existing object.
    pub(crate) fn to_change(cx: &AdminContext<'r>, admin: &'r ModelAdmin, record: &Record) -> Self {
        Self::new(cx, admin, Some(record))
    }

    /// The form of a deleted object: the submitted values are displayed, even if they cannot be
    /// saved.
    pub(crate) fn of_gone(cx: &AdminContext<'r>, admin: &'r ModelAdmin) -> Self {
        let mut plan = Self::unfrozen(cx, admin, None);
        plan.may_save = plan.may_save_as_new(cx);
        plan
    }

    fn new(cx: &AdminContext<'r>, admin: &'r ModelAdmin, record: Option<&Record>) -> Self {
        let mut plan = Self::unfrozen(cx, admin, record);
        if !plan.may_save {
            plan.freeze();
        }
        plan
    }

    fn unfrozen(cx: &AdminContext<'r>, admin: &'r ModelAdmin, record: Option<&Record>) -> Self {
        let adding = record.is_none();
        let action = if adding { Action::Add } else { Action::Change };
        let targets = targets(cx, admin, adding);
        let mut rules = Rules::of(cx, admin);
        rules.hidden.extend(targets.iter().map(|target| target.foreign_key.name));
        let (sections, fields) = sections(admin, &rules);
        Self {
            admin,
            adding,
            may_save: cx.may(admin, action, record),
            sections,
            fields,
            targets,
            rows: rows(cx, admin),
        }
    }

    /// Makes all fields read-only.
    fn freeze(&mut self) {
        let of_targets = self.targets.iter_mut().flat_map(|target| &mut target.fields);
        let of_rows = self.rows.iter_mut().flat_map(|rows| &mut rows.fields);
        for field in self.fields.iter_mut().chain(of_targets).chain(of_rows) {
            field.editable = false;
        }
        for rows in &mut self.rows {
            (rows.may_add, rows.may_change, rows.may_delete) = (false, false, false);
        }
    }

    /// Returns `true` if a copy of the object can be added: objects of other models in the form
    /// must be addable, too.
    pub(crate) fn may_save_as_new(&self, cx: &AdminContext<'_>) -> bool {
        let model = self.admin.model;
        let of_targets =
            || self.targets.iter().all(|target| cx.may_with(target.model, Action::Add, None));
        cx.may_with(model, Action::Add, None) && of_targets()
    }
}

/// The sections of a form, and its fields one after the other.
fn sections(admin: &ModelAdmin, rules: &Rules<'_>) -> (Vec<Section>, Vec<PlannedField>) {
    let model = admin.model;
    let content = |name: &str| {
        if admin.password == Some(name) {
            return model.field(name).map(Content::Password);
        }
        let many = || model.many_to_many.iter().find(|field| field.name == name);
        model.field(name).map(Content::Column).or_else(|| many().map(Content::Many))
    };
    let planned = |name: &&str| content(name).and_then(|content| rules.plan(content));
    if admin.fieldsets.is_empty() {
        let columns = model.fields.iter().skip(1).map(|field| field.name);
        let many = model.many_to_many.iter().map(|field| field.name);
        let names: Vec<&str> = columns.chain(many).collect();
        let fields: Vec<PlannedField> = names.iter().filter_map(planned).collect();
        let count = fields.len();
        let section = Section { title: None, description: "", collapsed: false, fields: count };
        return (vec![section], fields);
    }
    let (mut sections, mut fields) = (Vec::new(), Vec::new());
    for fieldset in &admin.fieldsets {
        let before = fields.len();
        fields.extend(fieldset.fields.iter().filter_map(planned));
        sections.push(Section {
            title: fieldset.title,
            description: fieldset.description,
            collapsed: fieldset.collapsed,
            fields: fields.len() - before,
        });
    }
    (sections, fields)
}

/// The fields of an inline object. Fields that its own registration hides or protects from the user
/// are hidden or read-only here, too.
fn inline_fields(cx: &AdminContext<'_>, inline: &Inline, key: Option<&str>) -> Vec<PlannedField> {
    let registered = cx.models.of(inline.model).map(|registered| &registered.admin);
    let nothing = || Rules { hidden: Vec::new(), read_only: Vec::new() };
    let mut rules = registered.map_or_else(nothing, |admin| Rules::of(cx, admin));
    rules.hidden.extend(registered.and_then(|admin| admin.password));
    rules.hidden.extend(key);
    rules.read_only.extend(&inline.read_only);
    let fields = inline.model.fields.iter().skip(1);
    let names: Vec<&str> = if inline.fields.is_empty() {
        fields.map(|field| field.name).collect()
    } else {
        inline.fields.clone()
    };
    let column = |name: &&str| inline.model.field(name).map(Content::Column);
    names.iter().filter_map(column).filter_map(|content| rules.plan(content)).collect()
}

/// The objects that are created and changed together with the form's object. One that the user may
/// not create or view is chosen by its key, like any other.
fn targets(cx: &AdminContext<'_>, admin: &ModelAdmin, adding: bool) -> Vec<PlannedTarget> {
    let needed = if adding { Action::Add } else { Action::View };
    let target = |inline: &Inline| {
        let InlineRelation::Target { foreign_key } = inline.relation else { return None };
        let foreign_key = admin.model.field(foreign_key)?;
        if !cx.may_with(inline.model, needed, None) {
            return None;
        }
        let mut fields = inline_fields(cx, inline, None);
        if !adding && !cx.may_with(inline.model, Action::Change, None) {
            for field in &mut fields {
                field.editable = false;
            }
        }
        let prefix = format!("{}-", foreign_key.name);
        Some(PlannedTarget { foreign_key, model: inline.model, prefix, fields })
    };
    admin.inlines.iter().filter_map(target).collect()
}

/// The inline objects with a foreign key to the form's object, as far as the user has any permission
/// for them.
fn rows(cx: &AdminContext<'_>, admin: &ModelAdmin) -> Vec<PlannedRows> {
    let mut all: Vec<PlannedRows> = Vec::new();
    for inline in &admin.inlines {
        let InlineRelation::Rows { foreign_key, layout, extra } = inline.relation else { continue };
        let Some(field) = inline.model.field(foreign_key) else { continue };
        let [may_add, may_change, may_delete, may_view] =
            [Action::Add, Action::Change, Action::Delete, Action::View]
                .map(|action| cx.may_with(inline.model, action, None));
        if !(may_add || may_change || may_delete || may_view) {
            continue;
        }
        let one_to_one = field.foreign_key().is_some_and(|key| key.one_to_one) || field.unique;
        // Django's names: those of the reverse accessor.
        let name = inline.model.name();
        let accessor = if one_to_one { name.to_owned() } else { format!("{name}_set") };
        let same = |rows: &&PlannedRows| {
            rows.prefix == accessor || rows.prefix.starts_with(&format!("{accessor}-"))
        };
        let prefix = match all.iter().filter(same).count() {
            0 => accessor,
            others => format!("{accessor}-{}", others + 1),
        };
        all.push(PlannedRows {
            foreign_key: field,
            model: inline.model,
            prefix,
            is_tabular: layout == InlineLayout::Tabular,
            one_to_one,
            extra,
            fields: inline_fields(cx, inline, Some(foreign_key)),
            may_add,
            may_change,
            may_delete,
            may_see: may_view || may_change || may_delete,
        });
    }
    all
}
