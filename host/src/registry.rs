//! The linked modules, as a value.

use module_api::host::{LiteralName, Registration};
use module_api::inventory;

/// All registered modules, sorted by name, since the linker's order differs from build to build. The
/// example of this crate creates one with a small module.
///
/// ```
/// use host::Registry;
/// use module_api::Module;
/// use module_api::host::Registration;
///
/// struct Named(&'static str);
/// impl Module for Named {
///     fn name(&self) -> &'static str {
///         self.0
///     }
/// }
///
/// static NEWS: Named = Named("news");
/// static GUESTS: Named = Named("guests");
///
/// let register = |module: &'static Named| Registration::new(module, module.0, "1.0.0");
/// let registry = Registry::new(vec![register(&NEWS), register(&GUESTS)]);
/// let names: Vec<&str> = registry.iter().map(|linked| linked.module.name()).collect();
/// assert_eq!(names, ["guests", "news"]);
/// assert_eq!(registry.only(&["news"]).iter().count(), 1);
/// ```
#[derive(Debug, Clone)]
pub struct Registry {
    modules: Vec<Registration>,
    literal_names: Vec<LiteralName>,
}

impl Registry {
    /// The modules that are linked into this program. Only this function reads `inventory`.
    pub fn linked() -> Self {
        let modules = inventory::iter::<Registration>.into_iter().copied().collect();
        let mut literal_names: Vec<LiteralName> =
            inventory::iter::<LiteralName>.into_iter().copied().collect();
        literal_names.sort_by_key(|literal| (literal.package, literal.file, literal.line));
        Self { literal_names, ..Self::new(modules) }
    }

    /// Creates a registry of these modules.
    pub fn new(mut registrations: Vec<Registration>) -> Self {
        registrations
            .sort_by_key(|registration| (registration.module.name(), registration.package));
        Self { modules: registrations, literal_names: Vec::new() }
    }

    /// Keeps only the modules with these names, and drops the literal names in the code of the others.
    #[must_use]
    pub fn only(mut self, names: &[&str]) -> Self {
        let is_kept = |registration: &Registration| names.contains(&registration.module.name());
        let (kept, left): (Vec<_>, Vec<_>) = self.modules.into_iter().partition(is_kept);
        let is_left =
            |package: &str| left.iter().any(|registration| registration.package == package);
        self.literal_names.retain(|literal| !is_left(literal.package));
        Self { modules: kept, ..self }
    }

    /// Adds the modules of another registry.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let Self { mut modules, mut literal_names } = self;
        modules.extend(other.modules);
        literal_names.extend(other.literal_names);
        Self::new(modules).with_literal_names(literal_names)
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

    /// Returns `true` if no module was linked.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use module_api::Module;
    use module_api::host::NamedItem;

    use super::*;

    struct Named(&'static str);
    impl Module for Named {
        fn name(&self) -> &'static str {
            self.0
        }
    }

    static HELLO: Named = Named("hello");
    static GUESTS: Named = Named("guests");

    fn registry(module: &'static Named, package: &'static str) -> Registry {
        let literal = LiteralName {
            kind: NamedItem::Template,
            name: "any",
            package,
            file: "src/lib.rs",
            line: 1,
        };
        Registry::new(vec![Registration::new(module, package, "1.0.0")])
            .with_literal_names(vec![literal])
    }

    #[test]
    fn names_in_code_come_and_go_with_their_modules() {
        let both = registry(&HELLO, "hello-module").and(registry(&GUESTS, "guests-module"));
        let packages = |registry: &Registry| {
            registry.literal_names().iter().map(|literal| literal.package).collect::<Vec<_>>()
        };
        assert_eq!(packages(&both), ["hello-module", "guests-module"]);
        let modules = both.iter().map(|registration| registration.module.name());
        assert_eq!(modules.collect::<Vec<_>>(), ["guests", "hello"]);
        let one = both.only(&["guests"]);
        assert_eq!((one.iter().count(), packages(&one)), (1, vec!["guests-module"]));
    }
}
