//! The fonts of `assets/fonts`, laid out as egui lays them out: numbers keep their width, and nothing the dashboard
//! writes turns into a box.

use egui::FontFamily;
use egui::epaint::text::{FontData, FontDefinitions, FontId, Fonts, TextOptions};
use egui::{Color32, FontTweak};

/// The embedded fonts and the characters each lacks among those the dashboard writes.
const FACES: [(&str, &[u8], &str); 4] = [
    (
        "inter-400",
        include_bytes!("../assets/fonts/inter-400.otf"),
        "",
    ),
    (
        "inter-500",
        include_bytes!("../assets/fonts/inter-500.otf"),
        "",
    ),
    (
        "inter-600",
        include_bytes!("../assets/fonts/inter-600.otf"),
        "",
    ),
    (
        "jetbrains-mono-400",
        include_bytes!("../assets/fonts/jetbrains-mono-400.ttf"),
        "⁻",
    ),
];

const WRITTEN: &str = "−+±×·.,:;/%()[]<>=≤≥≈≠∞σµΩΔ→←↑↓●▼▲■…–—°²³⁻⁰¹⁴⁵⁶⁷⁸⁹√∂∑✓✗⚠▶éßÅžŁ\u{2007}";

/// egui's fonts with one face, and nothing to fall back to.
fn fonts_of(name: &str, bytes: &'static [u8]) -> (Fonts, FontFamily) {
    let family = FontFamily::Name(name.into());
    let mut definitions = FontDefinitions::empty();
    let data = FontData::from_static(bytes).tweak(FontTweak::default());
    definitions.font_data.insert(name.to_owned(), data.into());
    for family in [
        family.clone(),
        FontFamily::Proportional,
        FontFamily::Monospace,
    ] {
        definitions.families.insert(family, vec![name.to_owned()]);
    }
    (Fonts::new(TextOptions::default(), definitions), family)
}

#[test]
fn numbers_of_one_shape_have_one_width() {
    for (name, bytes, _) in FACES {
        let (mut fonts, family) = fonts_of(name, bytes);
        for size in [11.0, 12.0, 13.0, 14.0, 16.0] {
            for pixels_per_point in [1.0, 1.5, 2.0] {
                let mut width = |text: &str| {
                    let font = FontId::new(size, family.clone());
                    fonts
                        .with_pixels_per_point(pixels_per_point)
                        .layout_no_wrap(text.to_owned(), font, Color32::WHITE)
                        .intrinsic_size()
                        .x
                };
                for shape in [
                    "0",
                    "0.0000",
                    "00:00:00",
                    "0,000 / 0,000",
                    "−0.0e−00",
                    "T0T",
                    "\"0\"",
                    "0 %",
                ] {
                    let first = width(shape);
                    for digit in "123456789".chars() {
                        let text = shape.replace('0', &digit.to_string());
                        assert!(
                            (width(&text) - first).abs() < 1e-3,
                            "{name} {size} px ×{pixels_per_point}: {text:?} is not as wide as {shape:?}"
                        );
                    }
                }
                let digit = width("0");
                for char in ['−', '+', '\u{2007}'] {
                    assert!(
                        (width(&char.to_string()) - digit).abs() < 1e-3,
                        "{name} {size} px ×{pixels_per_point}: {char:?} is not as wide as a digit"
                    );
                }
            }
        }
    }
}

#[test]
fn the_fonts_have_what_the_dashboard_writes() {
    for (name, bytes, lacking) in FACES {
        let (mut fonts, family) = fonts_of(name, bytes);
        let mut fonts = fonts.with_pixels_per_point(1.0);
        let font = FontId::new(13.0, family);
        for char in WRITTEN.chars() {
            assert_eq!(
                fonts.has_glyph(&font, char),
                !lacking.contains(char),
                "{name}: {char:?}"
            );
        }
    }
}
