//! Who is asking, and which models they may see.

use std::sync::Arc;

use module_api::admin::{ModelAdmin, RegisteredModel, RegisteredModels};
use module_api::auth::{Action, AuthError, Staff, User};
use module_api::model::Record;
use module_api::{Error, Urls};
use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};

/// The guard of every page of the admin: a member of the staff, and what there is to see.
pub(crate) struct Desk<'r> {
    pub(crate) user: Arc<User>,
    pub(crate) models: &'r RegisteredModels,
    pub(crate) urls: &'r Urls,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Desk<'r> {
    type Error = AuthError;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, AuthError> {
        let (Some(models), Some(urls)) = (request.rocket().state(), request.rocket().state())
        else {
            // The host manages both.
            return Outcome::Error((Status::InternalServerError, AuthError::Unknown));
        };
        Staff::from_request(request).await.map(|Staff(user)| Self { user, models, urls })
    }
}

impl<'r> Desk<'r> {
    /// The model of an address, if the user may do this with models of its kind. What is not
    /// registered does not exist; what the user may not even look at is forbidden.
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

    /// Whether the user may do this with a model, or with one object of it.
    pub(crate) fn may(&self, admin: &ModelAdmin, action: Action, record: Option<&Record>) -> bool {
        admin.allows(&self.user, action, record)
    }

    /// The same as an error.
    pub(crate) fn check(
        &self,
        admin: &ModelAdmin,
        action: Action,
        record: Option<&Record>,
    ) -> Result<(), Error> {
        if self.may(admin, action, record) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// The models that the user may see or add, in their order.
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
