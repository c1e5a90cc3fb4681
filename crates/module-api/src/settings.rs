//! A module's settings: typed, with defaults, checked before the site starts.

use std::any::{TypeId, type_name};
use std::borrow::Cow;

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
/// stops the start and is named with its file and profile; rules beyond the type are
/// those of [`SettingsRules`]. The keys `mount` and `enabled` are the host's.
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
    validate: fn(&Figment) -> Result<Vec<SettingError>, Error>,
    manage: fn(Rocket<Build>, &Figment) -> Result<Rocket<Build>, Error>,
    type_id: fn() -> TypeId,
    type_name: fn() -> &'static str,
}

/// A module's own rules for its settings, beyond their types. The host checks them with the rest of
/// the plan: a value that breaks one is a problem at the start, never at the first request.
///
/// ```
/// use module_api::serde::{Deserialize, Serialize};
/// use module_api::{Module, SettingError, SettingsRules, SettingsSchema};
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(crate = "module_api::serde", default)]
/// struct StaySettings {
///     max_nights: i32,
/// }
///
/// impl Default for StaySettings {
///     fn default() -> Self {
///         Self { max_nights: 28 }
///     }
/// }
///
/// impl SettingsRules for StaySettings {
///     fn broken_rules(&self) -> Vec<SettingError> {
///         let mut errors = Vec::new();
///         if self.max_nights < 1 {
///             errors.push(SettingError::new("max_nights", "a stay is at least one night"));
///         }
///         errors
///     }
/// }
///
/// struct Stays;
/// impl Module for Stays {
///     fn name(&self) -> &'static str {
///         "stays"
///     }
///
///     fn settings(&self) -> SettingsSchema {
///         SettingsSchema::with_rules::<StaySettings>()
///     }
/// }
///
/// use module_api::rocket::figment::Figment;
///
/// let section = Figment::from(("max_nights", -5));
/// let errors = Stays.settings().validate(&section).unwrap();
/// assert_eq!(errors[0].field, "max_nights");
/// ```
pub trait SettingsRules {
    /// The values that break a rule. Empty if there are none.
    fn broken_rules(&self) -> Vec<SettingError>;
}

/// A value of a setting that breaks a rule of its module.
///
/// ```
/// use module_api::SettingError;
///
/// fn lowest_price_error(lowest: i32) -> Option<SettingError> {
///     (lowest < 0).then(|| SettingError::new("prices.lowest", "a price is at least 0"))
/// }
///
/// assert_eq!(lowest_price_error(-1).unwrap().field, "prices.lowest");
/// assert_eq!(lowest_price_error(10), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// The setting's key below the module's section; that of a table's value has a dot:
    /// `prices.lowest`.
    pub field: Cow<'static, str>,
    /// The rule, as the operator reads it.
    pub message: Cow<'static, str>,
}

impl SettingError {
    /// The error of the setting with that key.
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
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
        Self(Some(Self::typed::<T>(|section| section.extract::<T>().map(|_| Vec::new()))))
    }

    /// The settings of a struct that has rules for their values.
    pub const fn with_rules<T>() -> Self
    where
        T: SettingsRules + Serialize + DeserializeOwned + Default + Send + Sync + 'static,
    {
        Self(Some(Self::typed::<T>(|section| Ok(section.extract::<T>()?.broken_rules()))))
    }

    const fn typed<T>(validate: fn(&Figment) -> Result<Vec<SettingError>, Error>) -> Typed
    where
        T: Serialize + DeserializeOwned + Default + Send + Sync + 'static,
    {
        Typed {
            defaults: || match Value::serialize(T::default())? {
                Value::Dict(_, defaults) => Ok(defaults),
                other => Err(Error::from(format!("settings are a struct, not {other:?}"))),
            },
            validate,
            manage: |rocket, figment| Ok(rocket.manage(figment.extract::<T>()?)),
            type_id: TypeId::of::<T>,
            type_name: type_name::<T>,
        }
    }

    /// The keys, with their default values.
    ///
    /// # Errors
    ///
    /// The default of the struct cannot be serialized as a table.
    pub fn defaults(&self) -> Result<Dict, Error> {
        self.0.map_or_else(|| Ok(Dict::new()), |typed| (typed.defaults)())
    }

    /// The values of a section that break a rule of the module.
    ///
    /// # Errors
    ///
    /// The first value that does not have the type of its field.
    pub fn validate(&self, section: &Figment) -> Result<Vec<SettingError>, Error> {
        self.0.map_or_else(|| Ok(Vec::new()), |typed| (typed.validate)(section))
    }

    /// Makes Rocket manage the settings of a section.
    ///
    /// # Errors
    ///
    /// Same as [`validate`](SettingsSchema::validate).
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
