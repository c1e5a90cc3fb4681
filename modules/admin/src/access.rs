//! Access control: the signed-in staff member, and the models they may see.

use std::borrow::Cow;
use std::sync::Arc;

use module_api::admin::{ModelAdmin, RegisteredModel, RegisteredModels};
use module_api::auth::{Action, AuthError, Staff, User};
use module_api::model::{Model as _, ModelInfo, Path, Record};
use module_api::{Error, Urls};
use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};

use crate::denied::{DenialReason, Denied};
use crate::search_index::UpkeepTask;
use crate::text::by_key;

/// The request guard of the admin's pages: the signed-in member of the staff, the registered models
/// and the values that pages share.
pub(crate) struct AdminContext<'r> {
    pub(crate) user: Arc<User>,
    pub(crate) models: &'r RegisteredModels,
    pub(crate) urls: &'r Urls,
    /// The task that updates the search indexes.
    pub(crate) upkeep: &'r UpkeepTask,
    /// The reason for a refusal, for the error page of 403.
    pub(crate) denied: &'r Denied,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for AdminContext<'r> {
    type Error = AuthError;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, AuthError> {
        let rocket = request.rocket();
        let (Some(models), Some(urls), Some(upkeep)) =
            (rocket.state(), rocket.state(), rocket.state())
        else {
            // The host manages the first two, and the admin the last.
            return Outcome::Error((Status::InternalServerError, AuthError::Unknown));
        };
        let denied = request.local_cache(Denied::default);
        Staff::from_request(request).await.map(|Staff(user)| Self {
            user,
            models,
            urls,
            upkeep,
            denied,
        })
    }
}

impl<'r> AdminContext<'r> {
    /// Returns the registered model in an address, if the user may do this with its objects. An
    /// unregistered model is not found; a model that the user may not view is forbidden.
    pub(crate) fn model(
        &self,
        app: &str,
        model: &str,
        action: Action,
    ) -> Result<&'r RegisteredModel, Error> {
        let registered = self.models.find(app, model).ok_or(Error::NotFound)?;
        self.check(&registered.admin, action, None)?;
        Ok(registered)
    }

    /// Returns `true` if the user may do this with a model, or with one of its objects.
    pub(crate) fn may(&self, admin: &ModelAdmin, action: Action, record: Option<&Record>) -> bool {
        admin.allows(&self.user, action, record)
    }

    /// Like `may`, for a model that may be unregistered: then its permissions decide.
    pub(crate) fn may_with(
        &self,
        model: &ModelInfo,
        action: Action,
        record: Option<&Record>,
    ) -> bool {
        match self.models.of(model) {
            Some(registered) => self.may(&registered.admin, action, record),
            None => {
                self.user.may(action, model)
                    || (action == Action::View && self.user.may(Action::Change, model))
            }
        }
    }

    /// Returns `true` if the user may view the rows of all models along a path to a field. The
    /// value of a foreign key at its end is a key, and belongs to the previous row.
    pub(crate) fn may_follow(&self, path: &Path) -> bool {
        let (_, passed) = path.fields().split_last().expect("a path has at least one field");
        let targets = passed.iter().filter_map(|field| field.foreign_key());
        targets.into_iter().all(|key| self.may_with((key.target)(), Action::View, None))
    }

    /// The registration with only those search fields whose content the user may view, since search
    /// results disclose it.
    pub(crate) fn searchable<'a>(&self, admin: &'a ModelAdmin) -> Cow<'a, ModelAdmin> {
        let may_search = |name: &str| {
            let path = Path::parse(admin.model, name.trim_start_matches(['^', '=']));
            path.is_ok_and(|path| self.may_follow(&path))
        };
        if admin.search_fields.iter().all(|name| may_search(name)) {
            return Cow::Borrowed(admin);
        }
        let mut narrowed = admin.clone();
        narrowed.search_fields.retain(|name| may_search(name));
        Cow::Owned(narrowed)
    }

    /// The username of an account; its primary key for users who may not view users, unless it is
    /// their own.
    pub(crate) fn person(&self, id: i64, username: &str) -> String {
        if id == self.user.id || self.may_with(accounts::models::User::INFO, Action::View, None) {
            return username.to_owned();
        }
        by_key(accounts::models::User::INFO, id)
    }

    /// Returns an error if the user may not do this with a model, or with one of its objects.
    pub(crate) fn check(
        &self,
        admin: &ModelAdmin,
        action: Action,
        record: Option<&Record>,
    ) -> Result<(), Error> {
        if self.may(admin, action, record) {
            return Ok(());
        }
        Err(match record {
            Some(_) if self.may(admin, action, None) => {
                self.refuse(DenialReason::Object(action, admin.model))
            }
            _ => self.refuse(DenialReason::Permission(action, admin.model)),
        })
    }

    /// Records the missing permission, and returns the error.
    pub(crate) fn refuse(&self, lack: DenialReason) -> Error {
        self.denied.note(lack);
        Error::Forbidden
    }

    /// The models that the user may view or add, in order.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &'r RegisteredModel> {
        let models: &'r RegisteredModels = self.models;
        models.0.iter().filter(|registered| {
            [Action::View, Action::Add]
                .into_iter()
                .any(|action| self.may(&registered.admin, action, None))
        })
    }

    /// The address of a page about a model: `list`, `add`.
    pub(crate) fn model_url(&self, route: &str, admin: &ModelAdmin) -> Result<String, Error> {
        let (app, model) = (admin.model.app(), admin.model.name());
        Ok(self.urls.url(&format!("admin:{route}"), &[("app", &app), ("model", &model)])?)
    }

    /// The address of a page about an object: `change`, `delete`, `history`.
    pub(crate) fn object_url(
        &self,
        route: &str,
        admin: &ModelAdmin,
        id: i64,
    ) -> Result<String, Error> {
        let (app, model) = (admin.model.app(), admin.model.name());
        let parameters: [(&str, &dyn std::fmt::Display); 3] =
            [("app", &app), ("model", &model), ("id", &id)];
        Ok(self.urls.url(&format!("admin:{route}"), &parameters)?)
    }
}
