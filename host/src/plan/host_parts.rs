//! The parts that the host adds to every site.

use std::any::{TypeId, type_name};

use rocket::Route;

/// The host's own routes, commands and managed types, which must not clash with those of modules.
#[derive(Default)]
pub(crate) struct HostParts {
    /// Routes whose addresses do not end in `/`.
    pub(crate) routes: Vec<Route>,
    /// Pages, whose addresses end in `/`.
    pub(crate) pages: Vec<Route>,
    /// The names of the commands.
    pub(crate) commands: Vec<String>,
    /// The types of the host's managed state.
    pub(crate) managed: Vec<ManagedType>,
}

/// A type of managed state, of which Rocket has one value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ManagedType {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

impl ManagedType {
    /// Creates the entry of the type `T`.
    pub(crate) fn of<T: 'static>() -> Self {
        Self { id: TypeId::of::<T>(), name: type_name::<T>() }
    }
}
