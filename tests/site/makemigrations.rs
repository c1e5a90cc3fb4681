//! `makemigrations`: what it proposes is run on databases with rows, forward and backward, and
//! compared with what the models alone would build.

mod altered;
mod created;
mod dropped;
mod harness;
mod kept;
mod modules;
mod values;
