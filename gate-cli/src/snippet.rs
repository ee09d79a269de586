//! A message for people, with the line it is about.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet, Title};
use gate_core::render::Colour;

use crate::input::Source;
use crate::locate::position_of;

/// Bytes that are shown on each side of the place; a snapshot may be one line of 60 MB.
const AROUND: usize = 60;

/// What is said, beside the place.
pub(crate) struct Remark<'a> {
    /// Error or warning.
    pub(crate) level: Level<'static>,
    /// The stable code.
    pub(crate) code: &'a str,
    /// One line.
    pub(crate) text: &'a str,
    /// What to do about it.
    pub(crate) action: &'a str,
}

impl Remark<'_> {
    /// The remark with its place in a source, as far as these are known. Ends with a newline.
    pub(crate) fn render(
        &self,
        source: Option<&Source>,
        place: Option<Range<usize>>,
        colour: Colour,
    ) -> String {
        let renderer = match colour {
            Colour::On => Renderer::styled(),
            Colour::Off => Renderer::plain(),
        };
        let mut text = match (source, place) {
            (Some(source), Some(place)) => self.in_line(source, place, &renderer),
            (Some(source), None) => {
                let origin = Origin::path(in_one_line(&source.name));
                renderer.render(&[self.title().element(origin).element(self.help())])
            }
            (None, _) => {
                let help = Level::HELP.secondary_title(self.action);
                let help = renderer.render(&[Group::with_title(help)]);
                renderer.render(&[Group::with_title(self.title())]) + "\n" + &help
            }
        };
        text.push('\n');
        text
    }

    fn title(&self) -> Title<'_> {
        self.level.clone().primary_title(in_one_line(self.text)).id(self.code)
    }

    fn help(&self) -> Message<'_> {
        Level::HELP.message(self.action)
    }

    fn in_line(&self, source: &Source, place: Range<usize>, renderer: &Renderer) -> String {
        let at = position_of(&source.bytes, place.start);
        let excerpt = Excerpt::new(&source.bytes, place);
        let shown_column = excerpt.text.get(..excerpt.marked.start).unwrap_or("").chars().count() + 1;
        let name = in_one_line(&source.name);
        let line = Snippet::source(excerpt.text)
            .path(&*name)
            .line_start(at.line)
            .annotation(AnnotationKind::Primary.span(excerpt.marked));
        let text = renderer.render(&[self.title().element(line).element(self.help())]);
        // The renderer counts characters of the excerpt; the place counts bytes of the whole line.
        let shown = format!("{name}:{}:{shown_column}", at.line);
        text.replacen(&shown, &format!("{name}:{}:{}", at.line, at.column), 1)
    }
}

/// The text with its line ends written out: a file name could otherwise put a line of its own on stderr.
fn in_one_line(text: &str) -> Cow<'_, str> {
    if text.contains(['\n', '\r']) {
        Cow::Owned(text.replace('\n', "\\n").replace('\r', "\\r"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The part of a line around a place.
struct Excerpt {
    text: String,
    marked: Range<usize>,
}

impl Excerpt {
    fn new(bytes: &[u8], place: Range<usize>) -> Self {
        let (before, rest) = bytes.split_at(place.start.min(bytes.len()));
        let (marked, after) = rest.split_at(place.len().min(rest.len()));
        let mut text = last_of_line(before);
        let start = text.len();
        // Bytes that are not UTF-8 are shown too: an error may be about them.
        text.push_str(String::from_utf8_lossy(marked).trim_end_matches(['\n', '\r']));
        let end = text.len();
        text.push_str(&first_of_line(after));
        Self { text, marked: start..end }
    }
}

fn last_of_line(bytes: &[u8]) -> String {
    let line = bytes.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(cut) = line.len().checked_sub(AROUND).filter(|cut| *cut > 0) else {
        return String::from_utf8_lossy(line).into_owned();
    };
    let shown = line.get(cut..).unwrap_or_default();
    let partial = shown.iter().take_while(|byte| is_continuation(**byte)).count();
    let shown = shown.get(partial..).unwrap_or_default();
    format!("…{}", String::from_utf8_lossy(shown))
}

fn first_of_line(bytes: &[u8]) -> String {
    let near = bytes.get(..=AROUND).unwrap_or(bytes);
    let line = near.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.len() <= AROUND {
        return String::from_utf8_lossy(line).trim_end_matches('\r').to_owned();
    }
    let end = line.iter().rposition(|byte| !is_continuation(*byte)).unwrap_or(0);
    let shown = line.get(..end).unwrap_or_default();
    format!("{}…", String::from_utf8_lossy(shown))
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}
