//! Registrations of the active modules.

use super::ModelAdmin;
use crate::model::ModelInfo;

/// A model that an active module has registered.
///
/// See [`RegisteredModels`] for an example.
#[derive(Debug, Clone)]
pub struct RegisteredModel {
    /// The name of the module.
    pub module: &'static str,
    /// The title of the module for people.
    pub module_title: String,
    /// The registration of the model.
    pub admin: ModelAdmin,
}

/// All models that the active modules have registered, module by module. The host manages it.
///
/// ```
/// use module_api::admin::{ModelAdmin, RegisteredModel, RegisteredModels};
/// use module_api::model::Model;
///
/// #[derive(Model)]
/// #[model(label = "guests.entry", display = "{text}")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 200)]
///     text: String,
/// }
///
/// let module_title = "Guest book".to_owned();
/// let admin = ModelAdmin::of::<Entry>();
/// let all = RegisteredModels(vec![RegisteredModel { module: "guests", module_title, admin }]);
/// assert_eq!(all.find("guests", "entry").unwrap().module_title, "Guest book");
/// assert_eq!(all.of(Entry::INFO).unwrap().module, "guests");
/// ```
#[derive(Debug, Clone, Default)]
pub struct RegisteredModels(pub Vec<RegisteredModel>);

impl RegisteredModels {
    /// The registered model with this app and name, as they stand in the addresses of the admin.
    pub fn find(&self, app: &str, model: &str) -> Option<&RegisteredModel> {
        let is_it = |registered: &&RegisteredModel| {
            registered.admin.model.app() == app && registered.admin.model.name() == model
        };
        self.0.iter().find(is_it)
    }

    /// The registration of a model, if there is one.
    pub fn of(&self, model: &ModelInfo) -> Option<&RegisteredModel> {
        self.0.iter().find(|registered| registered.admin.model.is(model))
    }
}
