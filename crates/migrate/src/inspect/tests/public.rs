//! A public schema of a Django project: Wagtail's.

use super::*;

const ON_SQLITE: &[&ModelInfo] = models!(
    wagtail_sqlite:
    Group, Permission, User, ContentType, Apitoken, Collection, Collectionviewrestriction, Comment,
    Commentreply, GroupapprovaltaskGroups, Groupcollectionpermission, Grouppagepermission,
    Groupsitepermission, Locale, Modellogentry, Page, Pagelogentry, Pagesubscription,
    Pageviewrestriction, Referenceindex, Revision, Site, Task, Taskstate, Uploadedfile, Workflow,
    Workflowstate, Workflowtask, Image, Rendition
);

const ON_POSTGRES: &[&ModelInfo] = models!(
    wagtail_postgres:
    Group, Permission, User, ContentType, Apitoken, Collection, Collectionviewrestriction, Comment,
    Commentreply, GroupapprovaltaskGroups, Groupcollectionpermission, Grouppagepermission,
    Groupsitepermission, Locale, Modellogentry, Page, Pagelogentry, Pagesubscription,
    Pageviewrestriction, Referenceindex, Revision, Site, Task, Taskstate, Uploadedfile, Workflow,
    Workflowstate, Workflowtask, Image, Rendition
);

#[rocket::async_test]
async fn the_models_of_a_public_schema_compile_and_lack_nothing() {
    for kind in KINDS {
        let mut place = Place::new(kind, "inspect_wagtail").await;
        let (file, models, sql) = match kind {
            DatabaseKind::Sqlite => {
                ("wagtail_sqlite.rs", ON_SQLITE, include_str!("wagtail.sqlite.sql"))
            }
            DatabaseKind::Postgres => {
                ("wagtail_postgres.rs", ON_POSTGRES, include_str!("wagtail.postgres.sql"))
            }
        };
        place.run(sql).await;
        holds(file, models, &Request::default(), &mut place).await;
        place.drop().await;
    }
}
