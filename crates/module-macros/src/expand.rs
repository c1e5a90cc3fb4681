//! The code that a model becomes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::column::{AutoNow, Column};
use crate::constraints::{Constraint, Kind as ConstraintKind};
use crate::display::Part;
use crate::field::{Field, FieldKind};
use crate::field_type::last_segment;
use crate::kind::{Kind, OnDelete};
use crate::many_to_many::ManyToMany;
use crate::model::Model;
use crate::rules::{Choice, DefaultValue};

/// A name inside the code that nothing outside can take for its own.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

pub(crate) fn expand(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let info = info(model);
    let get = get(model);
    let columns = columns(model);
    let values = model.columns().map(|(field, _)| {
        let name = &field.ident;
        value_of(field, &quote!(&self.#name))
    });
    // A field without a column is nowhere read else, of which the compiler would warn.
    let unread = many_to_many(model).map(|(field, _)| &field.ident);
    let (row, first, id) = (local("row"), local("first"), local("id"));
    let mut place = 0_usize;
    let by_place = model.fields.iter().map(|field| {
        let read = read(field, &row, &quote!(#first + #place));
        place += usize::from(field.column().is_some());
        read
    });
    let by_place: Vec<TokenStream> = by_place.collect();
    let by_name = model.fields.iter().map(|field| {
        let column = field.column().map_or("", |column| column.stored_as.as_str());
        read(field, &row, &quote!(#row.place_of(#column)?))
    });
    let stored = local("values");
    let from_values = from_values(model, &stored);
    let constants = constants(model);
    let display = display_impl(model);
    let assertions = assertions(model);
    quote! {
        #[automatically_derived]
        impl ::module_api::model::Model for #ident {
            const INFO: &'static ::module_api::model::ModelInfo = &#info;

            const GET: &'static ::core::primitive::str = #get;

            const COLUMNS: [&'static ::core::primitive::str; 3] = [#(#columns),*];

            fn id(&self) -> ::core::primitive::i64 {
                self.id
            }

            fn set_id(&mut self, #id: ::core::primitive::i64) {
                self.id = #id;
            }

            fn values(&self) -> ::std::vec::Vec<::module_api::db::Value> {
                #(let _ = &self.#unread;)*
                ::std::vec![#(#values),*]
            }

            fn from_values(
                #stored: &[::module_api::db::Value],
            ) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(Self { #(#from_values),* })
            }

            fn read(
                #row: &::module_api::db::Row<'_>,
                #first: ::core::primitive::usize,
            ) -> ::core::result::Result<Self, ::module_api::db::DbError> {
                ::core::result::Result::Ok(Self { #(#by_place),* })
            }
        }

        #[automatically_derived]
        impl ::module_api::db::FromRow for #ident {
            fn from_row(
                #row: &::module_api::db::Row<'_>,
            ) -> ::core::result::Result<Self, ::module_api::db::DbError> {
                ::core::result::Result::Ok(Self { #(#by_name),* })
            }
        }

        #[automatically_derived]
        #[allow(dead_code, reason = "which columns queries name is up to the program")]
        impl #ident {
            #constants
        }

        #display
        #assertions
    }
}

/// The query for one row by its primary key.
/// All columns, under each of the aliases that tables mostly have: `t0."id", t0."title"`.
fn columns(model: &Model) -> [String; 3] {
    ["t0", "t1", "t2"].map(|alias| {
        let quoted = |column: &Column| format!("{alias}.\"{}\"", column.stored_as);
        model.columns().map(|(_, column)| quoted(column)).collect::<Vec<_>>().join(", ")
    })
}

fn get(model: &Model) -> String {
    let columns: Vec<String> =
        model.columns().map(|(_, column)| format!("\"{}\"", column.stored_as)).collect();
    // Names are checked: there are no quotes in them.
    let key = columns.first().expect("a model has a primary key");
    format!("SELECT {} FROM \"{}\" WHERE {key} = $1", columns.join(", "), model.table)
}

/// What is stored of a field.
fn value_of(field: &Field, reference: &TokenStream) -> TokenStream {
    let written = &field.written;
    quote_spanned! {written.span()=>
        <#written as ::module_api::model::FieldType>::to_value(#reference)
    }
}

/// The field, read from the column at a place of the row.
fn read(field: &Field, row: &Ident, place: &TokenStream) -> TokenStream {
    let (ident, written) = (&field.ident, &field.written);
    match &field.kind {
        // The database may not keep how many decimal places a number has.
        FieldKind::Column(column) if column.decimal_places().is_some() => {
            let decimal_places = column.decimal_places();
            quote_spanned! {written.span()=>
                #ident: <#written as ::module_api::model::FieldType>::read_with_places(
                    #row,
                    #place,
                    || ::core::option::Option::Some(#decimal_places),
                )?
            }
        }
        FieldKind::Column(_) => quote_spanned! {written.span()=>
            #ident: <#written as ::module_api::model::FieldType>::read(#row, #place)?
        },
        FieldKind::ManyToMany(_) => quote!(#ident: ::core::default::Default::default()),
    }
}

fn info(model: &Model) -> TokenStream {
    let Model { label, table, verbose_name, verbose_name_plural, natural_key, .. } = model;
    let found_by_natural_key = model.found_by_natural_key;
    let fields = model.columns().map(|(_, column)| field_info(column));
    let many_to_many = many_to_many(model).map(|(_, relation)| many_to_many_info(relation));
    let ordering = model.ordering.iter().map(|(field, descending)| {
        quote!(::module_api::model::Ordering { field: #field, descending: #descending })
    });
    let display = model.display.iter().map(|part| match part {
        Part::Text(text) => quote!(::module_api::model::DisplayPart::Text(#text)),
        Part::Field(way) => quote!(::module_api::model::DisplayPart::Field(&[#(#way),*])),
    });
    let unique_together = model.unique_together.iter().map(|names| quote!(&[#(#names),*]));
    let indexes = model.indexes.iter().map(|names| quote!(&[#(#names),*]));
    let constraints = model.constraints.iter().map(constraint);
    let rules = rules(model);
    quote! {
        ::module_api::model::ModelInfo {
            label: #label,
            table: #table,
            verbose_name: #verbose_name,
            verbose_name_plural: #verbose_name_plural,
            fields: &[#(#fields),*],
            many_to_many: &[#(#many_to_many),*],
            ordering: &[#(#ordering),*],
            display: &[#(#display),*],
            unique_together: &[#(#unique_together),*],
            indexes: &[#(#indexes),*],
            natural_key: &[#(#natural_key),*],
            found_by_natural_key: #found_by_natural_key,
            constraints: &[#(#constraints),*],
            rules: &[#(#rules),*],
        }
    }
}

/// Each field, made of its stored value.
fn from_values(model: &Model, values: &Ident) -> Vec<TokenStream> {
    let mut place = 0_usize;
    let field = |field: &Field| {
        let (ident, written) = (&field.ident, &field.written);
        if field.column().is_none() {
            return quote!(#ident: ::core::default::Default::default());
        }
        let value = quote!(#values.get(#place)?);
        place += 1;
        quote_spanned! {written.span()=>
            #ident: <#written as ::module_api::model::FieldType>::from_value(#value)?
        }
    };
    model.fields.iter().map(field).collect()
}

fn many_to_many(model: &Model) -> impl Iterator<Item = (&Field, &ManyToMany)> {
    model.fields.iter().filter_map(|field| match &field.kind {
        FieldKind::Column(_) => None,
        FieldKind::ManyToMany(relation) => Some((field, &**relation)),
    })
}

pub(crate) fn field_info(field: &Column) -> TokenStream {
    let Column { name, stored_as, verbose_name, help_text, .. } = field;
    let Column { null, blank, unique, index, positive, .. } = field;
    let kind = kind(field);
    let default = option(field.default.as_ref().map(|default| default_value(field, default)));
    let min = option(field.min.map(|min| quote!(#min)));
    let max = option(field.max.map(|max| quote!(#max)));
    let min_length = option(field.min_length.map(|length| quote!(#length)));
    let choices = field.choices.iter().map(|(value, label)| {
        let value = match value {
            Choice::Int(value) => quote!(::module_api::model::ChoiceValue::Int(#value)),
            Choice::Text(value) => quote!(::module_api::model::ChoiceValue::Text(#value)),
        };
        quote!(::module_api::model::Choice { value: #value, label: #label })
    });
    let choices = match &field.kind {
        Kind::Choices { .. } => {
            let inner = &field.inner;
            quote!(<#inner as ::module_api::model::Choices>::CHOICES)
        }
        _ => quote!(&[#(#choices),*]),
    };
    let auto_now = option(field.auto_now.map(|auto_now| match auto_now {
        AutoNow::Add => quote!(::module_api::model::AutoNow::Add),
        AutoNow::Save => quote!(::module_api::model::AutoNow::Save),
    }));
    let validators = field.validators.iter().map(|path| validator(field, path));
    let normalizer = option(field.normalizer.as_ref().map(|path| quote!(#path)));
    quote! {
        ::module_api::model::FieldInfo {
            name: #name,
            column: #stored_as,
            kind: #kind,
            verbose_name: #verbose_name,
            help_text: #help_text,
            null: #null,
            blank: #blank,
            unique: #unique,
            index: #index,
            positive: #positive,
            default: #default,
            choices: #choices,
            min_value: #min,
            max_value: #max,
            min_length: #min_length,
            validators: &[#(#validators),*],
            normalizer: #normalizer,
            auto_now: #auto_now,
        }
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn kind(column: &Column) -> TokenStream {
    let kind = match &column.kind {
        Kind::Id => quote!(Id),
        Kind::SmallInteger => quote!(SmallInteger),
        Kind::Integer => quote!(Integer),
        Kind::BigInteger => quote!(BigInteger),
        Kind::Bool => quote!(Bool),
        Kind::Char(max_length) => quote!(Char { max_length: #max_length }),
        Kind::Text => quote!(Text),
        Kind::Email(max_length) => quote!(Email { max_length: #max_length }),
        Kind::Url(max_length) => quote!(Url { max_length: #max_length }),
        Kind::Slug(max_length) => quote!(Slug { max_length: #max_length }),
        Kind::Float => quote!(Float),
        Kind::Decimal { max_digits, decimal_places } => quote! {
            Decimal { max_digits: #max_digits, decimal_places: #decimal_places }
        },
        Kind::DateTime => quote!(DateTime),
        Kind::Date => quote!(Date),
        Kind::Time => quote!(Time),
        Kind::Duration => quote!(Duration),
        Kind::Uuid => quote!(Uuid),
        Kind::Json => quote!(Json),
        Kind::Ip => quote!(Ip),
        Kind::Binary => quote!(Binary),
        Kind::Choices { max_length } => {
            let inner = &column.inner;
            let max_length = option(max_length.map(|max_length| quote!(#max_length)));
            return quote!(::module_api::model::choices_kind::<#inner>(#max_length));
        }
        Kind::ForeignKey { target, on_delete, one_to_one } => {
            let target = self::target(target);
            let on_delete = match on_delete {
                OnDelete::Cascade => quote!(Cascade),
                OnDelete::Protect => quote!(Protect),
                OnDelete::SetNull => quote!(SetNull),
            };
            quote! {
                ForeignKey(::module_api::model::ForeignKeyInfo {
                    target: #target,
                    on_delete: ::module_api::model::OnDelete::#on_delete,
                    one_to_one: #one_to_one,
                })
            }
        }
    };
    quote!(::module_api::model::FieldKind::#kind)
}

/// A function that returns the description of a model. That is looked for only when it is called,
/// so models may lead to each other.
fn target(target: &Type) -> TokenStream {
    quote_spanned!(target.span()=> || <#target as ::module_api::model::Model>::INFO)
}

fn default_value(column: &Column, default: &DefaultValue) -> TokenStream {
    let default = match default {
        DefaultValue::Bool(value) => quote!(Bool(#value)),
        DefaultValue::Int(value) => quote!(Int(#value)),
        DefaultValue::Text(value) => quote!(Text(#value)),
        DefaultValue::Float(value) => quote!(Float(#value)),
        DefaultValue::Now => quote!(Now),
        DefaultValue::Random => quote!(Random),
        DefaultValue::Choice(path) => {
            let inner = &column.inner;
            return quote_spanned! {path.span()=>
                ::module_api::model::ChoiceValue::as_default(<#inner>::choice_value(&#path))
            };
        }
    };
    quote!(::module_api::model::DefaultValue::#default)
}

fn many_to_many_info(relation: &ManyToMany) -> TokenStream {
    let ManyToMany { name, verbose_name, help_text, blank, .. } = relation;
    let ManyToMany { table, source_column, target_column, .. } = relation;
    let target = target(&relation.target);
    quote! {
        ::module_api::model::ManyToManyInfo {
            name: #name,
            verbose_name: #verbose_name,
            help_text: #help_text,
            blank: #blank,
            target: #target,
            table: #table,
            source_column: #source_column,
            target_column: #target_column,
        }
    }
}

/// A rule of the program's own, as one about stored values.
fn validator(field: &Column, path: &syn::Path) -> TokenStream {
    let (value, rule, inner) = (local("value"), local("rule"), &field.inner);
    let (argument, typed) = if field.kind.is_text() {
        (quote!(&::core::primitive::str), quote!(::module_api::db::Value::as_text(#value)))
    } else {
        let from_value = quote!(<#inner as ::module_api::model::FieldType>::from_value(#value));
        (quote!(#inner), from_value)
    };
    quote! {
        |#value: &::module_api::db::Value| {
            let #rule: fn(#argument) -> ::core::result::Result<(), ::std::string::String> = #path;
            ::core::option::Option::map_or(#typed, ::core::result::Result::Ok(()), #rule)
        }
    }
}

fn constraint(constraint: &Constraint) -> TokenStream {
    let Constraint { name, kind, message, field } = constraint;
    let several = |over: &[String], condition: &Option<String>| {
        let condition = option(condition.as_ref().map(|sql| quote!(#sql)));
        quote!({ over: &[#(#over),*], condition: #condition })
    };
    let kind = match kind {
        ConstraintKind::Check(sql) => quote!(Check(#sql)),
        ConstraintKind::Unique { over, condition } => {
            let several = several(over, condition);
            quote!(Unique #several)
        }
        ConstraintKind::Index { over, condition } => {
            let several = several(over, condition);
            quote!(Index #several)
        }
    };
    let field = option(field.as_ref().map(|field| quote!(#field)));
    quote! {
        ::module_api::model::ConstraintInfo {
            name: #name,
            kind: ::module_api::model::ConstraintKind::#kind,
            message: #message,
            field: #field,
        }
    }
}

/// The rules over the whole object, as rules about stored values. They are not asked about values
/// that no object can have.
fn rules(model: &Model) -> impl Iterator<Item = TokenStream> {
    let ident = &model.ident;
    let (values, on, object, rule) = (local("values"), local("on"), local("object"), local("rule"));
    let read = quote!(<#ident as ::module_api::model::Model>::from_values(#values));
    let of_values = model.value_rules.iter().map({
        let (values, object, read) = (values.clone(), object.clone(), read.clone());
        move |path| {
            quote! {
                ::module_api::model::Rule::Values(|#values| {
                    let #rule: fn(
                        &#ident,
                    ) -> ::core::result::Result<(), ::module_api::model::ValidationErrors> = #path;
                    match #read {
                        ::core::option::Option::Some(#object) => #rule(&#object),
                        ::core::option::Option::None => ::core::result::Result::Ok(()),
                    }
                })
            }
        }
    });
    let of_rows = model.row_rules.iter().map(move |path| {
        quote! {
            ::module_api::model::Rule::Rows(|#values, #on| ::std::boxed::Box::pin(async move {
                match #read {
                    ::core::option::Option::Some(#object) => #path(&#object, #on).await,
                    ::core::option::Option::None => ::core::result::Result::Ok(()),
                }
            }))
        }
    });
    of_values.chain(of_rows)
}

/// A constant for each field.
fn constants(model: &Model) -> TokenStream {
    let mut columns = 0_usize;
    let mut relations = 0_usize;
    let constants = model.fields.iter().map(|field| {
        let name = field.name();
        let constant = Ident::new(&name.to_uppercase(), field.ident.span());
        let (visibility, written) = (&field.visibility, &field.written);
        match &field.kind {
            FieldKind::Column(column) => {
                let kind = if column.unique { "UniqueColumn" } else { "Column" };
                let kind = Ident::new(kind, Span::call_site());
                let doc = format!("The column of the field `{name}`.");
                let place = columns;
                columns += 1;
                quote! {
                    #[doc = #doc]
                    #visibility const #constant: ::module_api::model::#kind<Self, #written> =
                        ::module_api::model::#kind::new(const {
                            &[&<Self as ::module_api::model::Model>::INFO.fields[#place]]
                        });
                }
            }
            FieldKind::ManyToMany(relation) => {
                let target = &relation.target;
                let doc = format!("The relation of the field `{name}`.");
                let place = relations;
                relations += 1;
                quote! {
                    #[doc = #doc]
                    #visibility const #constant:
                        ::module_api::model::ManyToManyRelation<Self, #target> =
                        ::module_api::model::ManyToManyRelation::new(const {
                            &<Self as ::module_api::model::Model>::INFO.many_to_many[#place]
                        });
                }
            }
        }
    });
    constants.collect()
}

/// `Display`, if the text is made of the struct's own fields.
fn display_impl(model: &Model) -> Option<TokenStream> {
    model.display_span?;
    let ident = &model.ident;
    let formatter = local("formatter");
    let mut parts = Vec::new();
    for part in &model.display {
        parts.push(match part {
            Part::Text(text) => quote!(#formatter.write_str(#text)?;),
            Part::Field(way) => {
                let [name] = way.as_slice() else { return None };
                let (field, column) = model.columns().find(|(field, _)| field.name() == name)?;
                if matches!(column.kind, Kind::ForeignKey { .. }) {
                    return None;
                }
                let name = &field.ident;
                let value = value_of(field, &quote!(&self.#name));
                quote!(::core::fmt::Display::fmt(&#value, #formatter)?;)
            }
        });
    }
    Some(quote! {
        #[automatically_derived]
        impl ::core::fmt::Display for #ident {
            fn fmt(
                &self,
                #formatter: &mut ::core::fmt::Formatter<'_>,
            ) -> ::core::fmt::Result {
                #(#parts)*
                ::core::result::Result::Ok(())
            }
        }
    })
}

/// That the fields of other models exist which `display` names. Of a longer way only the first
/// step can be seen from here.
fn assertions(model: &Model) -> TokenStream {
    let ways = model.display.iter().filter_map(|part| match part {
        Part::Field(way) if way.len() > 1 => Some(way),
        _ => None,
    });
    let assertions = ways.filter_map(|way| {
        let (_, column) = model.columns().find(|(field, _)| field.name() == way[0])?;
        let Kind::ForeignKey { target, .. } = &column.kind else { return None };
        // `Self` means nothing outside of the implementation.
        let target = match last_segment(target) {
            Some(segment) if segment.ident == "Self" => {
                let ident = &model.ident;
                quote!(#ident)
            }
            _ => quote!(#target),
        };
        let next = &way[1];
        let message = format!(
            "`display` names `{}`, and `{target}` has no column of a field `{next}`: name one that \
             it has",
            way.join("."),
        );
        let span = model.display_span.unwrap_or_else(Span::call_site);
        Some(quote_spanned! {span=>
            const _: () = ::core::assert!(
                <#target as ::module_api::model::Model>::INFO.has_column_of(#next),
                #message,
            );
        })
    });
    assertions.collect()
}
