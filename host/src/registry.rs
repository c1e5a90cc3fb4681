//! The modules that were linked, as a value.

use module_api::host::{LiteralName, Registration};
use module_api::inventory;

/// All registered modules, sorted by name. The order in which the linker put them down differs
/// from build to build and means nothing.
#[derive(Debug, Clone)]
pub struct Registry {
    modules: Vec<Registration>,
    literal_names: Vec<LiteralName>,
}

impl Registry {
    /// The modules that are linked into this program. Nothing else reads `inventory`.
    pub fn linked() -> Self {
        let modules = inventory::iter::<Registration>.into_iter().copied().collect();
        let mut literal_names: Vec<LiteralName> =
            inventory::iter::<LiteralName>.into_iter().copied().collect();
        literal_names.sort_by_key(|literal| (literal.package, literal.file, literal.line));
        Self { literal_names, ..Self::new(modules) }
    }

    /// A registry of these modules.
    pub fn new(mut registrations: Vec<Registration>) -> Self {
        registrations
            .sort_by_key(|registration| (registration.module.name(), registration.package));
        Self { modules: registrations, literal_names: Vec::new() }
    }

    /// The modules.
    pub fn iter(&self) -> impl Iterator<Item = &Registration> {
        self.modules.iter()
    }

    /// Sets the names of templates and routes in the modules' code.
    #[must_use]
    pub fn with_literal_names(mut self, literal_names: Vec<LiteralName>) -> Self {
        self.literal_names = literal_names;
        self
    }

    /// The names of templates and routes in the modules' code.
    pub fn literal_names(&self) -> &[LiteralName] {
        &self.literal_names
    }

    /// Whether no module was linked.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }
}
