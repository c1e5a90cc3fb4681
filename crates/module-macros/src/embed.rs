//! The check that the folder of `embed!` exists.

use std::path::Path;

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token};

/// A folder, and the code that needs it: `"templates" => …`.
pub(crate) struct WithFolder {
    folder: LitStr,
    code: TokenStream,
}

impl Parse for WithFolder {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let folder = input.parse().map_err(|error| {
            let message = "embed!: write the name of a folder, as in `embed!(\"templates\")`";
            syn::Error::new(error.span(), message)
        })?;
        input.parse::<Token![=>]>()?;
        Ok(Self { folder, code: input.parse()? })
    }
}

impl WithFolder {
    /// Returns the code, if the folder exists in that of the crate.
    ///
    /// # Errors
    ///
    /// The folder does not exist.
    pub(crate) fn checked(self, crate_folder: &Path) -> syn::Result<TokenStream> {
        let folder = self.folder.value();
        if crate_folder.join(&folder).is_dir() {
            return Ok(self.code);
        }
        let message = format!(
            "embed!: there is no folder `{folder}` beside this crate's Cargo.toml; create it, or \
             remove this `embed!`"
        );
        Err(syn::Error::new(self.folder.span(), message))
    }
}
