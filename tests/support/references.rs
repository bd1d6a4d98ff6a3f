//! Reference pictures.
//!
//! Every picture is drawn on the software adapter, the same on every machine up to rounding. A pixel differs when one of
//! its channels differs by more than [`CHANNEL_TOLERANCE`]; a picture differs when more than [`PIXEL_TOLERANCE`] of its
//! pixels do. `EMBERSCOPE_BLESS=1` writes the references in `tests/pictures/`; where a picture differs, what was drawn and
//! where it differs is put under `target/pictures/`.

use std::path::{Path, PathBuf};

use emberscope::render::{Gpu, Picture};

/// How far a channel may be off: the rounding of another processor, and one grade of anti-aliasing.
const CHANNEL_TOLERANCE: u8 = 10;
/// The share of pixels that may be off by more.
const PIXEL_TOLERANCE: f64 = 0.001;

/// The software adapter.
pub(crate) fn gpu() -> Gpu {
    Gpu::software().unwrap_or_else(|error| {
        panic!("pictures are drawn on the software adapter (Debian, Ubuntu: mesa-vulkan-drivers): {error}")
    })
}

/// How much two pictures differ: the share of pixels that are off, and where they are.
fn difference(a: &Picture, b: &Picture) -> (f64, Picture) {
    let mut off = 0_u32;
    let mut map = Vec::with_capacity(a.rgba.len());
    for (a, b) in a.rgba.chunks_exact(4).zip(b.rgba.chunks_exact(4)) {
        let most = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max();
        let most = most.unwrap_or(0);
        let is_off = most > CHANNEL_TOLERANCE;
        off += u32::from(is_off);
        map.extend([most, if is_off { 0 } else { most }, 0, 255]);
    }
    let map = Picture {
        width: a.width,
        height: a.height,
        rgba: map,
    };
    (f64::from(off) / f64::from(a.width * a.height), map)
}

/// Compares a picture with the reference of that name.
pub(crate) fn check(name: &str, actual: &Picture) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let reference: PathBuf = root.join("tests/pictures").join(format!("{name}.png"));
    if std::env::var_os("EMBERSCOPE_BLESS").is_some_and(|value| value == "1") {
        actual
            .save_png(&reference)
            .expect("the reference can be written");
        return;
    }
    let put = |what: &str, picture: &Picture| {
        let folder = root.join("target/pictures");
        std::fs::create_dir_all(&folder).expect("target/ can be written");
        let path = folder.join(format!("{name}.{what}.png"));
        picture.save_png(&path).expect("target/ can be written");
        path
    };
    let expected = match Picture::load_png(&reference) {
        Ok(expected) => expected,
        Err(error) => {
            let path = put("actual", actual);
            panic!(
                "{error}; drawn: {}; EMBERSCOPE_BLESS=1 makes it the reference",
                path.display()
            );
        }
    };
    assert_eq!(
        [actual.width, actual.height],
        [expected.width, expected.height],
        "{name}"
    );
    let (off, map) = difference(actual, &expected);
    if off > PIXEL_TOLERANCE {
        let (drawn, map) = (put("actual", actual), put("difference", &map));
        panic!(
            "{name}: {:.2} % of the pixels differ; drawn: {}; where: {}",
            off * 100.0,
            drawn.display(),
            map.display()
        );
    }
}
