//! PDF from SVG: the same vectors, with the embedded fonts, a point a point.

use std::sync::Arc;

use svg2pdf::usvg::{Options, Tree, fontdb::Database};
use svg2pdf::{ConversionOptions, PageOptions};

use crate::dashboard::font_files;

/// An SVG document as a PDF of one page.
pub(super) fn document(svg: &str) -> Result<Vec<u8>, String> {
    let mut fonts = Database::new();
    for file in font_files() {
        fonts.load_font_data(file.to_vec());
    }
    let options = Options {
        fontdb: Arc::new(fonts),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    svg2pdf::to_pdf(&tree, ConversionOptions::default(), PageOptions::default())
        .map_err(|error| error.to_string())
}
