//! The look's tokens: the colours that every room takes from one place.

/// A colour, 8 bits a channel, in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// The colour as channels between 0 and 1, still in sRGB.
    #[must_use]
    pub fn channels(self) -> [f32; 3] {
        [self.0, self.1, self.2].map(|channel| f32::from(channel) / 255.0)
    }

    /// This colour at `strength` (0 to 1) over `background`.
    #[must_use]
    pub fn over(self, background: Self, strength: f32) -> Self {
        let mix = |top: u8, bottom: u8| {
            let mixed = f32::from(bottom) + (f32::from(top) - f32::from(bottom)) * strength;
            // Between two bytes, so it is a byte.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let byte = mixed.round() as u8;
            byte
        };
        Self(
            mix(self.0, background.0),
            mix(self.1, background.1),
            mix(self.2, background.2),
        )
    }
}

/// How far a theme sets things apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Contrast {
    /// As the look has it: what surrounds data recedes.
    #[default]
    Usual,
    /// For eyes that need more: text of 7:1 at least, borders of 3:1.
    High,
}

/// The colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether light text stands on a dark ground.
    pub is_dark: bool,
    /// How far it sets things apart.
    pub contrast: Contrast,
    /// Behind everything.
    pub background: Rgb,
    /// A panel's ground.
    pub panel: Rgb,
    /// Fields, buttons, tooltips.
    pub raised: Rgb,
    /// Borders.
    pub line: Rgb,
    /// Grid lines.
    pub grid: Rgb,
    /// Text.
    pub text: Rgb,
    /// Secondary text, ticks.
    pub dim: Rgb,
    /// Hints only: its contrast is too low for information.
    pub faint: Rgb,
    /// Series by index; the first is ember, which elsewhere means "now".
    pub series: [Rgb; 6],
}

impl Theme {
    /// Light on dark.
    pub const DARK: Self = Self {
        is_dark: true,
        contrast: Contrast::Usual,
        background: Rgb(0x0E, 0x11, 0x16),
        panel: Rgb(0x15, 0x1A, 0x21),
        raised: Rgb(0x1C, 0x23, 0x2C),
        line: Rgb(0x27, 0x30, 0x3B),
        grid: Rgb(0x20, 0x28, 0x33),
        text: Rgb(0xE6, 0xEB, 0xF2),
        dim: Rgb(0x93, 0xA1, 0xB3),
        faint: Rgb(0x6B, 0x7A, 0x8C),
        series: [
            Rgb(0xFF, 0x8A, 0x3D),
            Rgb(0x4F, 0xB3, 0xFF),
            Rgb(0x35, 0xE0, 0xA6),
            Rgb(0xBB, 0x97, 0xD9),
            Rgb(0xF8, 0xE0, 0x58),
            Rgb(0xFF, 0x63, 0x89),
        ],
    };

    /// Dark on light.
    pub const LIGHT: Self = Self {
        is_dark: false,
        contrast: Contrast::Usual,
        background: Rgb(0xF4, 0xF5, 0xF7),
        panel: Rgb(0xFF, 0xFF, 0xFF),
        raised: Rgb(0xEE, 0xF0, 0xF3),
        line: Rgb(0xD9, 0xDE, 0xE5),
        grid: Rgb(0xE8, 0xEB, 0xEF),
        text: Rgb(0x16, 0x1B, 0x22),
        dim: Rgb(0x55, 0x61, 0x6F),
        faint: Rgb(0x6B, 0x77, 0x85),
        series: [
            Rgb(0xB5, 0x47, 0x08),
            Rgb(0x0A, 0x69, 0xB5),
            Rgb(0x14, 0x63, 0x52),
            Rgb(0x7E, 0x2D, 0xE3),
            Rgb(0x68, 0x48, 0x00),
            Rgb(0x9F, 0x3B, 0x78),
        ],
    };

