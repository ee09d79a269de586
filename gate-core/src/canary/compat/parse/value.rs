//! Values, and the lists and dictionaries around them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::scanner::Scanner;
use crate::canary::compat::error::CompatError;
use crate::canary::compat::text::Str;
use crate::canary::compat::value::Value;

/// How far a value has come.
enum Progress {
    /// Another value belongs into it, and starts here.
    Open(Container),
    Done(Value),
}

enum Container {
    List(Vec<Value>),
    /// The text is the key of the value that comes next.
    Dict(BTreeMap<Str, Value>, Str),
}

impl Scanner<'_> {
    /// Reads the value that starts here.
    ///
    /// The containers around a value wait in a list and not on the stack, of which a thread may have little.
    pub(super) fn value(&mut self) -> Result<Value, CompatError> {
        let mut outer = Vec::new();
        let mut progress = self.begin()?;
        loop {
            progress = match progress {
                Progress::Open(container) => {
                    outer.push(container);
                    self.begin()?
                }
                Progress::Done(value) => match outer.pop() {
                    Some(container) => self.add(value, container)?,
                    None => return Ok(value),
                },
            }
        }
    }

    fn begin(&mut self) -> Result<Progress, CompatError> {
        match self.byte(self.at) {
            Some(b'[') => self.begin_list(),
            Some(b'{') => self.begin_dict(),
            Some(b'"') => self.string().map(Value::Str).map(Progress::Done),
            _ => self.word_or_number().map(Progress::Done),
        }
    }

    fn begin_list(&mut self) -> Result<Progress, CompatError> {
        self.enter("array")?;
        self.at += 1;
        self.skip_whitespace();
        if self.eat(b']') {
            self.leave();
            return Ok(Progress::Done(Value::List(Vec::new())));
        }
        Ok(Progress::Open(Container::List(Vec::new())))
    }

    fn begin_dict(&mut self) -> Result<Progress, CompatError> {
        self.enter("object")?;
        self.at += 1;
        self.skip_whitespace();
        if self.eat(b'}') {
            self.leave();
            return Ok(Progress::Done(Value::Dict(BTreeMap::new())));
        }
        Ok(Progress::Open(Container::Dict(BTreeMap::new(), self.key()?)))
    }

    /// Adds a value, and reads what stands behind it: the closing bracket, or a comma and the next key.
    fn add(&mut self, value: Value, container: Container) -> Result<Progress, CompatError> {
        match container {
            Container::List(mut values) => {
                values.push(value);
                if self.is_last(b']')? {
                    return Ok(Progress::Done(Value::List(values)));
                }
                Ok(Progress::Open(Container::List(values)))
            }
            Container::Dict(mut entries, key) => {
                entries.insert(key, value);
                if self.is_last(b'}')? {
                    return Ok(Progress::Done(Value::Dict(entries)));
                }
                Ok(Progress::Open(Container::Dict(entries, self.key()?)))
            }
        }
    }

    fn is_last(&mut self, close: u8) -> Result<bool, CompatError> {
        self.skip_whitespace();
        if self.eat(close) {
            self.leave();
            return Ok(true);
        }
        if !self.eat(b',') {
            return Err(self.mistake("Expecting ',' delimiter", self.at));
        }
        self.skip_whitespace();
        Ok(false)
    }

    /// Reads a key and the colon behind it.
    fn key(&mut self) -> Result<Str, CompatError> {
        if self.byte(self.at) != Some(b'"') {
            return Err(self.mistake("Expecting property name enclosed in double quotes", self.at));
        }
        let key = self.string()?;
        self.skip_whitespace();
        if !self.eat(b':') {
            return Err(self.mistake("Expecting ':' delimiter", self.at));
        }
        self.skip_whitespace();
        Ok(key)
    }

    fn word_or_number(&mut self) -> Result<Value, CompatError> {
        const WORDS: [(&str, Value); 6] = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ];
        let rest = self.rest();
        let Some((word, value)) = WORDS.into_iter().find(|(word, _)| rest.starts_with(word)) else {
            return self.number();
        };
        if matches!(value, Value::Float(_)) {
            self.check_room_for_call()?;
        }
        self.at += word.len();
        Ok(value)
    }
}
