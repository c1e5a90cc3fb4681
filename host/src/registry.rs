//! The modules that were linked, as a value.

use module_api::{Registration, inventory};

/// All registered modules, sorted by name. The order in which the linker put them down differs
/// from build to build and means nothing.
#[derive(Debug, Clone)]
pub struct Registry(Vec<Registration>);

impl Registry {
    /// The modules that are linked into this program. Nothing else reads `inventory`.
    pub fn linked() -> Self {
        Self::new(inventory::iter::<Registration>.into_iter().copied().collect())
    }

    /// A registry of these modules.
    pub fn new(mut registrations: Vec<Registration>) -> Self {
        registrations
            .sort_by_key(|registration| (registration.module.name(), registration.package));
        Self(registrations)
    }

    /// The modules.
    pub fn iter(&self) -> impl Iterator<Item = &Registration> {
        self.0.iter()
    }

    /// Whether no module was linked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
