//! Arithmetic in a manifest, such as `4 / sqrt(beta)`.
//!
//! ```text
//! sum     = product (("+" | "-") product)*
//! product = sign (("*" | "/") sign)*
//! sign    = "-" sign | power
//! power   = atom ("^" sign)?                     so that -2^2 = -4 and 2^3^2 = 2^9
//! atom    = number | variable | "pi" | function "(" sum ")" | "(" sum ")"
//! ```
//!
//! Functions go through libm, so that a value has the same bits on every machine. There are no assignments, no units,
//! and no variables but the three of [`Variables`].

mod parser;

use std::fmt;

use parser::Parser;

/// The longest expression, in bytes; it bounds the depth of the tree as well.
const LONGEST: usize = 256;

/// What an expression may refer to.
#[derive(Clone, Copy, Debug)]
pub struct Variables {
    /// Inverse temperature.
    pub beta: f64,
    /// Number of tokens.
    pub tokens: u32,
    /// Dimension of the space around the sphere.
    pub dimension: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Name {
    Beta,
    Tokens,
    Dimension,
    Pi,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Function {
    Sqrt,
    Exp,
    Log,
}

const NAMES: [(&str, Name); 4] =
    [("beta", Name::Beta), ("tokens", Name::Tokens), ("dimension", Name::Dimension), ("pi", Name::Pi)];
const FUNCTIONS: [(&str, Function); 3] = [("sqrt", Function::Sqrt), ("exp", Function::Exp), ("log", Function::Log)];

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    Name(Name),
    Call(Function, Box<Node>),
    Minus(Box<Node>),
    Binary(char, Box<Node>, Box<Node>),
}

/// A parsed expression. Its `Display` is canonical: equal trees print equally.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    root: Box<Node>,
}

/// Why a text is no expression, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at byte {offset}")]
pub struct ExpressionError {
    /// Byte offset of the first wrong character.
    pub offset: usize,
    /// Number of wrong bytes, 0 at the end of the text.
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// What is allowed there.
    pub help: String,
}

impl Expression {
    /// Parses `text`.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut parser = Parser { text, at: 0 };
        if text.len() > LONGEST {
            let message = format!("an expression of {} bytes", text.len());
            return Err(ExpressionError {
                offset: 0,
                length: text.len(),
                message,
                help: format!("allowed: up to {LONGEST}"),
            });
        }
        let root = Box::new(parser.sum()?);
        match parser.peek() {
            None => Ok(Self { root }),
            Some(_) => Err(parser.unexpected("an operator + - * / ^, or the end")),
        }
    }

    /// The value; not finite where the arithmetic is not, e.g. `4 / sqrt(beta)` at beta = 0.
    pub fn evaluate(&self, variables: &Variables) -> f64 {
        self.root.evaluate(variables)
    }

    /// The number that the expression is, if it is only that.
    pub(crate) fn as_number(&self) -> Option<f64> {
        if let Node::Number(value) = *self.root { Some(value) } else { None }
    }
}

impl Node {
    fn evaluate(&self, variables: &Variables) -> f64 {
        match self {
            Self::Number(value) => *value,
            Self::Name(Name::Beta) => variables.beta,
            Self::Name(Name::Tokens) => f64::from(variables.tokens),
            Self::Name(Name::Dimension) => f64::from(variables.dimension),
            Self::Name(Name::Pi) => std::f64::consts::PI,
            Self::Call(Function::Sqrt, x) => libm::sqrt(x.evaluate(variables)),
            Self::Call(Function::Exp, x) => libm::exp(x.evaluate(variables)),
            Self::Call(Function::Log, x) => libm::log(x.evaluate(variables)),
            Self::Minus(x) => -x.evaluate(variables),
            Self::Binary(operator, left, right) => {
                let (x, y) = (left.evaluate(variables), right.evaluate(variables));
                match operator {
                    '+' => x + y,
                    '-' => x - y,
                    '*' => x * y,
                    '/' => x / y,
                    _ => libm::pow(x, y),
                }
            }
        }
    }

    /// How tightly the node's outermost operator binds.
    fn strength(&self) -> u8 {
        match self {
            Self::Binary('+' | '-', ..) => 1,
            Self::Binary('*' | '/', ..) => 2,
            Self::Minus(_) => 3,
            Self::Binary(..) => 4,
            _ => 5,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, weakest: u8) -> fmt::Result {
        if self.strength() < weakest {
            f.write_str("(")?;
            self.write(f, 0)?;
            return f.write_str(")");
        }
        match self {
            Self::Number(value) => write!(f, "{value:?}"),
            Self::Name(name) => f.write_str(word(&NAMES, *name)),
            Self::Call(function, x) => {
                write!(f, "{}(", word(&FUNCTIONS, *function))?;
                x.write(f, 0)?;
                f.write_str(")")
            }
            Self::Minus(x) => {
                f.write_str("-")?;
                x.write(f, 3)
            }
            Self::Binary('^', base, exponent) => {
                base.write(f, 5)?;
                f.write_str("^")?;
                exponent.write(f, 3)
            }
            Self::Binary(operator, left, right) => {
                left.write(f, self.strength())?;
                write!(f, " {operator} ")?;
                right.write(f, self.strength() + 1)
            }
        }
    }
}

fn word<T: Copy + PartialEq>(table: &[(&'static str, T)], value: T) -> &'static str {
    table.iter().find(|(_, entry)| *entry == value).map_or("", |(word, _)| word)
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.write(f, 0)
    }
}