    /// White on black.
    pub const HIGH_CONTRAST: Self = Self {
        is_dark: true,
        contrast: Contrast::High,
        background: Rgb(0x00, 0x00, 0x00),
        panel: Rgb(0x06, 0x06, 0x06),
        raised: Rgb(0x14, 0x14, 0x14),
        line: Rgb(0x8A, 0x8F, 0x98),
        grid: Rgb(0x3E, 0x42, 0x48),
        text: Rgb(0xFF, 0xFF, 0xFF),
        dim: Rgb(0xCF, 0xD5, 0xDE),
        faint: Rgb(0xA4, 0xAB, 0xB5),
        series: [
            Rgb(0xFD, 0x9A, 0x51),
            Rgb(0x5C, 0xBF, 0xFB),
            Rgb(0x35, 0xE0, 0xA6),
            Rgb(0xC1, 0x97, 0xD0),
            Rgb(0xFE, 0xEF, 0x71),
            Rgb(0xFF, 0x7A, 0x83),
        ],
    };

    /// Black on white.
    pub const HIGH_CONTRAST_LIGHT: Self = Self {
        is_dark: false,
        contrast: Contrast::High,
        background: Rgb(0xF7, 0xF7, 0xF7),
        panel: Rgb(0xFF, 0xFF, 0xFF),
        raised: Rgb(0xF0, 0xF0, 0xF0),
        line: Rgb(0x6A, 0x70, 0x78),
        grid: Rgb(0xCE, 0xD2, 0xD7),
        text: Rgb(0x00, 0x00, 0x00),
        dim: Rgb(0x2C, 0x34, 0x3D),
        faint: Rgb(0x4C, 0x55, 0x60),
        series: [
            Rgb(0x7F, 0x36, 0x00),
            Rgb(0x04, 0x43, 0x8F),
            Rgb(0x0C, 0x4A, 0x3C),
            Rgb(0x5A, 0x12, 0xB0),
            Rgb(0x4A, 0x33, 0x00),
            Rgb(0x65, 0x2E, 0x63),
        ],
    };

    /// The theme of a ground and a contrast.
    #[must_use]
    pub const fn of(is_dark: bool, contrast: Contrast) -> Self {
        match (is_dark, contrast) {
            (true, Contrast::Usual) => Self::DARK,
            (false, Contrast::Usual) => Self::LIGHT,
            (true, Contrast::High) => Self::HIGH_CONTRAST,
            (false, Contrast::High) => Self::HIGH_CONTRAST_LIGHT,
        }
    }

    /// Light on dark for dark on light, and the other way round.
    #[must_use]
    pub const fn other_ground(&self) -> Self {
        Self::of(!self.is_dark, self.contrast)
    }

    /// High contrast for the usual one, and the other way round.
    #[must_use]
    pub const fn other_contrast(&self) -> Self {
        let contrast = match self.contrast {
            Contrast::Usual => Contrast::High,
            Contrast::High => Contrast::Usual,
        };
        Self::of(self.is_dark, contrast)
    }

    /// How wide the ring is around what was chosen by key, in points.
    #[must_use]
    pub const fn ring_width(&self) -> f32 {
        match self.contrast {
            Contrast::Usual => 1.5,
            Contrast::High => 3.0,
        }
    }

    /// Black on white, for figures on paper: the series' colours are those of [`Theme::LIGHT`].
    pub const PRINT: Self = Self {
        is_dark: false,
        contrast: Contrast::Usual,
        background: Rgb(0xFF, 0xFF, 0xFF),
        panel: Rgb(0xFF, 0xFF, 0xFF),
        raised: Rgb(0xF2, 0xF2, 0xF2),
        line: Rgb(0xC8, 0xC8, 0xC8),
        grid: Rgb(0xE6, 0xE6, 0xE6),
        text: Rgb(0x00, 0x00, 0x00),
        dim: Rgb(0x40, 0x40, 0x40),
        faint: Rgb(0x6B, 0x6B, 0x6B),
        series: Self::LIGHT.series,
    };

    /// What marks the live run, progress, the primary action and marks made from the window.
    #[must_use]
    pub const fn ember(&self) -> Rgb {
        self.series[0]
    }

