//! The state that the host manages, and its types.

use std::sync::Arc;

use module_api::CookieRules;
use module_api::admin::RegisteredModels;
use module_api::db::Db;
use module_api::host::Templates;
use module_api::{KeptPages, Mailer, SecretKey, SiteModules, Urls};
use rocket::{Build, Rocket};

use crate::assets::AssetStore;
use crate::health::Readiness;
use crate::json_errors::JsonAddresses;
use crate::plan::ManagedType;
use crate::reload::Reload;
use crate::watch::{Metrics, Watch};

/// Declares the values once, for managing them and for reporting modules that manage a value of
/// the same type.
macro_rules! host_state {
    ($($field:ident: $type:ty,)*) => {
        /// The state that the host manages.
        pub(super) struct HostState {
            $(pub(super) $field: $type,)*
        }

        impl HostState {
            /// Makes Rocket manage the values.
            pub(super) fn manage(self, rocket: Rocket<Build>) -> Rocket<Build> {
                rocket$(.manage(self.$field))*
            }
        }

        /// The types of the values that the host manages.
        pub(crate) fn managed_types() -> Vec<ManagedType> {
            vec![$(ManagedType::of::<$type>(),)*]
        }
    };
}

host_state! {
    assets: Arc<AssetStore>,
    cookie_rules: CookieRules,
    db: Db,
    json_addresses: JsonAddresses,
    kept_pages: KeptPages,
    mailer: Mailer,
    metrics: Option<Arc<Metrics>>,
    readiness: Readiness,
    registered_models: RegisteredModels,
    reload: Option<Arc<Reload>>,
    secret_key: SecretKey,
    site_modules: SiteModules,
    templates: Templates,
    urls: Urls,
    watch: Arc<Watch>,
}
