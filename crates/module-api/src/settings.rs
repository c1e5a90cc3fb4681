//! A module's settings: typed, with defaults, checked before the site starts.

use std::any::{TypeId, type_name};

use rocket::figment::value::{Dict, Value};
use rocket::figment::{Error, Figment};
use rocket::{Build, Rocket};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The settings a module reads from `[default.modules.NAME]`, or from the section
/// of another profile.
///
/// They are a struct whose fields all have defaults. Handlers get it as
/// `&State<…>`. A key that the struct does not have, or a value of the wrong type,
/// stops the start and is named with its file and profile. The keys `mount` and
/// `enabled` are the host's.
///
/// ```
/// use module_api::serde::{Deserialize, Serialize};
/// use module_api::{Module, SettingsSchema};
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(crate = "module_api::serde", default)]
/// struct HelloSettings {
///     greeting: String,
/// }
///
/// impl Default for HelloSettings {
///     fn default() -> Self {
///         Self { greeting: "Hello".to_owned() }
///     }
/// }
///
/// struct Hello;
/// impl Module for Hello {
///     fn name(&self) -> &'static str {
///         "hello"
///     }
///
///     fn settings(&self) -> SettingsSchema {
///         SettingsSchema::of::<HelloSettings>()
///     }
/// }
///
/// assert!(Hello.settings().defaults().unwrap().contains_key("greeting"));
/// ```
#[derive(Clone, Copy)]
pub struct SettingsSchema(Option<Typed>);

#[derive(Clone, Copy)]
struct Typed {
    defaults: fn() -> Result<Dict, Error>,
    validate: fn(&Figment) -> Result<(), Error>,
    manage: fn(Rocket<Build>, &Figment) -> Result<Rocket<Build>, Error>,
    type_id: fn() -> TypeId,
    type_name: fn() -> &'static str,
}

impl SettingsSchema {
    /// No settings.
    pub const fn none() -> Self {
        Self(None)
    }

    /// The settings of a struct.
    pub const fn of<T>() -> Self
    where
        T: Serialize + DeserializeOwned + Default + Send + Sync + 'static,
    {
        Self(Some(Typed {
            defaults: || match Value::serialize(T::default())? {
                Value::Dict(_, defaults) => Ok(defaults),
                other => Err(Error::from(format!("settings are a struct, not {other:?}"))),
            },
            validate: |figment| figment.extract::<T>().map(drop),
            manage: |rocket, figment| Ok(rocket.manage(figment.extract::<T>()?)),
            type_id: TypeId::of::<T>,
            type_name: type_name::<T>,
        }))
    }

    /// The keys there are, with their defaults.
    ///
    /// # Errors
    ///
    /// If the default of the struct cannot be written as a table.
    pub fn defaults(&self) -> Result<Dict, Error> {
        self.0.map_or_else(|| Ok(Dict::new()), |typed| (typed.defaults)())
    }

    /// Checks the values of a section.
    ///
    /// # Errors
    ///
    /// The first value that does not have the type of its field.
    pub fn validate(&self, section: &Figment) -> Result<(), Error> {
        self.0.map_or(Ok(()), |typed| (typed.validate)(section))
    }

    /// Has Rocket manage the settings of a section.
    ///
    /// # Errors
    ///
    /// As [`validate`](SettingsSchema::validate).
    pub fn manage(&self, rocket: Rocket<Build>, section: &Figment) -> Result<Rocket<Build>, Error> {
        match self.0 {
            Some(typed) => (typed.manage)(rocket, section),
            None => Ok(rocket),
        }
    }

    /// The type of the struct and its name, since Rocket manages one value of a type.
    pub fn managed_type(&self) -> Option<(TypeId, &'static str)> {
        self.0.map(|typed| ((typed.type_id)(), (typed.type_name)()))
    }
}
