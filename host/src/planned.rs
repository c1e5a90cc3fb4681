//! The linked modules of a site, each with its place, and the links of its navigation.

use std::ops::Deref;

use module_api::Visibility;
use module_api::host::Registration;
use rocket::figment::Figment;

/// A linked module and its properties in the plan.
///
/// See [`Plan`](crate::Plan) for an example.
#[derive(Debug, Clone)]
pub struct PlannedModule {
    /// The registration of the module.
    pub registration: Registration,
    /// `true` if it is active in the running site.
    pub active: bool,
    /// The mount, without a trailing `/` unless it is `/` itself.
    pub mount: String,
    pub(crate) section: Figment,
}

impl PlannedModule {
    /// The module's name.
    pub fn name(&self) -> &'static str {
        self.registration.module.name()
    }

    /// Returns `true` if the module requires or uses the other one.
    pub(crate) fn knows(&self, other: &str) -> bool {
        let module = self.registration.module;
        self.name() == other || module.requires().contains(&other) || module.uses().contains(&other)
    }
}

/// All linked modules: the active ones in the order in which they start, then the others by name.
///
/// See [`Plan`](crate::Plan) for an example.
#[derive(Debug, Clone)]
pub struct PlannedModules(Vec<PlannedModule>);

impl PlannedModules {
    /// The active modules, in the order in which they start.
    pub fn active(&self) -> impl Iterator<Item = &PlannedModule> {
        self.iter().filter(|module| module.active)
    }

    /// The linked module with that name.
    pub fn named(&self, name: &str) -> Option<&PlannedModule> {
        self.iter().find(|module| module.name() == name)
    }
}

impl From<Vec<PlannedModule>> for PlannedModules {
    fn from(modules: Vec<PlannedModule>) -> Self {
        Self(modules)
    }
}

impl Deref for PlannedModules {
    type Target = [PlannedModule];

    fn deref(&self) -> &[PlannedModule] {
        &self.0
    }
}

/// A link of the navigation with its address.
#[derive(Debug, Clone)]
pub(crate) struct PlannedItem {
    pub(crate) module: &'static str,
    /// The element's id in the page: that of the module's first link is the module's name.
    pub(crate) id: Option<&'static str>,
    pub(crate) label: String,
    pub(crate) url: String,
    pub(crate) summary: String,
    pub(crate) visibility: Visibility,
}
