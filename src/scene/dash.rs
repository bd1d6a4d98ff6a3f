//! Dashes: what tells lines apart that their colours alone would.

/// How a line is cut into pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dash {
    /// Not at all.
    #[default]
    Solid,
    /// Into short strokes.
    Dashed,
    /// Into dots.
    Dotted,
    /// Into strokes and dots in turn.
    DashDot,
    /// Into long strokes.
    LongDash,
    /// Into strokes with two dots between them.
    DashDotDot,
}

impl Dash {
    /// All of them, in the order in which lines take them.
    pub const ALL: [Self; 6] = [
        Self::Solid,
        Self::Dashed,
        Self::Dotted,
        Self::DashDot,
        Self::LongDash,
        Self::DashDotDot,
    ];

    /// The lengths drawn and left out in turn, in points (logical pixels); none of a solid line. Round ends make pieces longer by
    /// a line's width, and what is between them shorter.
    #[must_use]
    pub const fn pattern(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[5.0, 6.0],
            Self::Dotted => &[0.5, 5.0],
            Self::DashDot => &[9.0, 5.5, 0.5, 5.5],
            Self::LongDash => &[18.0, 7.0],
            Self::DashDotDot => &[9.0, 5.0, 0.5, 5.0, 0.5, 5.0],
        }
    }
}
