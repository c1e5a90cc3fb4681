//! Models of existing tables, as `inspectdb` wrote them.
//!
//! Comments name what no attribute describes. Where a database leaves it to Django what
//! becomes of a row when the one it refers to is deleted, `on_delete` is `protect`: correct it.

use module_api::model::{ForeignKey, ManyToMany, Model};
use module_api::time::UtcDateTime;

#[derive(Debug, Clone, Model)]
#[model(label = "auth.group")]
pub struct Group {
    pub id: i64,
    #[model(max_length = 150, unique)]
    pub name: String,
    #[model(blank)]
    pub permissions: ManyToMany<Permission>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "auth.permission", unique_together = [["content_type", "codename"]])]
pub struct Permission {
    pub id: i64,
    #[model(max_length = 255)]
    pub name: String,
    #[model(on_delete = protect)]
    pub content_type: ForeignKey<ContentType>,
    #[model(max_length = 100)]
    pub codename: String,
}

#[derive(Debug, Clone, Model)]
#[model(label = "auth.user")]
pub struct User {
    pub id: i64,
    #[model(max_length = 128)]
    pub password: String,
    #[model(blank)]
    pub last_login: Option<UtcDateTime>,
    pub is_superuser: bool,
    #[model(max_length = 150, unique)]
    pub username: String,
    #[model(max_length = 150)]
    pub first_name: String,
    #[model(max_length = 150)]
    pub last_name: String,
    #[model(max_length = 254)]
    pub email: String,
    pub is_staff: bool,
    pub is_active: bool,
    pub date_joined: UtcDateTime,
    #[model(blank)]
    pub groups: ManyToMany<Group>,
    #[model(blank)]
    pub user_permissions: ManyToMany<Permission>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "django.adminlog", table = "django_admin_log")]
pub struct AdminLog {
    pub id: i64,
    pub action_time: UtcDateTime,
    #[model(long_text, blank)]
    pub object_id: Option<String>,
    #[model(max_length = 200)]
    pub object_repr: String,
    #[model(positive)]
    pub action_flag: i16,
    #[model(long_text)]
    pub change_message: String,
    #[model(on_delete = protect, blank)]
    pub content_type: Option<ForeignKey<ContentType>>,
    #[model(on_delete = protect)]
    pub user: ForeignKey<User>,
}

#[derive(Debug, Clone, Model)]
#[model(
    label = "django.contenttype",
    table = "django_content_type",
    unique_together = [["app_label", "model"]]
)]
pub struct ContentType {
    pub id: i64,
    #[model(max_length = 100)]
    pub app_label: String,
    #[model(max_length = 100)]
    pub model: String,
}
