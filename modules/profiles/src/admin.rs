//! Profiles in the admin.

use module_api::admin::ModelAdmin;

use crate::models::Profile;

/// The registrations of this module's models.
pub(crate) fn models() -> Vec<ModelAdmin> {
    vec![
        ModelAdmin::of::<Profile>()
            .list_display(["user", "user__first_name", "user__last_name", "favorite_city"])
            .search_fields([
                "user__username",
                "user__first_name",
                "user__last_name",
                "favorite_city",
            ])
            .list_filter(["user__is_active"])
            .autocomplete(["user"]),
    ]
}
