//! The stack machine that a pickle is a program for, without the opcodes that could do anything.

use std::collections::HashMap;

use gate_core::contract::facts::Unreadable;
use gate_core::document::Node;

use super::super::bounds::MAX_OPCODES;
use super::super::wrong::{Wrong, quoted};
use super::cursor::Cursor;
use super::{number, opcode, text};

/// The newest protocol.
const MAX_PROTOCOL: u8 = 5;

/// A value, by its place among all values that were made.
pub(super) type Handle = usize;

/// A value. Containers hold handles, so that what the memo gives twice is one value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Text, a number, a boolean or None.
    Plain(Node),
    List(Vec<Handle>),
    Tuple(Vec<Handle>),
    Set(Vec<Handle>),
    Dict(Vec<(Handle, Handle)>),
}

/// The state of a pickle that is being read.
#[derive(Debug)]
pub(super) struct Machine<'a> {
    input: Cursor<'a>,
    values: Vec<Value>,
    stack: Vec<Handle>,
    /// How high the stack was at each mark. What lies below the last one cannot be reached.
    marks: Vec<usize>,
    memo: HashMap<u64, Handle>,
}

impl<'a> Machine<'a> {
    /// Runs a pickle to its end. Returns all values, and the one that was pickled.
    pub(super) fn run(bytes: &'a [u8]) -> Result<(Vec<Value>, Handle), Unreadable> {
        let input = Cursor::new(bytes);
        let mut machine =
            Self { input, values: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
        for _ in 0..MAX_OPCODES {
            let at = machine.input.position();
            match machine.step() {
                Ok(None) => {}
                Ok(Some(root)) => return Ok((machine.values, root)),
                Err(wrong) => return Err(wrong.inside(&format!("byte {at}"))),
            }
        }
        Err(Wrong::new(format!("at most {MAX_OPCODES} opcodes"), "more").inside(""))
    }

    /// Reads one opcode; the one that ends the pickle gives the result.
    fn step(&mut self) -> Result<Option<Handle>, Wrong> {
        match self.input.byte()? {
            b'.' => return self.stop().map(Some),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => self.discard()?,
            b'1' => drop(self.above_mark()?),
            b'2' => self.stack.push(self.top()?),
            0x80 => self.protocol()?,
            0x95 => self.frame()?,
            code @ (b'p' | b'q' | b'r' | 0x94) => self.remember(code)?,
            code @ (b'g' | b'h' | b'j') => self.recall(code)?,
            code @ (b'a' | b'e' | b's' | b'u' | 0x90) => self.extend(code)?,
            code => match self.plain(code)? {
                Some(node) => self.push(Value::Plain(node)),
                None => self.container(code)?,
            },
        }
        Ok(None)
    }

    /// Values that are no containers.
    fn plain(&mut self, code: u8) -> Result<Option<Node>, Wrong> {
        let input = &mut self.input;
        let node = match code {
            b'N' => Node::Null,
            0x88 => Node::Bool(true),
            0x89 => Node::Bool(false),
            b'I' => match input.line()? {
                b"00" => Node::Bool(false),
                b"01" => Node::Bool(true),
                line => number::decimal(line)?,
            },
            b'L' => number::decimal(input.line()?)?,
            b'F' => number::decimal_float(input.line()?)?,
            b'G' => Node::Float(f64::from_be_bytes(input.array()?)),
            b'J' => number::signed(i32::from_le_bytes(input.array()?).into()),
            b'K' => Node::Unsigned(input.byte()?.into()),
            b'M' => Node::Unsigned(u16::from_le_bytes(input.array()?).into()),
            0x8a => number::binary(input.counted::<1>()?)?,
            0x8b => number::binary(input.counted::<4>()?)?,
            b'V' => text::raw_unicode_escape(input.line()?)?,
            b'X' => text::utf8(input.counted::<4>()?)?,
            0x8c => text::utf8(input.counted::<1>()?)?,
            0x8d => text::utf8(input.counted::<8>()?)?,
            b'S' => text::quoted_ascii(input.line()?)?,
            b'T' => text::ascii(input.counted::<4>()?)?,
            b'U' => text::ascii(input.counted::<1>()?)?,
            _ => return Ok(None),
        };
        Ok(Some(node))
    }

    /// New containers, empty or of what lies on the stack.
    fn container(&mut self, code: u8) -> Result<(), Wrong> {
        let value = match code {
            b']' => Value::List(Vec::new()),
            b')' => Value::Tuple(Vec::new()),
            b'}' => Value::Dict(Vec::new()),
            0x8f => Value::Set(Vec::new()),
            b'l' => Value::List(self.above_mark()?),
            b't' => Value::Tuple(self.above_mark()?),
            b'd' => Value::Dict(pairs(&self.above_mark()?)?),
            0x91 => Value::Set(self.above_mark()?),
            0x85..=0x87 => Value::Tuple(self.last(usize::from(code - 0x84))?),
            other => return Err(self.refusal(other)),
        };
        self.push(value);
        Ok(())
    }

    /// Puts what lies on the stack into the container below it.
    fn extend(&mut self, code: u8) -> Result<(), Wrong> {
        let items = match code {
            b'a' => self.last(1)?,
            b's' => self.last(2)?,
            _ => self.above_mark()?,
        };
        let below = self.top()?;
        match (code, self.values.get_mut(below)) {
            (b'a' | b'e', Some(Value::List(list))) => list.extend(items),
            (0x90, Some(Value::Set(set))) => set.extend(items),
            (b's' | b'u', Some(Value::Dict(dict))) => dict.extend(pairs(&items)?),
            _ => return Err(Wrong::new("a container to put a value into", "something else")),
        }
        Ok(())
    }

    /// Python gives the top of the stack and forgets the rest; a pickle that leaves a rest was damaged.
    fn stop(&mut self) -> Result<Handle, Wrong> {
        match self.stack.as_slice() {
            [root] if self.marks.is_empty() => Ok(*root),
            stack => Err(Wrong::new("one value at the end", format!("{}", stack.len() + self.marks.len()))),
        }
    }

    fn protocol(&mut self) -> Result<(), Wrong> {
        match self.input.byte()? {
            0..=MAX_PROTOCOL => Ok(()),
            other => Err(Wrong::new(format!("a protocol of at most {MAX_PROTOCOL}"), other.to_string())),
        }
    }

    /// A frame says how far one may read ahead. The file has to be that long.
    fn frame(&mut self) -> Result<(), Wrong> {
        let length = u64::from_le_bytes(self.input.array()?);
        if length <= self.input.left() as u64 {
            return Ok(());
        }
        Err(Wrong::new(format!("a frame of {length} bytes"), format!("{} bytes", self.input.left())))
    }

    fn remember(&mut self, code: u8) -> Result<(), Wrong> {
        let index = match code {
            0x94 => self.memo.len() as u64,
            _ => self.index(code)?,
        };
        self.memo.insert(index, self.top()?);
        Ok(())
    }

    fn recall(&mut self, code: u8) -> Result<(), Wrong> {
        let index = self.index(code)?;
        let known = self.memo.get(&index).copied();
        let known =
            known.ok_or_else(|| Wrong::new("a value that was remembered", format!("memo {index}")))?;
        self.stack.push(known);
        Ok(())
    }

    fn index(&mut self, code: u8) -> Result<u64, Wrong> {
        match code {
            b'q' | b'h' => self.input.byte().map(u64::from),
            b'r' | b'j' => self.input.array().map(u32::from_le_bytes).map(u64::from),
            _ => match number::decimal(self.input.line()?)? {
                Node::Unsigned(index) => Ok(index),
                _ => Err(Wrong::new("an index of the memo", "another number")),
            },
        }
    }

    fn push(&mut self, value: Value) {
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    fn top(&self) -> Result<Handle, Wrong> {
        let reachable = self.stack.get(self.fence()..).unwrap_or_default();
        reachable.last().copied().ok_or_else(too_few)
    }

    fn fence(&self) -> usize {
        self.marks.last().copied().unwrap_or_default()
    }

    /// Takes the last values from the stack, the topmost last.
    fn last(&mut self, count: usize) -> Result<Vec<Handle>, Wrong> {
        let start = self.stack.len().checked_sub(count).filter(|start| *start >= self.fence());
        Ok(self.stack.split_off(start.ok_or_else(too_few)?))
    }

    fn above_mark(&mut self) -> Result<Vec<Handle>, Wrong> {
        let mark = self.marks.pop().ok_or_else(|| Wrong::new("a mark", "none"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    /// Says what a pickle wanted to do, with the name that it wanted to import.
    fn refusal(&mut self, code: u8) -> Wrong {
        let Some((name, does)) = opcode::refused(code) else {
            return Wrong::new("an opcode of a pickle", quoted(&[code]));
        };
        let wanted = match code {
            b'c' | b'i' => {
                self.input.line().and_then(|module| Ok((module.to_vec(), self.input.line()?.to_vec()))).ok()
            }
            0x93 => self.two_texts(),
            _ => None,
        };
        let wanted = wanted.map(|(module, name)| format!(" {}", quoted(&[&*module, b".", &*name].concat())));
        let expected = "plain data: containers, text, numbers, booleans and None";
        Wrong::new(expected, format!("the opcode {name}, which {does}{}", wanted.unwrap_or_default()))
    }

    fn two_texts(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let [.., module, name] = self.stack.as_slice() else { return None };
        let text = |handle: &Handle| match self.values.get(*handle) {
            Some(Value::Plain(Node::Text(text))) => Some(text.clone().into_bytes()),
            _ => None,
        };
        Some((text(module)?, text(name)?))
    }

    /// Takes a value from the stack, or a mark that lies there.
    fn discard(&mut self) -> Result<(), Wrong> {
        if self.stack.len() == self.fence() && self.marks.pop().is_some() {
            return Ok(());
        }
        self.last(1).map(drop)
    }
}

fn pairs(items: &[Handle]) -> Result<Vec<(Handle, Handle)>, Wrong> {
    let (pairs, rest) = items.as_chunks::<2>();
    if rest.is_empty() {
        return Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect());
    }
    Err(Wrong::new("a value for each key of a dict", "a key without one"))
}

fn too_few() -> Wrong {
    Wrong::new("a value on the stack", "none")
}