    /// A series' colour; indices beyond the palette start again.
    #[must_use]
    pub const fn series_color(&self, index: usize) -> Rgb {
        self.series[index % self.series.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Theme; 5] = [
        Theme::DARK,
        Theme::LIGHT,
        Theme::HIGH_CONTRAST,
        Theme::HIGH_CONTRAST_LIGHT,
        Theme::PRINT,
    ];

    /// WCAG 2.2 contrast ratio.
    fn contrast(a: Rgb, b: Rgb) -> f32 {
        let luminance = |color: Rgb| {
            let [r, g, b] = color.channels().map(|c| {
                if c <= 0.04045 {
                    c / 12.92
                } else {
                    ((c + 0.055) / 1.055).powf(2.4)
                }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn whatever_carries_information_can_be_read() {
        for theme in ALL {
            for ground in [theme.background, theme.panel, theme.raised] {
                for color in theme.series.into_iter().chain([theme.text, theme.dim]) {
                    let ratio = contrast(color, ground);
                    assert!(ratio >= 4.5, "{color:?} on {ground:?}: {ratio:.2}");
                }
                assert!(contrast(theme.faint, ground) >= 3.6);
            }
        }
    }

    #[test]
    fn high_contrast_is_higher() {
        for theme in [Theme::HIGH_CONTRAST, Theme::HIGH_CONTRAST_LIGHT] {
            for ground in [theme.background, theme.panel, theme.raised] {
                assert!(contrast(theme.text, ground) >= 10.0);
                assert!(contrast(theme.line, ground) >= 3.0);
                for color in theme.series.into_iter().chain([theme.dim]) {
                    let ratio = contrast(color, ground);
                    assert!(ratio >= 7.0, "{color:?} on {ground:?}: {ratio:.2}");
                }
            }
        }
    }

    #[test]
    fn ground_and_contrast_are_chosen_apart() {
        for theme in ALL.into_iter().filter(|theme| *theme != Theme::PRINT) {
            assert_eq!(theme.other_ground().other_ground(), theme);
            assert_eq!(theme.other_contrast().other_contrast(), theme);
            assert_eq!(theme.other_ground().contrast, theme.contrast);
            assert_eq!(theme.other_contrast().is_dark, theme.is_dark);
        }
    }

    type Matrix = [[f64; 3]; 3];

    /// What a colour becomes for eyes without long, medium or short cones, in linear RGB. Machado, Oliveira and Fernandes,
    /// "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.
    const DEFICIENCIES: [(&str, Matrix); 3] = [
        (
            "protan",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deutan",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "tritan",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    /// Linear sRGB to cone responses, and those, as cube roots, to OKLab: <https://bottosson.github.io/posts/oklab/>.
    const CONES: Matrix = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ];
    const OKLAB: Matrix = [
        [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
    ];

    fn times(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
    }

    /// A colour in OKLab as eyes with a deficiency see it.
    fn seen(color: Rgb, deficiency: &Matrix) -> [f64; 3] {
        let linear = color.channels().map(|channel| {
            let c = f64::from(channel);
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        let shown = times(deficiency, linear).map(|channel| channel.clamp(0.0, 1.0));
        times(&OKLAB, times(&CONES, shown).map(f64::cbrt))
    }

    fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f64>()
            .sqrt()
    }

    /// About 0.02 is what can just be seen. Ember and blue, train and valid, which share most panels, are far apart for
    /// everyone.
    #[test]
    fn series_stay_apart_for_the_three_common_colour_deficiencies() {
        for theme in ALL {
            for (name, deficiency) in &DEFICIENCIES {
                let seen = theme.series.map(|color| seen(color, deficiency));
                for (index, first) in seen.iter().enumerate() {
                    for (other, second) in seen.iter().enumerate().skip(index + 1) {
                        let least = if (index, other) == (0, 1) { 0.2 } else { 0.05 };
                        let apart = distance(*first, *second);
                        let (is_dark, contrast) = (theme.is_dark, theme.contrast);
                        assert!(
                            apart >= least,
                            "{name}, dark {is_dark}, {contrast:?}: {index} and {other} are {apart:.4} apart"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn over_goes_from_the_ground_to_the_colour() {
        let (a, b) = (Rgb(255, 0, 100), Rgb(0, 255, 100));
        assert_eq!(a.over(b, 0.0), b);
        assert_eq!(a.over(b, 1.0), a);
        assert_eq!(a.over(b, 0.5), Rgb(128, 128, 100));
    }
}
