//! Users and groups in the admin.

mod confirm;

use module_api::admin::{Fieldset, ModelAdmin};
use module_api::auth::{Action, User as CurrentUser};
use module_api::db::Value;
use module_api::model::{ModelInfo, Record};

use crate::models::{Group, User};

/// The registrations of users and groups.
pub(crate) fn models() -> Vec<ModelAdmin> {
    vec![
        ModelAdmin::of::<User>()
            .list_display(["username", "email", "first_name", "last_name", "is_staff"])
            .search_fields(["username", "first_name", "last_name", "email"])
            .list_filter(["is_staff", "is_superuser", "is_active", "groups"])
            .ordering(["username"])
            .date_hierarchy("date_joined")
            .fieldsets([
                Fieldset::untitled(["username", "password"]),
                Fieldset::new("Personal info", ["first_name", "last_name", "email"]),
                Fieldset::new(
                    "Permissions",
                    ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"],
                ),
                Fieldset::new("Important dates", ["last_login", "date_joined"]),
            ])
            .read_only(["last_login"])
            .superuser_only(["is_staff", "is_superuser", "groups", "user_permissions"])
            .password("password")
            .rule(users)
            .confirm(confirm::confirm),
        ModelAdmin::of::<Group>()
            .search_fields(["name"])
            .ordering(["name"])
            .superuser_only(["permissions"]),
    ]
}

/// Returns `true` if the permissions allow it; but only superusers may change or delete a
/// superuser, since whoever sets a user's password can log in as that user.
fn users(
    user: &CurrentUser,
    action: Action,
    model: &'static ModelInfo,
    record: Option<&Record>,
) -> bool {
    let is_change = matches!(action, Action::Change | Action::Delete);
    let of_superuser =
        record.is_some_and(|record| *record.get("is_superuser") == Value::from(true));
    user.may(action, model) && (user.is_superuser || !is_change || !of_superuser)
}
