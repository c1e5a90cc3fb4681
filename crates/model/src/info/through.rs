//! The foreign keys of a model between two others, looked up while `#[derive(Model)]` compiles.

use super::same;
use crate::{FieldKind, ModelInfo};

impl ModelInfo {
    /// Returns the number of foreign keys to the model with that label.
    #[doc(hidden)]
    pub const fn keys_to(&self, label: &str) -> usize {
        let (mut index, mut keys) = (0, 0);
        while index < self.fields.len() {
            keys += self.leads_to(index, label) as usize;
            index += 1;
        }
        keys
    }

    /// Returns `true` if the field with that name is a foreign key to the model with that label.
    #[doc(hidden)]
    pub const fn is_key_to(&self, name: &str, label: &str) -> bool {
        let mut index = 0;
        while index < self.fields.len() {
            if same(self.fields[index].name, name) {
                return self.leads_to(index, label);
            }
            index += 1;
        }
        false
    }

    /// Returns the column of the foreign key with that index to the model with that label; empty if
    /// there is none, which the derive reports itself.
    #[doc(hidden)]
    pub const fn column_to(&self, label: &str, number: usize) -> &'static str {
        let (mut index, mut keys) = (0, 0);
        while index < self.fields.len() {
            if self.leads_to(index, label) {
                if keys == number {
                    return self.fields[index].column;
                }
                keys += 1;
            }
            index += 1;
        }
        ""
    }

    /// Returns the column of the field with that name; empty if there is none, which the derive
    /// reports itself.
    #[doc(hidden)]
    pub const fn column_of(&self, name: &str) -> &'static str {
        let mut index = 0;
        while index < self.fields.len() {
            if same(self.fields[index].name, name) {
                return self.fields[index].column;
            }
            index += 1;
        }
        ""
    }

    const fn leads_to(&self, index: usize, label: &str) -> bool {
        match &self.fields[index].kind {
            FieldKind::ForeignKey(key) => same(key.target_label, label),
            _ => false,
        }
    }
}
