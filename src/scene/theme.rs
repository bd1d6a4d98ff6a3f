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

/// The colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether light text stands on a dark ground.
    pub is_dark: bool,
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
            Rgb(0x5F, 0xD3, 0xA5),
            Rgb(0xC7, 0x9B, 0xFF),
            Rgb(0xF2, 0xD2, 0x4B),
            Rgb(0xFF, 0x7F, 0xA8),
        ],
    };

    /// Dark on light.
    pub const LIGHT: Self = Self {
        is_dark: false,
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
            Rgb(0x0F, 0x75, 0x53),
            Rgb(0x7A, 0x45, 0xC9),
            Rgb(0x7F, 0x64, 0x00),
            Rgb(0xB5, 0x2F, 0x61),
        ],
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
        for theme in [Theme::DARK, Theme::LIGHT] {
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
    fn over_goes_from_the_ground_to_the_colour() {
        let (a, b) = (Rgb(255, 0, 100), Rgb(0, 255, 100));
        assert_eq!(a.over(b, 0.0), b);
        assert_eq!(a.over(b, 1.0), a);
        assert_eq!(a.over(b, 0.5), Rgb(128, 128, 100));
    }
}
