//! Reads this repository as data, so that its laws can be tests: which files there are, how long files and functions
//! are, who depends on whom. The laws themselves are in `crates/tidy/tests/house`.

mod edges;
mod file;
mod rust;
mod statistics;

pub use edges::{Package, packages};
pub use file::{File, files, root};
pub use rust::{Function, functions, is_test_path, production};
pub use statistics::{median, quantile};
