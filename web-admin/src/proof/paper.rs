//! Sheets of paper: text, rules and tables set on A4 pages, written as PDF/A-3 (ISO 19005-3, level B).
//!
//! The same content gives the same bytes: nothing here asks for the time or for chance.

use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// A4 in points of 1/72 inch.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
/// Left and right.
const MARGIN: f32 = 48.0;
const TOP: f32 = 52.0;
/// Nothing of the text goes below: the foot has the page's number.
const BOTTOM: f32 = HEIGHT - 60.0;
/// From one line of a paragraph to the next, as a factor of its size.
const LEADING: f32 = 1.4;
/// Height of a row of a table.
const ROW: f32 = 15.5;
const CELL_PT: f32 = 8.6;

const REGULAR: &[u8] = include_bytes!("../../fonts/noto-sans-regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../../fonts/noto-sans-semibold.ttf");

/// Why a sheet could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// A font or the page's size is not what it was when this was built.
    #[error("the paper's own parts are damaged: {0}")]
    Parts(&'static str),
    /// The library refuses what was set.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

/// How dark a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    Grey,
    Accent,
}

impl Ink {
    fn fill(self) -> Fill {
        let color = match self {
            Self::Black => rgb::Color::new(24, 28, 32),
            Self::Grey => rgb::Color::new(96, 104, 112),
            Self::Accent => rgb::Color::new(0, 92, 92),
        };
        Fill { paint: color.into(), ..Fill::default() }
    }
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub size_pt: f32,
    pub is_bold: bool,
    pub ink: Ink,
}

impl Style {
    pub(super) const fn plain(size_pt: f32) -> Self {
        Self { size_pt, is_bold: false, ink: Ink::Black }
    }

    pub(super) const fn bold(self) -> Self {
        Self { is_bold: true, ..self }
    }

    pub(super) const fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
}

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'a> {
    pub name: &'a str,
    /// Its part of the width, beside the others' parts.
    pub share: f32,
    /// Numbers stand at the right.
    pub is_number: bool,
}

/// A file that travels inside the document.
pub(super) struct Attachment<'a> {
    pub name: &'a str,
    pub mime: &'a str,
    pub about: &'a str,
    pub bytes: Vec<u8>,
}

/// What the document says of itself.
pub(super) struct About<'a> {
    pub title: &'a str,
    pub subject: &'a str,
    pub author: &'a str,
    /// When it was drawn up, in UTC.
    pub at: jiff::Timestamp,
}

enum Mark {
    Text { x: f32, y: f32, style: Style, text: String },
    Line { y: f32, is_strong: bool },
}

/// A face with its widths.
struct Face {
    font: Font,
    widths: FontRef<'static>,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Result<Self, PaperError> {
        let font = Font::new(bytes.to_vec().into(), 0).ok_or(PaperError::Parts("a font"))?;
        let widths = FontRef::new(bytes).map_err(|_| PaperError::Parts("a font's tables"))?;
        Ok(Self { font, widths })
    }

    /// The glyphs of a text with their advances in parts of the size. What the font does not have stands as its sign for that.
    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let (map, metrics) = (self.widths.charmap(), self.widths.glyph_metrics(Size::new(1.0), LocationRef::default()));
        let missing = map.map('\u{FFFD}').unwrap_or_default();
        let glyph = |(at, c): (usize, char)| {
            let id = map.map(c).unwrap_or(missing);
            let advance = metrics.advance_width(id).unwrap_or_default();
            KrillaGlyph::new(GlyphId::new(id.to_u32()), advance, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None)
        };
        text.char_indices().map(glyph).collect()
    }

    fn width(&self, text: &str, size_pt: f32) -> f32 {
        self.glyphs(text).iter().map(|g| g.x_advance * size_pt).sum()
    }
}

