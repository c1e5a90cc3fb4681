//! The frame of every page of the admin: navigation and breadcrumbs.

use module_api::Error;
use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::serde::Serialize;

use crate::access::AdminContext;

/// The frame of a page, `shell` in templates.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Shell {
    /// The title and first heading of the page.
    title: String,
    /// `true` if the form has errors: the title in the browser begins with that.
    has_errors: bool,
    /// The breadcrumbs from the index, which is not part of them.
    crumbs: Vec<Crumb>,
    /// The modules and their models.
    modules: Vec<ShellModule>,
    /// The label of the model that the page is about.
    model: Option<&'static str>,
    /// The words in the search over all models.
    search: String,
    /// `true` if the user is a superuser.
    is_superuser: bool,
}

/// A breadcrumb.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Crumb {
    label: String,
    /// The address; `None` for the page itself.
    url: Option<String>,
}

impl Crumb {
    /// A breadcrumb with a link.
    pub(crate) fn to(label: impl Into<String>, url: String) -> Self {
        Self { label: label.into(), url: Some(url) }
    }

    /// The breadcrumb of the page itself.
    pub(crate) fn here(label: impl Into<String>) -> Self {
        Self { label: label.into(), url: None }
    }
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct ShellModule {
    name: &'static str,
    title: String,
    models: Vec<ShellModel>,
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct ShellModel {
    label: &'static str,
    name: String,
    /// The address of the list; `None` if the user may only add.
    list: Option<String>,
    /// The address of the form for a new object; `None` if the user may not add.
    add: Option<String>,
    /// `true` if the user may change its objects.
    may_change: bool,
}

impl Shell {
    /// The frame of a page about no single model.
    pub(crate) fn new(
        cx: &AdminContext<'_>,
        title: impl Into<String>,
        crumbs: Vec<Crumb>,
    ) -> Result<Self, Error> {
        let mut modules: Vec<ShellModule> = Vec::new();
        for registered in cx.visible() {
            let admin = &registered.admin;
            let list = cx.may(admin, Action::View, None);
            let add = cx.may(admin, Action::Add, None);
            let model = ShellModel {
                label: admin.model.label,
                name: module_api::model::capitalized(admin.model.verbose_name_plural),
                list: list.then(|| cx.model_url("list", admin)).transpose()?,
                add: add.then(|| cx.model_url("add", admin)).transpose()?,
                may_change: cx.may(admin, Action::Change, None),
            };
            match modules.last_mut().filter(|module| module.name == registered.module) {
                Some(module) => module.models.push(model),
                None => modules.push(ShellModule {
                    name: registered.module,
                    title: registered.module_title.clone(),
                    models: vec![model],
                }),
            }
        }
        let is_superuser = cx.user.is_superuser;
        let (title, search) = (title.into(), String::new());
        let (model, has_errors) = (None, false);
        Ok(Self { title, has_errors, crumbs, modules, model, search, is_superuser })
    }

    /// Sets whether the title notes errors.
    pub(crate) fn with_errors(self, has_errors: bool) -> Self {
        Self { has_errors, ..self }
    }

    /// Sets the words in the search over all models.
    pub(crate) fn searching(self, words: &str) -> Self {
        Self { search: words.to_owned(), ..self }
    }

    /// The frame of a page about a model, with its list and these breadcrumbs.
    pub(crate) fn of_model(
        cx: &AdminContext<'_>,
        title: impl Into<String>,
        admin: &ModelAdmin,
        crumbs: Vec<Crumb>,
    ) -> Result<Self, Error> {
        let name = module_api::model::capitalized(admin.model.verbose_name_plural);
        let list = if crumbs.is_empty() {
            Crumb::here(name)
        } else {
            Crumb::to(name, cx.model_url("list", admin)?)
        };
        let crumbs = std::iter::once(list).chain(crumbs).collect();
        let shell = Self::new(cx, title, crumbs)?;
        Ok(Self { model: Some(admin.model.label), ..shell })
    }
}
