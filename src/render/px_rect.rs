//! Rectangles of whole physical pixels: what is copied, cleared and clipped.

/// From the left and top edges up to, and without, the right and bottom ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct PxRect {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) right: u32,
    pub(super) bottom: u32,
}

impl PxRect {
    pub(super) const fn of_size([width, height]: [u32; 2]) -> Self {
        Self {
            left: 0,
            top: 0,
            right: width,
            bottom: height,
        }
    }

    /// The pixels that `[left, top, right, bottom]`, in pixels, touches, within `size`.
    pub(super) fn around([left, top, right, bottom]: [f32; 4], size: [u32; 2]) -> Self {
        // A cast from a float saturates, and NaN becomes 0.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = |edge: f32, limit: u32| (edge as u32).min(limit);
        let rect = Self {
            left: whole(left.floor(), size[0]),
            top: whole(top.floor(), size[1]),
            right: whole(right.ceil(), size[0]),
            bottom: whole(bottom.ceil(), size[1]),
        };
        if rect.left < rect.right && rect.top < rect.bottom {
            rect
        } else {
            Self::default()
        }
    }

    pub(super) const fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    pub(super) const fn width(self) -> u32 {
        self.right - self.left
    }

    pub(super) const fn height(self) -> u32 {
        self.bottom - self.top
    }

    pub(super) const fn area(self) -> u64 {
        self.width() as u64 * self.height() as u64
    }

    /// What both cover; empty where they do not meet.
    pub(super) fn intersect(self, other: Self) -> Self {
        let both = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        if both.is_empty() {
            Self::default()
        } else {
            both
        }
    }

    /// The least rectangle around both.
    pub(super) fn around_both(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub(super) const fn contains(self, other: Self) -> bool {
        other.is_empty()
            || (self.left <= other.left
                && self.top <= other.top
                && self.right >= other.right
                && self.bottom >= other.bottom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_round_outwards_and_stay_inside() {
        let rect = PxRect::around([1.2, -3.0, 4.01, 99.0], [10, 20]);
        assert_eq!(
            rect,
            PxRect {
                left: 1,
                top: 0,
                right: 5,
                bottom: 20
            }
        );
        assert_eq!(rect.area(), 80);
        assert!(PxRect::around([5.0, 5.0, 5.0, 9.0], [10, 20]).is_empty());
        assert!(PxRect::around([f32::NAN, 0.0, f32::NAN, 9.0], [10, 20]).is_empty());
        assert!(PxRect::around([30.0, 0.0, 40.0, 9.0], [10, 20]).is_empty());
    }

    #[test]
    fn meeting_and_containing() {
        let all = PxRect::of_size([10, 10]);
        let part = PxRect::around([2.0, 2.0, 4.0, 4.0], [10, 10]);
        let beside = PxRect::around([4.0, 2.0, 6.0, 4.0], [10, 10]);
        assert!(all.contains(part) && !part.contains(all));
        assert!(!all.intersect(part).is_empty() && part.intersect(beside).is_empty());
        assert!(
            part.around_both(beside).contains(part) && part.around_both(beside).contains(beside)
        );
        assert_eq!(part.around_both(PxRect::default()), part);
        assert_eq!(all.intersect(beside), beside);
        assert!(part.contains(PxRect::default()));
    }
}
