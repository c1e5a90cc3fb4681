//! Models of existing tables, as `inspectdb` wrote them.
//!
//! Comments name what no attribute describes. Where a database leaves it to Django what
//! becomes of a row when the one it refers to is deleted, `on_delete` is `protect`: correct it.

use module_api::db::Uuid;
use module_api::model::{ForeignKey, Json, ManyToMany, Model};
use module_api::time::UtcDateTime;
use serde_json::Value;

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

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.apitoken")]
pub struct Apitoken {
    pub id: i64,
    #[model(on_delete = protect)]
    pub user: ForeignKey<User>,
    #[model(max_length = 255)]
    pub name: String,
    #[model(max_length = 64, unique)]
    pub key_hash: String,
    #[model(max_length = 16)]
    pub prefix: String,
    pub created: UtcDateTime,
    #[model(blank)]
    pub revoked_at: Option<UtcDateTime>,
    #[model(blank)]
    pub last_used_at: Option<UtcDateTime>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.collection")]
pub struct Collection {
    pub id: i64,
    #[model(max_length = 255, unique)]
    pub path: String,
    #[model(positive)]
    pub depth: i32,
    #[model(positive)]
    pub numchild: i32,
    #[model(max_length = 255)]
    pub name: String,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.collectionviewrestriction")]
pub struct Collectionviewrestriction {
    pub id: i64,
    #[model(max_length = 20)]
    pub restriction_type: String,
    #[model(max_length = 255)]
    pub password: String,
    #[model(on_delete = protect)]
    pub collection: ForeignKey<Collection>,
    #[model(blank)]
    pub groups: ManyToMany<Group>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.comment")]
pub struct Comment {
    pub id: i64,
    #[model(on_delete = protect)]
    pub page: ForeignKey<Page>,
    #[model(on_delete = protect)]
    pub user: ForeignKey<User>,
    #[model(long_text)]
    pub text: String,
    #[model(long_text)]
    pub contentpath: String,
    #[model(long_text)]
    pub position: String,
    pub created_at: UtcDateTime,
    pub updated_at: UtcDateTime,
    #[model(on_delete = protect, blank)]
    pub revision_created: Option<ForeignKey<Revision>>,
    #[model(blank)]
    pub resolved_at: Option<UtcDateTime>,
    #[model(on_delete = protect, blank)]
    pub resolved_by: Option<ForeignKey<User>>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.commentreply")]
pub struct Commentreply {
    pub id: i64,
    #[model(on_delete = protect)]
    pub comment: ForeignKey<Comment>,
    #[model(on_delete = protect)]
    pub user: ForeignKey<User>,
    #[model(long_text)]
    pub text: String,
    pub created_at: UtcDateTime,
    pub updated_at: UtcDateTime,
}

// The foreign key (groupapprovaltask_id) to `wagtailcore_groupapprovaltask` (task_ptr_id) leads to
// no model here.
#[derive(Debug, Clone, Model)]
#[model(
    label = "wagtailcore.groupapprovaltaskgroups",
    table = "wagtailcore_groupapprovaltask_groups",
    unique_together = [["groupapprovaltask_id", "group"]]
)]
pub struct GroupapprovaltaskGroups {
    pub id: i64,
    #[model(index)]
    pub groupapprovaltask_id: i32,
    #[model(on_delete = protect)]
    pub group: ForeignKey<Group>,
}

#[derive(Debug, Clone, Model)]
#[model(
    label = "wagtailcore.groupcollectionpermission",
    unique_together = [["group", "collection", "permission"]]
)]
pub struct Groupcollectionpermission {
    pub id: i64,
    #[model(on_delete = protect)]
    pub group: ForeignKey<Group>,
    #[model(on_delete = protect)]
    pub collection: ForeignKey<Collection>,
    #[model(on_delete = protect)]
    pub permission: ForeignKey<Permission>,
}

#[derive(Debug, Clone, Model)]
#[model(
    label = "wagtailcore.grouppagepermission",
    unique_together = [["group", "page", "permission"]]
)]
pub struct Grouppagepermission {
    pub id: i64,
    #[model(on_delete = protect)]
    pub group: ForeignKey<Group>,
    #[model(on_delete = protect)]
    pub page: ForeignKey<Page>,
    #[model(on_delete = protect)]
    pub permission: ForeignKey<Permission>,
}

