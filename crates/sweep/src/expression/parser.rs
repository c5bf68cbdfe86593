//! The recursive descent behind [`Expression::parse`](super::Expression::parse).

use super::{ExpressionError, FUNCTIONS, NAMES, Node};
use crate::manifest::words;

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Parser<'t> {
    /// The next character that is not a space.
    pub(super) fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    /// Takes the next character if it is one of `allowed`.
    fn take(&mut self, allowed: &str) -> Option<char> {
        let next = self.peek().filter(|&c| allowed.contains(c))?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn sum(&mut self) -> Result<Node, ExpressionError> {
        let mut left = self.product()?;
        while let Some(operator) = self.take("+-") {
            left = Node::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Node, ExpressionError> {
        let mut left = self.sign()?;
        while let Some(operator) = self.take("*/") {
            left = Node::Binary(operator, Box::new(left), Box::new(self.sign()?));
        }
        Ok(left)
    }

    fn sign(&mut self) -> Result<Node, ExpressionError> {
        if self.take("-").is_some() {
            return Ok(Node::Minus(Box::new(self.sign()?)));
        }
        let base = self.atom()?;
        match self.take("^") {
            Some(_) => Ok(Node::Binary('^', Box::new(base), Box::new(self.sign()?))),
            None => Ok(base),
        }
    }

    fn atom(&mut self) -> Result<Node, ExpressionError> {
        match self.peek() {
            Some('(') => self.parenthesis(),
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.name(),
            _ => Err(self.unexpected("a number, beta, tokens, dimension, pi, sqrt(), exp(), log() or a parenthesis")),
        }
    }

    fn parenthesis(&mut self) -> Result<Node, ExpressionError> {
        if self.take("(").is_none() {
            return Err(self.unexpected("an opening parenthesis"));
        }
        let inner = self.sum()?;
        match self.take(")") {
            Some(_) => Ok(inner),
            None => Err(self.unexpected("an operator, or a closing parenthesis")),
        }
    }

    fn number(&mut self) -> Result<Node, ExpressionError> {
        let rest = &self.text[self.at..];
        let mut length = 0;
        for (at, c) in rest.char_indices() {
            let exponent_sign = "+-".contains(c) && rest[..at].ends_with(['e', 'E']);
            if !(c.is_ascii_alphanumeric() || c == '.' || exponent_sign) {
                break;
            }
            length = at + c.len_utf8();
        }
        let digits = &rest[..length];
        match digits.parse::<f64>().ok().filter(|value| value.is_finite()) {
            Some(value) => {
                self.at += length;
                Ok(Node::Number(value))
            }
            None => {
                Err(self.wrong(length, format!("`{digits}` is not a finite number"), "allowed: e.g. 4, 0.5 or 1e-3"))
            }
        }
    }

    fn name(&mut self) -> Result<Node, ExpressionError> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let name = &rest[..length];
        if let Some((_, function)) = FUNCTIONS.iter().find(|(word, _)| *word == name) {
            self.at += length;
            return Ok(Node::Call(*function, Box::new(self.parenthesis()?)));
        }
        if let Some((_, value)) = NAMES.iter().find(|(word, _)| *word == name) {
            self.at += length;
            return Ok(Node::Name(*value));
        }
        let words = ["beta", "tokens", "dimension", "pi", "sqrt", "exp", "log"];
        Err(self.wrong(length, format!("unknown name `{name}`"), &words::allowed(name, &words)))
    }

    pub(super) fn unexpected(&mut self, allowed: &str) -> ExpressionError {
        let (length, found) = match self.peek() {
            Some(c) => (c.len_utf8(), format!("unexpected `{c}` in the expression")),
            None => (0, "the expression ends too early".to_owned()),
        };
        self.wrong(length, found, &format!("allowed here: {allowed}"))
    }

    fn wrong(&self, length: usize, message: String, help: &str) -> ExpressionError {
        ExpressionError { offset: self.at, length, message, help: help.to_owned() }
    }
}
