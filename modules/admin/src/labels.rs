//! The labels of objects on a page: their text as far as the user may view all parts of it,
//! otherwise their primary keys. All pages use them.

use accounts::models::Permission;
use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::model::{
    ColumnPlace, Display, Model, ModelInfo, Path, Record, Records, Related, capitalized,
};

use crate::access::AdminContext;
use crate::text::by_key;

/// The rows that columns of a query pass through, and the user's permissions to view them.
pub(crate) struct VisibleRows<'r> {
    /// `true` if the user may view rows of all their models.
    is_open: bool,
    /// The registrations with a rule for single rows.
    ruled: Vec<(&'r ModelAdmin, Related)>,
}

impl<'r> VisibleRows<'r> {
    /// Checks the permissions along these paths.
    pub(crate) fn along(cx: &AdminContext<'r>, paths: &[Path], records: &mut Records) -> Self {
        let mut sight = Self { is_open: true, ruled: Vec::new() };
        for path in paths.iter().flat_map(Path::foreign_keys) {
            let Some(target) = target_of(&path) else { continue };
            sight.is_open &= cx.may_with(target, Action::View, None);
            if let Some(registered) = cx.models.of(target)
                && registered.admin.rule.is_some()
            {
                sight.ruled.push((&registered.admin, records.related(&path)));
            }
        }
        sight
    }

    /// Returns `true` if the user may view all rows that this row of the query passes through.
    pub(crate) fn is_open(&self, cx: &AdminContext<'_>, record: &Record) -> bool {
        let may_view = |(admin, related): &(&ModelAdmin, Related)| {
            let record = related.record(record);
            record.is_none_or(|record| cx.may(admin, Action::View, Some(&record)))
        };
        self.is_open && self.ruled.iter().all(may_view)
    }
}

/// The label of a query's rows, or of the rows that a foreign key of theirs refers to.
pub(crate) struct Label<'r> {
    display: Display,
    sight: VisibleRows<'r>,
    /// For a permission: the app of its model, and its own name.
    permission: Option<(ColumnPlace, ColumnPlace)>,
}

impl<'r> Label<'r> {
    /// The label of a query's rows, which the caller has checked that the user may view.
    pub(crate) fn of(cx: &AdminContext<'r>, records: &mut Records) -> Self {
        let display = records.display();
        Self::new(cx, display, None, records)
    }

    /// The label of the rows that the foreign key at the end of a path refers to.
    pub(crate) fn at_end_of(cx: &AdminContext<'r>, path: &Path, records: &mut Records) -> Self {
        let display = records.display_of(path);
        Self::new(cx, display, Some(path), records)
    }

    fn new(
        cx: &AdminContext<'r>,
        display: Display,
        end: Option<&Path>,
        records: &mut Records,
    ) -> Self {
        let permission = end.is_none().then(|| permission_columns(records)).flatten();
        // The label of a permission contains nothing of a content type but the name of an app.
        let passed = if permission.is_some() { None } else { Some(display.paths().chain(end)) };
        let paths: Vec<Path> = passed.into_iter().flatten().cloned().collect();
        Self { sight: VisibleRows::along(cx, &paths, records), display, permission }
    }

    /// The label of a row; `None` if the user may not view it.
    pub(crate) fn text(&self, cx: &AdminContext<'_>, record: &Record) -> Option<String> {
        if !self.sight.is_open(cx, record) {
            return None;
        }
        if let Some((app, name)) = self.permission {
            let (app, name) = (record.at(app).as_text()?, record.at(name).as_text()?);
            return Some(permission_label(cx, app, name));
        }
        Some(self.display.text(record))
    }

    /// The label as the text of a link, which is never empty: `Profile (3)` if the user may not
    /// view it.
    pub(crate) fn link(&self, cx: &AdminContext<'_>, record: &Record) -> String {
        let text = self.text(cx, record).filter(|text| !text.trim().is_empty());
        text.unwrap_or_else(|| by_key(record.model(), record.id()))
    }
}

/// Returns `true` if the user may see the recorded names of a model's objects in the log: for
/// models with any permission, as far as labels do not contain parts of others.
pub(crate) fn may_know_names(cx: &AdminContext<'_>, admin: &ModelAdmin) -> bool {
    let mut records = Records::of(admin.model);
    let paths: Vec<Path> = records.display().paths().cloned().collect();
    let sight = VisibleRows::along(cx, &paths, &mut records);
    sight.is_open && Action::ALL.into_iter().any(|action| cx.may(admin, action, None))
}

/// The model that the foreign key at the end of a path refers to.
fn target_of(path: &Path) -> Option<&'static ModelInfo> {
    path.field().foreign_key().map(|key| (key.target)())
}

fn permission_columns(records: &mut Records) -> Option<(ColumnPlace, ColumnPlace)> {
    let model = records.model();
    if !Permission::INFO.is(model) {
        return None;
    }
    let mut column = |path| Some(records.column(Path::parse(model, path).ok()?));
    Some((column("content_type__app_label")?, column("name")?))
}

/// The label of a permission for people: `Lettings: can add letting`.
pub(crate) fn permission_label(cx: &AdminContext<'_>, app: &str, name: &str) -> String {
    let module = cx.models.0.iter().find(|registered| registered.admin.model.app() == app);
    let module = module.map_or_else(|| capitalized(app), |known| known.module_title.clone());
    let mut letters = name.chars();
    let name: String =
        letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    format!("{module}: {name}")
}