#[derive(Debug, Clone, Model)]
#[model(
    label = "wagtailcore.groupsitepermission",
    unique_together = [["group", "site", "permission"]]
)]
pub struct Groupsitepermission {
    pub id: i64,
    #[model(on_delete = protect)]
    pub group: ForeignKey<Group>,
    #[model(on_delete = protect)]
    pub site: ForeignKey<Site>,
    #[model(on_delete = protect)]
    pub permission: ForeignKey<Permission>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.locale")]
pub struct Locale {
    pub id: i64,
    #[model(max_length = 100, unique)]
    pub language_code: String,
}

#[derive(Debug, Clone, Model)]
#[model(
    label = "wagtailcore.modellogentry",
    index(name = "wagtailcore_uuid_d6363b_idx", over = ["uuid", "action", "\"timestamp\" DESC"])
)]
pub struct Modellogentry {
    pub id: i64,
    #[model(on_delete = protect, blank)]
    pub content_type: Option<ForeignKey<ContentType>>,
    #[model(long_text)]
    pub label: String,
    #[model(max_length = 255, index)]
    pub action: String,
    pub data: Json<Value>,
    #[model(index)]
    pub timestamp: UtcDateTime,
    #[model(blank)]
    pub uuid: Option<Uuid>,
    #[model(index, blank)]
    pub user_id: Option<i32>,
    #[model(index, blank)]
    pub revision_id: Option<i32>,
    #[model(index)]
    pub content_changed: bool,
    pub deleted: bool,
    #[model(max_length = 255, index)]
    pub object_id: String,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.page", unique_together = [["translation_key", "locale"]])]
pub struct Page {
    pub id: i64,
    #[model(max_length = 255, unique)]
    pub path: String,
    #[model(positive)]
    pub depth: i32,
    #[model(positive)]
    pub numchild: i32,
    pub translation_key: Uuid,
    #[model(on_delete = protect)]
    pub locale: ForeignKey<Locale>,
    #[model(on_delete = protect, blank)]
    pub latest_revision: Option<ForeignKey<Revision>>,
    pub live: bool,
    pub has_unpublished_changes: bool,
    #[model(index, blank)]
    pub first_published_at: Option<UtcDateTime>,
    #[model(blank)]
    pub last_published_at: Option<UtcDateTime>,
    #[model(on_delete = protect, blank)]
    pub live_revision: Option<ForeignKey<Revision>>,
    #[model(blank)]
    pub go_live_at: Option<UtcDateTime>,
    #[model(blank)]
    pub expire_at: Option<UtcDateTime>,
    pub expired: bool,
    pub locked: bool,
    #[model(blank)]
    pub locked_at: Option<UtcDateTime>,
    #[model(on_delete = protect, blank)]
    pub locked_by: Option<ForeignKey<User>>,
    #[model(max_length = 255)]
    pub title: String,
    #[model(max_length = 255)]
    pub draft_title: String,
    #[model(max_length = 255, index)]
    pub slug: String,
    #[model(on_delete = protect)]
    pub content_type: ForeignKey<ContentType>,
    #[model(long_text)]
    pub url_path: String,
    #[model(on_delete = protect, blank)]
    pub owner: Option<ForeignKey<User>>,
    #[model(blank)]
    pub latest_revision_created_at: Option<UtcDateTime>,
    #[model(on_delete = protect, blank)]
    pub alias_of: Option<ForeignKey<Page>>,
    pub show_in_menus: bool,
    #[model(max_length = 255)]
    pub seo_title: String,
    #[model(long_text)]
    pub search_description: String,
}

#[derive(Debug, Clone, Model)]
#[model(
    label = "wagtailcore.pagelogentry",
    index(name = "wagtailcore_uuid_06a44d_idx", over = ["uuid", "action", "\"timestamp\" DESC"])
)]
pub struct Pagelogentry {
    pub id: i64,
    #[model(on_delete = protect, blank)]
    pub content_type: Option<ForeignKey<ContentType>>,
    #[model(long_text)]
    pub label: String,
    #[model(max_length = 255, index)]
    pub action: String,
    pub data: Json<Value>,
    #[model(index)]
    pub timestamp: UtcDateTime,
    #[model(blank)]
    pub uuid: Option<Uuid>,
    #[model(index, blank)]
    pub user_id: Option<i32>,
    #[model(index, blank)]
    pub revision_id: Option<i32>,
    #[model(index)]
    pub content_changed: bool,
    pub deleted: bool,
    #[model(index)]
    pub page_id: i32,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.pagesubscription", unique_together = [["page", "user"]])]
pub struct Pagesubscription {
    pub id: i64,
    #[model(on_delete = protect)]
    pub user: ForeignKey<User>,
    #[model(on_delete = protect)]
    pub page: ForeignKey<Page>,
    pub comment_notifications: bool,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.pageviewrestriction")]
pub struct Pageviewrestriction {
    pub id: i64,
    #[model(max_length = 20)]
    pub restriction_type: String,
    #[model(max_length = 255)]
    pub password: String,
    #[model(on_delete = protect)]
    pub page: ForeignKey<Page>,
    #[model(blank)]
    pub groups: ManyToMany<Group>,
}

#[derive(Debug, Clone, Model)]
#[model(
    label = "wagtailcore.referenceindex",
    unique_together = [["base_content_type", "object_id", "to_content_type", "to_object_id", "content_path_hash"]],
    indexes = [["base_content_type", "object_id"], ["to_content_type", "to_object_id"]]
)]
pub struct Referenceindex {
    pub id: i64,
    #[model(on_delete = protect)]
    pub content_type: ForeignKey<ContentType>,
    #[model(on_delete = protect)]
    pub base_content_type: ForeignKey<ContentType>,
    #[model(max_length = 255)]
    pub object_id: String,
    #[model(on_delete = protect)]
    pub to_content_type: ForeignKey<ContentType>,
    #[model(max_length = 255)]
    pub to_object_id: String,
    #[model(long_text)]
    pub model_path: String,
    #[model(long_text)]
    pub content_path: String,
    pub content_path_hash: Uuid,
}

