//! Content types and permissions of renamed models.

use module_api::auth::Action;
use module_api::db::{DbError, Transaction, query};
use module_api::model::{ModelInfo, Models};

use super::{Known, name_of};

/// A content type to be renamed.
struct Renamed {
    content_type: i64,
    /// The model's name in the codenames of its permissions.
    old_name: String,
    label: String,
}

/// Renames the content types of renamed models, like Django, and their permissions too: users and
/// groups keep them. A content type is kept if one with the new label exists.
pub(super) async fn rename(
    models: &Models,
    known: &Known,
    on: &mut Transaction,
) -> Result<(), DbError> {
    for Renamed { content_type, old_name, label } in renamed(models, known) {
        // A content type without a model is renamed when its module is active again.
        let Some(model) = models.get(&label) else { continue };
        query("UPDATE django_content_type SET app_label = $1, model = $2 WHERE id = $3")
            .bind(model.app())
            .bind(model.name())
            .bind(content_type)
            .execute(&mut *on)
            .await?;
        for action in Action::ALL {
            query(
                "UPDATE auth_permission SET codename = $1, name = $2 \
                 WHERE content_type_id = $3 AND codename = $4",
            )
            .bind(action.codename(model))
            .bind(name_of(action, model))
            .bind(content_type)
            .bind(format!("{}_{old_name}", action.word()))
            .execute(&mut *on)
            .await?;
        }
    }
    Ok(())
}

/// The content types to rename. A model may have been renamed several times.
fn renamed(models: &Models, known: &Known) -> Vec<Renamed> {
    let content_type = |label: &str| {
        let (app, name) = label.split_once('.')?;
        known.0.get(&(app.to_owned(), name.to_owned())).map(|known| known.content_type)
    };
    let mut found: Vec<Renamed> = Vec::new();
    for (from, to) in models.renamed() {
        if content_type(to).is_some() || models.iter().any(|model| is_labelled(model, from)) {
            continue;
        }
        if let Some(again) = found.iter_mut().find(|renamed| renamed.label == *from) {
            again.label.clone_from(to);
        } else if let Some(content_type) = content_type(from) {
            let old_name = from.split_once('.').map_or("", |(_, name)| name).to_owned();
            found.push(Renamed { content_type, old_name, label: to.clone() });
        }
    }
    found
}

fn is_labelled(model: &ModelInfo, label: &str) -> bool {
    model.label.eq_ignore_ascii_case(label)
}
