//! What a filling is worth: the one figure by which fillings, the naive one and the bound are compared.

/// Worth of a campaign's day at a site, in tenths of the least urgent campaign's airing.
///
/// Concave in the number of airings, so that a loss is shared before it takes any campaign below its floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// 1, served first, to 5; what lies outside counts as the nearer end.
    pub priority: u8,
    /// Airings that the day asks for.
    pub wanted: u32,
}

impl Worth {
    /// Percent of a campaign's airings that are kept before any other campaign has more (R-CAMP-08).
    pub const FLOOR_PCT: u32 = 80;
    /// What an airing below the floor weighs more: no priority above the floor weighs as much as any below it.
    pub const FLOOR: i64 = 50;
    /// What an airing outside its daypart lacks (R-CAMP-04); losing it would always lack more.
    pub const STRAYED: i64 = 4;

    /// What one airing above the floor weighs.
    pub fn airing(self) -> i64 {
        10 * (6 - i64::from(self.priority.clamp(1, 5)))
    }

    /// Airings up to which each weighs [`Worth::FLOOR`] more.
    pub const fn floor(self) -> u32 {
        (self.wanted * Self::FLOOR_PCT).div_ceil(100)
    }

    /// What `placed` airings are worth of which `strayed` stand outside the daypart that asked for them.
    pub fn of(self, placed: u32, strayed: u32) -> i64 {
        let placed = placed.min(self.wanted);
        let (all, below) = (i64::from(placed), i64::from(placed.min(self.floor())));
        all * self.airing() + below * Self::FLOOR - i64::from(strayed.min(placed)) * Self::STRAYED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_the_floor_any_campaign_comes_first_and_a_stray_is_worth_more_than_a_loss() {
        let last = Worth { priority: 5, wanted: 10 };
        let first = Worth { priority: 1, wanted: 10 };
        assert!(last.of(8, 0) - last.of(7, 0) > first.of(9, 0) - first.of(8, 0));
        assert!(first.of(9, 0) - first.of(8, 0) > last.of(9, 0) - last.of(8, 0));
        assert!(last.of(10, 1) > last.of(9, 0) && last.of(10, 1) < last.of(10, 0));
    }
}
