//! The page about the modules of the site, for its operators.

use module_api::admin::RegisteredModels;
use module_api::model::capitalized;
use module_api::serde::Serialize;
use module_api::{
    Error, MigrationStatus, Page, SiteModule, SiteModules, context, program_name, template_name,
};
use rocket::{State, get};

use crate::access::AdminContext;
use crate::denied::DenialReason;
use crate::shell::{Crumb, Shell};

/// A module on the page.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Row {
    name: &'static str,
    title: String,
    version: &'static str,
    mount: String,
    active: bool,
    requires: &'static [&'static str],
    uses: Vec<Used>,
    models: Vec<ModelRow>,
    migrations: Vec<MigrationRow>,
    /// The number of unapplied migrations.
    missing: usize,
}

/// A module of an optional dependency.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Used {
    name: &'static str,
    active: bool,
}

#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct ModelRow {
    label: &'static str,
    name: String,
    /// The address of the list, if the model is in the admin.
    url: Option<String>,
}

#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct MigrationRow {
    name: String,
    applied: bool,
    has_file: bool,
}

/// A name that has migrations without being a module.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Others {
    name: String,
    migrations: Vec<MigrationRow>,
}

/// All linked modules, active or not. For superusers only.
#[get("/modules")]
pub(crate) async fn modules(
    cx: AdminContext<'_>,
    site: &State<SiteModules>,
) -> Result<Page, Error> {
    if !cx.user.is_superuser {
        return Err(cx.refuse(DenialReason::Superuser));
    }
    let mut statuses = site.migrations().await?;
    let mut rows = Vec::new();
    for module in site.all() {
        let (own, rest) = statuses.into_iter().partition(|status| status.id.module == module.name);
        statuses = rest;
        rows.push(row(&cx, module, own, site)?);
    }
    let mut others: Vec<Others> = Vec::new();
    for status in statuses {
        let name = status.id.module.clone();
        let migration = MigrationRow::from(status);
        match others.iter_mut().find(|others| others.name == name) {
            Some(others) => others.migrations.push(migration),
            None => others.push(Others { name, migrations: vec![migration] }),
        }
    }
    let active = rows.iter().filter(|row| row.active).count();
    let missing: usize = rows.iter().filter(|row| row.active).map(|row| row.missing).sum();
    let shell = Shell::new(&cx, "Modules", vec![Crumb::here("Modules")])?;
    let program = program_name();
    let context = context! { shell, rows, others, active, missing, program };
    Ok(Page::render(template_name!("admin/modules"), context))
}

fn row(
    cx: &AdminContext<'_>,
    module: &SiteModule,
    migrations: Vec<MigrationStatus>,
    site: &SiteModules,
) -> Result<Row, Error> {
    let registered: &RegisteredModels = cx.models;
    let model = |model: &&'static module_api::model::ModelInfo| {
        let admin = registered.of(model).filter(|_| module.active);
        let url = admin.map(|registered| cx.model_url("list", &registered.admin)).transpose()?;
        Ok(ModelRow { label: model.label, name: capitalized(model.verbose_name_plural), url })
    };
    let models: Result<Vec<ModelRow>, Error> = module.models.iter().map(model).collect();
    let is_active = |name: &str| site.all().iter().any(|other| other.name == name && other.active);
    Ok(Row {
        name: module.name,
        title: module.title.clone(),
        version: module.version,
        mount: module.mount.clone(),
        active: module.active,
        requires: module.requires,
        uses: module.uses.iter().map(|name| Used { name, active: is_active(name) }).collect(),
        models: models?,
        missing: migrations.iter().filter(|migration| !migration.applied).count(),
        migrations: migrations.into_iter().map(MigrationRow::from).collect(),
    })
}

impl From<MigrationStatus> for MigrationRow {
    fn from(status: MigrationStatus) -> Self {
        let MigrationStatus { id, applied, has_file } = status;
        Self { name: id.name, applied, has_file }
    }
}
