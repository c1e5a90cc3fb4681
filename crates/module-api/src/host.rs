//! Items that only a host, its migrations and the test kit use. They are not part of the contract
//! with modules, and may change in any release.

pub use crate::configure::{AttachedFairing, ManagedState};
pub use crate::csrf::{RefusedByCsrf, check_csrf, csrf_token_of, is_safe_method};
pub use crate::error::{FailureCause, InvalidValues, Reported};
pub use crate::linking::how_to_link;
pub use crate::literal_name::{LiteralName, NamedItem};
pub use crate::logged_path::logged_path;
pub use crate::migration::migrations_of;
pub use crate::module::migrations_of_module;
pub use crate::page::Keepable;
pub use crate::registration::{CONTRACT_VERSION, Registration};
pub use crate::rendering::{RenderError, TemplateEngine, Templates};
pub use crate::section::LoadedSections;
pub use crate::site_modules::MigrationLedger;

pub use model::at;
