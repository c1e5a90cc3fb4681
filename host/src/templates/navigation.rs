//! The value `site` in templates: its name, and the links for the visitor of the page.

use std::sync::Arc;

use minijinja::context;
use minijinja::value::{Enumerator, Object, Value};
use module_api::Visibility;
use module_api::auth::with_page_visitor;

use crate::planned::PlannedItem;

/// The value `site` for templates. If all links are public, it is created once for all pages.
pub(super) fn site(name: &str, navigation: &[PlannedItem]) -> Value {
    let is_for_all = navigation.iter().all(|planned| planned.visibility == Visibility::Everybody);
    if is_for_all {
        let navigation: Vec<Value> = navigation.iter().map(item).collect();
        return context! { name => name, navigation => navigation };
    }
    let navigation =
        navigation.iter().map(|planned| (planned.visibility.clone(), item(planned))).collect();
    Value::from_object(SiteForVisitor { name: name.into(), navigation })
}

fn item(item: &PlannedItem) -> Value {
    context! {
        module => item.module,
        id => item.id,
        label => item.label,
        url => Value::from_safe_string(item.url.clone()),
        summary => item.summary,
    }
}

/// The value `site` when links depend on the visitor.
#[derive(Debug)]
struct SiteForVisitor {
    name: Value,
    navigation: Vec<(Visibility, Value)>,
}

impl Object for SiteForVisitor {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "name" => Some(self.name.clone()),
            "navigation" => Some(with_page_visitor(|visitor| {
                let seen = self.navigation.iter().filter(|(who, _)| who.includes(visitor));
                seen.map(|(_, item)| item.clone()).collect()
            })),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["name", "navigation"])
    }
}
