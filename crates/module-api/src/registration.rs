//! Registration of a module with the host: at link time, through `inventory`.

use crate::Module;

/// The version of the contract between a host and its modules. It changes with each release of this
/// crate for which modules have to be rebuilt.
pub const CONTRACT_VERSION: u32 = 1;

/// A registered module, with the package that registered it.
///
/// [`register!`](crate::register) creates one. A host collects them; a test builds them from small
/// modules of its own.
///
/// ```
/// use module_api::Module;
/// use module_api::host::Registration;
///
/// struct Hello;
/// impl Module for Hello {
///     fn name(&self) -> &'static str {
///         "hello"
///     }
/// }
///
/// let registration = Registration::new(&Hello, "hello-module", "1.2.0");
/// assert_eq!(registration.module.name(), "hello");
/// ```
#[derive(Clone, Copy)]
pub struct Registration {
    /// The module itself.
    pub module: &'static dyn Module,
    /// The name of the Cargo package that registered it, which tells two modules of the
    /// same name apart.
    pub package: &'static str,
    /// The version of that package.
    pub package_version: &'static str,
    /// The path of the code that registered it, which begins with the name of its crate.
    pub code_path: &'static str,
    /// The [`CONTRACT_VERSION`] that the module was built for. A host refuses any but its own.
    pub contract_version: u32,
}

impl Registration {
    /// A registration of `module` by the package of that name and version, for this version of the
    /// contract.
    pub const fn new(
        module: &'static dyn Module,
        package: &'static str,
        package_version: &'static str,
    ) -> Self {
        Self { module, package, package_version, code_path: "", contract_version: CONTRACT_VERSION }
    }

    /// Sets the path of the code that registered the module: `module_path!()`.
    pub const fn with_code_path(mut self, path: &'static str) -> Self {
        self.code_path = path;
        self
    }

    /// The name of the crate that registered the module, as in log lines.
    pub fn crate_name(&self) -> String {
        match self.code_path.split("::").next() {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => self.package.replace('-', "_"),
        }
    }

    /// The module's version: its own, or else that of its package.
    pub fn version(&self) -> &'static str {
        self.module.version().unwrap_or(self.package_version)
    }
}

impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} {})", self.module.name(), self.package, self.package_version)
    }
}

inventory::collect!(Registration);

/// Registers a module, so that every host that links this crate finds it.
///
/// It takes a constant expression whose type implements [`Module`], usually the name of a unit
/// struct. A crate may register several.
///
/// A host links a crate only if it names it: a dependency in `Cargo.toml` alone registers
/// nothing. In the host stands `use hello as _;`.
///
/// ```
/// use module_api::{Module, register};
///
/// struct Hello;
/// impl Module for Hello {
///     fn name(&self) -> &'static str {
///         "hello"
///     }
/// }
///
/// register!(Hello);
/// # fn main() {}
/// ```
///
/// Only modules can be registered:
///
/// ```compile_fail,E0277
/// struct NotAModule;
/// module_api::register!(NotAModule);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! register {
    ($module:expr $(,)?) => {
        $crate::inventory::submit! {
            $crate::host::Registration::new(
                &$module,
                ::core::env!("CARGO_PKG_NAME"),
                ::core::env!("CARGO_PKG_VERSION"),
            )
            .with_code_path(::core::module_path!())
        }
    };
}
