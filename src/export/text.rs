//! Text in figures: egui's galleys to `<text>` elements that other programs can search, select and edit.
//!
//! Each row of one format is one element. Programs have other fonts, and some take neither lists of places nor `textLength`: so
//! each glyph has its place, and a text keeps its room whatever it is written in.

use std::fmt::Write as _;

use egui::epaint::TextShape;
use egui::epaint::text::{Glyph, TextFormat};
use egui::{Color32, FontFamily, Pos2};

use super::svg::{Svg, number};
use crate::dashboard::font_weight;

/// The most points that whole pixels move a glyph, half a pixel at both ends. Beyond it something else has.
const OFF_GRID: f32 = 1.0;

/// What is written in: the embedded font under its own name, then the one it was made from, then such as are about as wide,
/// then what there is.
fn families(family: &FontFamily) -> &'static str {
    if *family == FontFamily::Monospace {
        return "Emberscope Mono, JetBrains Mono, monospace";
    }
    // Each weight of the embedded font is a family of its own.
    match font_weight(family) {
        500 => "Emberscope Sans Medium, Inter, Arial, Liberation Sans, sans-serif",
        600 => "Emberscope Sans SemiBold, Inter, Arial, Liberation Sans, sans-serif",
        _ => "Emberscope Sans, Inter, Arial, Liberation Sans, sans-serif",
    }
}

/// A piece of a row in one format.
struct Piece<'a> {
    format: &'a TextFormat,
    glyphs: &'a [Glyph],
}

/// Writes a text.
pub(super) fn write(svg: &mut Svg, shape: &TextShape, pixels_per_point: f32) {
    let snap = |length: f32| (length * pixels_per_point).round() / pixels_per_point;
    let origin = Pos2::new(snap(shape.pos.x), snap(shape.pos.y));
    let is_turned = shape.angle != 0.0;
    if is_turned {
        let degrees = number(shape.angle.to_degrees());
        let (x, y) = (number(origin.x), number(origin.y));
        let _ = write!(svg.out, "<g transform=\"rotate({degrees} {x} {y})\">");
    }
    // The glyphs are the job's characters in order, but for those that end a row.
    let mut byte = 0;
    for row in &shape.galley.rows {
        for piece in pieces(shape, &row.glyphs, &mut byte) {
            let offset = origin + row.pos.to_vec2();
            write_piece(svg, shape, &piece, offset);
        }
        byte += usize::from(row.ends_with_newline);
    }
    if is_turned {
        svg.out.push_str("</g>\n");
    }
}

/// A row's glyphs by format; `byte` is where the row begins in the text, and where the next one does.
fn pieces<'a>(shape: &'a TextShape, glyphs: &'a [Glyph], byte: &mut usize) -> Vec<Piece<'a>> {
    let sections = &shape.galley.job.sections;
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    let (mut start, mut open) = (0, None);
    for (index, glyph) in glyphs.iter().enumerate() {
        let of = sections
            .iter()
            .rposition(|section| section.byte_range.start.0 <= *byte);
        *byte += glyph.chr.len_utf8();
        if open != of {
            if let Some(section) = open.and_then(|open: usize| sections.get(open)) {
                let glyphs = &glyphs[start..index];
                let format = &section.format;
                pieces.push(Piece { format, glyphs });
            }
            (start, open) = (index, of);
        }
    }
    if let Some(section) = open.and_then(|open| sections.get(open)) {
        pieces.push(Piece {
            format: &section.format,
            glyphs: &glyphs[start..],
        });
    }
    pieces
}

fn write_piece(svg: &mut Svg, shape: &TextShape, piece: &Piece<'_>, offset: Pos2) {
    let Piece { format, glyphs } = piece;
    // What is blank at the ends need not be written.
    let is_blank = |glyph: &Glyph| glyph.chr.is_whitespace();
    let Some(first) = glyphs.iter().position(|glyph| !is_blank(glyph)) else {
        return;
    };
    let end = glyphs.iter().rposition(|glyph| !is_blank(glyph));
    let glyphs = &glyphs[first..=end.unwrap_or(first)];
    let (Some(first), Some(last)) = (glyphs.first(), glyphs.last()) else {
        return;
    };
    let color = shape.override_text_color.unwrap_or(format.color);
    let color = if color == Color32::PLACEHOLDER {
        shape.fallback_color
    } else {
        color
    };
    let color = color.gamma_multiply(shape.opacity_factor);
    let at = offset + first.pos.to_vec2();
    let family = families(&format.font_id.family);
    let _ = write!(
        svg.out,
        "<text x=\"{}\" y=\"{}\" font-family=\"{family}\" font-size=\"{}\"",
        number(at.x),
        number(at.y),
        number(format.font_id.size),
    );
    let weight = font_weight(&format.font_id.family);
    if weight != 400 {
        let _ = write!(svg.out, " font-weight=\"{weight}\"");
    }
    svg.paint("fill", color);
    if format.font_id.family == FontFamily::Monospace {
        // Such fonts are about as wide as each other.
        let length = last.pos.x + last.advance_width - first.pos.x;
        if glyphs.len() > 1 && length > 0.0 {
            let _ = write!(svg.out, " textLength=\"{}\"", number(length));
        }
        svg.out.push('>');
        escape(glyphs.iter().map(|glyph| glyph.chr), &mut svg.out);
    } else {
        svg.out.push('>');
        placed(svg, glyphs, offset.x);
    }
    svg.out.push_str("</text>\n");
}

/// Writes each glyph at its place. The first is where the element is; what takes no room belongs to the glyph before it, and
/// blanks stand between, so that words are whole when they are searched or copied.
fn placed(svg: &mut Svg, glyphs: &[Glyph], left: f32) {
    let mut is_open = false;
    // On the screen glyphs stand on whole pixels, which would be uneven where the figure is magnified.
    let mut exact = glyphs.first().map_or(0.0, |glyph| glyph.pos.x);
    for (index, glyph) in glyphs.iter().enumerate() {
        let is_blank = glyph.chr.is_whitespace();
        if (exact - glyph.pos.x).abs() > OFF_GRID {
            exact = glyph.pos.x;
        }
        let begins = index > 0 && !is_blank && glyph.advance_width > 0.0;
        if is_open && (begins || is_blank) {
            svg.out.push_str("</tspan>");
            is_open = false;
        }
        if begins {
            let x = number(left + exact);
            let _ = write!(svg.out, "<tspan x=\"{x}\">");
            is_open = true;
        }
        escape(std::iter::once(glyph.chr), &mut svg.out);
        exact += glyph.advance_width;
    }
    if is_open {
        svg.out.push_str("</tspan>");
    }
}

/// Appends text as XML allows it: what it does not is a replacement character.
pub(super) fn escape(text: impl Iterator<Item = char>, out: &mut String) {
    for letter in text {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..'\u{20}' | '\u{7f}'..'\u{a0}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_replaced() {
        let mut out = String::new();
        escape("a<b> & \"c\"\u{1b}[0m\t\0é".chars(), &mut out);
        assert_eq!(out, "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}[0m \u{fffd}é");
    }
}