#[derive(Debug, Clone, Model)]
#[model(
    label = "wagtailcore.revision",
    indexes = [["base_content_type", "object_id"], ["content_type", "object_id"]]
)]
pub struct Revision {
    pub id: i64,
    #[model(on_delete = protect)]
    pub content_type: ForeignKey<ContentType>,
    #[model(on_delete = protect)]
    pub base_content_type: ForeignKey<ContentType>,
    #[model(max_length = 255)]
    pub object_id: String,
    #[model(index)]
    pub created_at: UtcDateTime,
    #[model(on_delete = protect, blank)]
    pub user: Option<ForeignKey<User>>,
    #[model(long_text)]
    pub object_str: String,
    pub content: Json<Value>,
    #[model(index, blank)]
    pub approved_go_live_at: Option<UtcDateTime>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.site", unique_together = [["hostname", "port"]])]
pub struct Site {
    pub id: i64,
    #[model(max_length = 255, index)]
    pub hostname: String,
    pub port: i32,
    #[model(max_length = 255)]
    pub site_name: String,
    #[model(on_delete = protect)]
    pub root_page: ForeignKey<Page>,
    pub is_default_site: bool,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.task")]
pub struct Task {
    pub id: i64,
    #[model(max_length = 255)]
    pub name: String,
    #[model(on_delete = protect)]
    pub content_type: ForeignKey<ContentType>,
    pub active: bool,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.taskstate")]
pub struct Taskstate {
    pub id: i64,
    #[model(on_delete = protect)]
    pub workflow_state: ForeignKey<Workflowstate>,
    #[model(on_delete = protect)]
    pub revision: ForeignKey<Revision>,
    #[model(on_delete = protect)]
    pub task: ForeignKey<Task>,
    #[model(max_length = 50)]
    pub status: String,
    pub started_at: UtcDateTime,
    #[model(blank)]
    pub finished_at: Option<UtcDateTime>,
    #[model(on_delete = protect, blank)]
    pub finished_by: Option<ForeignKey<User>>,
    #[model(long_text)]
    pub comment: String,
    #[model(on_delete = protect)]
    pub content_type: ForeignKey<ContentType>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.uploadedfile")]
pub struct Uploadedfile {
    pub id: i64,
    #[model(on_delete = protect, blank)]
    pub for_content_type: Option<ForeignKey<ContentType>>,
    #[model(max_length = 200)]
    pub file: String,
    #[model(on_delete = protect, blank)]
    pub uploaded_by_user: Option<ForeignKey<User>>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.workflow")]
pub struct Workflow {
    pub id: i64,
    #[model(max_length = 255)]
    pub name: String,
    pub active: bool,
}

#[derive(Debug, Clone, Model)]
#[model(
    label = "wagtailcore.workflowstate",
    indexes = [["base_content_type", "object_id"], ["content_type", "object_id"]],
    constraint(name = "unique_in_progress_workflow", unique = ["base_content_type", "object_id"], condition = "(status) IN ('in_progress', 'needs_changes')")
)]
pub struct Workflowstate {
    pub id: i64,
    #[model(on_delete = protect)]
    pub content_type: ForeignKey<ContentType>,
    #[model(on_delete = protect)]
    pub base_content_type: ForeignKey<ContentType>,
    #[model(max_length = 255)]
    pub object_id: String,
    #[model(on_delete = protect)]
    pub workflow: ForeignKey<Workflow>,
    #[model(max_length = 50)]
    pub status: String,
    pub created_at: UtcDateTime,
    #[model(on_delete = protect, blank)]
    pub requested_by: Option<ForeignKey<User>>,
    #[model(one_to_one, on_delete = protect, blank)]
    pub current_task_state: Option<ForeignKey<Taskstate>>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailcore.workflowtask", unique_together = [["workflow", "task"]])]
pub struct Workflowtask {
    pub id: i64,
    #[model(blank)]
    pub sort_order: Option<i32>,
    #[model(on_delete = protect)]
    pub workflow: ForeignKey<Workflow>,
    #[model(on_delete = protect)]
    pub task: ForeignKey<Task>,
}

#[derive(Debug, Clone, Model)]
#[model(label = "wagtailimages.image")]
pub struct Image {
    pub id: i64,
    #[model(on_delete = protect)]
    pub collection: ForeignKey<Collection>,
    #[model(max_length = 255)]
    pub title: String,
    #[model(max_length = 100)]
    pub file: String,
    #[model(max_length = 255)]
    pub description: String,
    pub width: i32,
    pub height: i32,
    #[model(index)]
    pub created_at: UtcDateTime,
    #[model(on_delete = protect, blank)]
    pub uploaded_by_user: Option<ForeignKey<User>>,
    #[model(positive, blank)]
    pub focal_point_x: Option<i32>,
    #[model(positive, blank)]
    pub focal_point_y: Option<i32>,
    #[model(positive, blank)]
    pub focal_point_width: Option<i32>,
    #[model(positive, blank)]
    pub focal_point_height: Option<i32>,
    #[model(positive, blank)]
    pub file_size: Option<i32>,
    #[model(max_length = 40, index)]
    pub file_hash: String,
}

#[derive(Debug, Clone, Model)]
#[model(
    label = "wagtailimages.rendition",
    unique_together = [["image", "filter_spec", "focal_point_key"]]
)]
pub struct Rendition {
    pub id: i64,
    #[model(max_length = 255, index)]
    pub filter_spec: String,
    #[model(max_length = 100)]
    pub file: String,
    pub width: i32,
    pub height: i32,
    #[model(max_length = 16)]
    pub focal_point_key: String,
    #[model(on_delete = protect)]
    pub image: ForeignKey<Image>,
}

// The table `wagtailcore_groupapprovaltask` has no model: its primary key `task_ptr_id` is that of
// a row of `wagtailcore_task`, as Django's of a model that inherits from another.
// `task_ptr_id` integer NOT NULL

// The table `wagtailcore_workflowcontenttype` has no model: its primary key `content_type_id` is
// that of a row of `django_content_type`, as Django's of a model that inherits from another.
// `content_type_id` integer NOT NULL
// `workflow_id` integer NOT NULL

// The table `wagtailcore_workflowpage` has no model: its primary key `page_id` is that of a row of
// `wagtailcore_page`, as Django's of a model that inherits from another.
// `page_id` integer NOT NULL
// `workflow_id` integer NOT NULL
