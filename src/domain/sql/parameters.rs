//! Named parameters of a statement, `:name`: finding them, the values that users type, and binding.
//!
//! A parameter is never pasted into the text that is sent: [`bind()`] replaces it by `?`. Only [`final_text`] writes the values as
//! literals, for showing.

mod bind;
mod find;
mod guess;
mod items;
mod place;
mod source_map;
mod value;
mod value_type;

pub use bind::{BindError, Bound, ParameterValues, bind, final_text};
pub use find::{NamedParameter, named_parameters, parameter_at};
pub use guess::{ParameterUse, guess_type, parameter_uses, type_of_column};
pub use source_map::SourceMap;
pub use value::{DecimalNumber, ParameterValue, ScalarValue};
pub use value_type::{ParameterShape, ParameterType, ValueError, parse_value};