/// Pages as they fill.
pub(super) struct Paper {
    regular: Face,
    semibold: Face,
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Paper {
    pub(super) fn new() -> Result<Self, PaperError> {
        Ok(Self { regular: Face::new(REGULAR)?, semibold: Face::new(SEMIBOLD)?, pages: vec![Vec::new()], y: TOP })
    }

    fn face(&self, style: Style) -> &Face {
        if style.is_bold { &self.semibold } else { &self.regular }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Begins a page unless `height` more points fit on this one.
    fn room(&mut self, height: f32) -> bool {
        let is_new = self.y + height > BOTTOM;
        if is_new {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
        is_new
    }

    /// Leaves a gap.
    pub(super) fn gap(&mut self, points: f32) {
        self.y += points;
    }

    /// A paragraph over the whole width, broken between words.
    pub(super) fn paragraph(&mut self, text: &str, style: Style) {
        let mut line = String::new();
        for word in text.split(' ') {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if !line.is_empty() && self.face(style).width(&longer, style.size_pt) > WIDTH - 2.0 * MARGIN {
                self.line(&line, style);
                word.clone_into(&mut line);
            } else {
                line = longer;
            }
        }
        self.line(&line, style);
    }

    /// One line as it is, cut where the paper ends.
    pub(super) fn line_of(&mut self, text: &str, style: Style) {
        let text = self.shortened(text, style, WIDTH - 2.0 * MARGIN);
        self.line(&text, style);
    }

    /// A line that stays with what follows it.
    pub(super) fn heading(&mut self, text: &str, style: Style) {
        self.room(style.size_pt * LEADING + 4.0 * ROW);
        self.line_of(text, style);
    }

    fn line(&mut self, text: &str, style: Style) {
        let height = style.size_pt * LEADING;
        self.room(height);
        self.y += height;
        self.mark(Mark::Text { x: MARGIN, y: self.y, style, text: text.to_owned() });
    }

    /// A table with its head, which stands again on each new page; `sum` is a last row set apart.
    pub(super) fn table(&mut self, columns: &[Column<'_>], rows: &[Vec<String>], sum: Option<&[String]>) {
        let names: Vec<String> = columns.iter().map(|c| c.name.to_owned()).collect();
        let head = Style::plain(7.6).bold().ink(Ink::Grey);
        // Never a head alone at the foot of a page.
        self.room(3.0 * ROW);
        self.row(columns, &names, head);
        self.mark(Mark::Line { y: self.y + 4.0, is_strong: true });
        for row in rows {
            if self.room(ROW) {
                self.row(columns, &names, head);
                self.mark(Mark::Line { y: self.y + 4.0, is_strong: true });
            }
            self.row(columns, row, Style::plain(CELL_PT));
            self.mark(Mark::Line { y: self.y + 4.0, is_strong: false });
        }
        if let Some(sum) = sum {
            self.room(ROW);
            self.row(columns, sum, Style::plain(CELL_PT).bold());
        }
        self.y += 6.0;
    }

    fn row(&mut self, columns: &[Column<'_>], cells: &[String], style: Style) {
        self.y += ROW;
        let whole: f32 = columns.iter().map(|c| c.share).sum();
        let unit = (WIDTH - 2.0 * MARGIN) / whole;
        let mut left = MARGIN;
        for (column, cell) in columns.iter().zip(cells) {
            let width = column.share * unit;
            let text = self.shortened(cell, style, width - 6.0);
            let indent =
                if column.is_number { width - 4.0 - self.face(style).width(&text, style.size_pt) } else { 0.0 };
            self.mark(Mark::Text { x: left + indent, y: self.y, style, text });
            left += width;
        }
    }

    /// A cell's text, cut with `…` where it is wider than its column.
    fn shortened(&self, text: &str, style: Style, width: f32) -> String {
        let face = self.face(style);
        if face.width(text, style.size_pt) <= width {
            return text.to_owned();
        }
        let mut kept: String = text.to_owned();
        while kept.pop().is_some() {
            let shown = format!("{}…", kept.trim_end());
            if face.width(&shown, style.size_pt) <= width {
                return shown;
            }
        }
        String::new()
    }

    /// The document: every page with `foot` and its number, the attachment inside.
    pub(super) fn write(
        mut self,
        about: &About<'_>,
        foot: &str,
        attachment: Attachment<'_>,
    ) -> Result<Vec<u8>, PaperError> {
        let total = self.pages.len();
        let style = Style::plain(7.6).ink(Ink::Grey);
        for n in 0..total {
            let number = format!("page {} / {total}", n + 1);
            let x = WIDTH - MARGIN - self.regular.width(&number, style.size_pt);
            let y = HEIGHT - 34.0;
            self.pages[n].push(Mark::Text { x: MARGIN, y, style, text: foot.to_owned() });
            self.pages[n].push(Mark::Text { x, y, style, text: number });
        }
        let invalid = |_| PaperError::Parts("the kind of document");
        let configuration =
            ConfigurationBuilder::new().with_archival_validator(Archival::A3_B).finish().map_err(invalid)?;
        let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        for page in &self.pages {
            self.draw(page, &mut document)?;
        }
        let at = date_time(about.at);
        document.embed_file(EmbeddedFile {
            path: attachment.name.to_owned(),
            mime_type: MimeType::new(attachment.mime),
            description: Some(attachment.about.to_owned()),
            association_kind: AssociationKind::Data,
            data: attachment.bytes.into(),
            modification_date: Some(at),
            compress: Some(true),
            location: None,
        });
        let metadata = Metadata::new()
            .title(about.title.to_owned())
            .description(about.subject.to_owned())
            .authors(vec![about.author.to_owned()])
            .creator("Mikado".to_owned())
            .language("fr".to_owned())
            .creation_date(at);
        document.set_metadata(metadata);
        document.finish().map_err(|e| PaperError::Pdf(format!("{e:?}")))
    }

    fn draw(&self, marks: &[Mark], document: &mut Document) -> Result<(), PaperError> {
        let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or(PaperError::Parts("the page's size"))?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        for mark in marks {
            match mark {
                Mark::Text { x, y, style, text } => {
                    let face = self.face(*style);
                    surface.set_fill(Some(style.ink.fill()));
                    let glyphs = face.glyphs(text);
                    surface.draw_glyphs(Point::from_xy(*x, *y), &glyphs, face.font.clone(), text, style.size_pt, false);
                }
                Mark::Line { y, is_strong } => {
                    let (thick, ink) = if *is_strong { (0.9, Ink::Accent) } else { (0.3, Ink::Grey) };
                    let mut path = PathBuilder::new();
                    let bar = Rect::from_xywh(MARGIN, *y, WIDTH - 2.0 * MARGIN, thick);
                    path.push_rect(bar.ok_or(PaperError::Parts("a line"))?);
                    surface.set_fill(Some(ink.fill()));
                    if let Some(path) = path.finish() {
                        surface.draw_path(&path);
                    }
                }
            }
        }
        surface.finish();
        page.finish();
        Ok(())
    }
}

fn date_time(at: jiff::Timestamp) -> DateTime {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |n: i8| n.unsigned_abs();
    DateTime::new(at.year().unsigned_abs())
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_station_s_languages_are_all_in_the_fonts() {
        for bytes in [REGULAR, SEMIBOLD] {
            let face = Face::new(bytes).unwrap();
            let text = "àâçéèêëîïôùûüœæ ÉÀÇŒ ɛƐ ɔƆ ɲƝ ŋŊ ɓƁ ɗƊ ƴƳ šŠ žŽ ãẽõ «»’–—… − ° n°";
            for c in text.chars() {
                assert!(face.widths.charmap().map(c).is_some(), "{c} is not in the font");
            }
        }
    }

    #[test]
    fn a_cell_is_cut_where_its_column_ends() {
        let paper = Paper::new().unwrap();
        let style = Style::plain(9.0);
        assert_eq!(paper.shortened("Gao", style, 60.0), "Gao");
        let cut = paper.shortened("Un enfant n’est pas un soldat", style, 60.0);
        assert!(cut.ends_with('…') && paper.regular.width(&cut, 9.0) <= 60.0, "{cut}");
        assert_eq!(paper.shortened("Gao", style, 1.0), "");
    }
}
