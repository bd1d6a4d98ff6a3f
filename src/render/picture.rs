//! Pixels that were drawn, as a file.
//!
//! In: rows of RGBA bytes. Out: a PNG, written whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::whole_file;

/// A picture in sRGB, opaque.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `[height, width, 4]` bytes: red, green, blue, and 255.
    pub rgba: Vec<u8>,
}

/// Why a picture was not written or read; each names the file.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The file could not be written.
    #[error("cannot write the picture {}: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bytes are not those of a picture of that size.
    #[error("cannot encode the picture {}: {source}", .path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// What the encoder said.
        source: png::EncodingError,
    },
    /// The file could not be read as a PNG of 8-bit RGBA or RGB.
    #[error("cannot read the picture {}: {why}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl Picture {
    /// The pixel at column `x` of row `y`.
    ///
    /// # Panics
    ///
    /// When it is outside.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 4] {
        let at = (y as usize * self.width as usize + x as usize) * 4;
        let bytes = &self.rgba[at..at + 4];
        [bytes[0], bytes[1], bytes[2], bytes[3]]
    }

    /// Writes it as a PNG; what was there before is replaced only by a complete file.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save_png(&self, path: impl AsRef<Path>) -> Result<(), PictureError> {
        let path = path.as_ref();
        let failed = |source| PictureError::Write {
            path: path.to_owned(),
            source,
        };
        // An error of the encoder's own comes out beside the system's, which alone `replace` knows.
        let mut encoding = None;
        let replaced = whole_file::replace(path, |file| {
            self.encode(file).map_err(|error| match error {
                png::EncodingError::IoError(source) => source,
                error => {
                    encoding = Some(error);
                    io::ErrorKind::InvalidData.into()
                }
            })
        });
        match encoding {
            Some(source) => Err(PictureError::Encode {
                path: path.to_owned(),
                source,
            }),
            None => replaced.map_err(failed),
        }
    }

    fn encode(&self, file: &mut BufWriter<File>) -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgba)?;
        writer.finish()
    }

    /// Reads a PNG.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is not 8-bit RGB or RGBA.
    pub fn load_png(path: impl AsRef<Path>) -> Result<Self, PictureError> {
        let path = path.as_ref();
        let failed = |why: String| PictureError::Read {
            path: path.to_owned(),
            why,
        };
        let file = File::open(path).map_err(|error| failed(error.to_string()))?;
        let mut reader = png::Decoder::new(io::BufReader::new(file))
            .read_info()
            .map_err(|error| failed(error.to_string()))?;
        let size = reader
            .output_buffer_size()
            .ok_or_else(|| failed("it is too large".to_owned()))?;
        let mut bytes = vec![0; size];
        let info = reader
            .next_frame(&mut bytes)
            .map_err(|error| failed(error.to_string()))?;
        bytes.truncate(info.buffer_size());
        let rgba = match (info.color_type, info.bit_depth) {
            (png::ColorType::Rgba, png::BitDepth::Eight) => bytes,
            (png::ColorType::Rgb, png::BitDepth::Eight) => bytes
                .chunks_exact(3)
                .flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 255])
                .collect(),
            (color, depth) => return Err(failed(format!("it is {color:?} at {depth:?} bits"))),
        };
        Ok(Self {
            width: info.width,
            height: info.height,
            rgba,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Picture {
        Picture {
            width: 3,
            height: 2,
            rgba: (0..24_u8)
                .map(|i| if i % 4 == 3 { 255 } else { i * 7 })
                .collect(),
        }
    }

    #[test]
    fn what_is_saved_can_be_loaded_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.png");
        sample().save_png(&path).unwrap();
        sample().save_png(&path).unwrap();
        assert_eq!(Picture::load_png(&path).unwrap(), sample());
        assert_eq!(sample().pixel(1, 1), [112, 119, 126, 255]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("picture.png");
        let error = sample().save_png(&path).unwrap_err().to_string();
        assert!(error.contains("picture.png"), "{error}");
        let error = Picture::load_png(&path).unwrap_err().to_string();
        assert!(error.contains("picture.png"), "{error}");
        // A picture that lacks bytes is not written, and the old one stays.
        let path = folder.path().join("kept.png");
        sample().save_png(&path).unwrap();
        let mut short = sample();
        short.rgba.truncate(5);
        assert!(short.save_png(&path).is_err());
        assert_eq!(Picture::load_png(&path).unwrap(), sample());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
