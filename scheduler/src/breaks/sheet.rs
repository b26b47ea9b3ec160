//! What a planner sees before accepting a day: what fits where it was asked for, what moved, what is lost, and which rule is
//! to blame.

use domain::SiteId;
use jiff::civil::{Date, Time};

use super::Worth;
use crate::plan::{Draft, NoPlan, PlanInputs};

/// A campaign's daypart on a site's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The campaign.
    pub campaign: String,
    /// The daypart that asks, by its name in the station file.
    pub daypart: String,
    /// Airings asked for, make-goods of other days among them.
    pub asked: u32,
    /// Of these, in breaks that begin in the daypart.
    pub placed: u32,
    /// Of these, made good outside it on the same day: when (R-CAMP-04).
    pub moved: Vec<Time>,
    /// Of these, without any place.
    pub lost: u32,
    /// What kept the moved and the lost out of the daypart's breaks, the rule that shut most of them first.
    pub blame: Vec<Blame>,
}

/// A rule that shuts breaks to a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    /// A stable code: a rule (`R-CAMP-02`) or a cause (`plan.no-spot`).
    pub code: String,
    /// The French sentence, of the first break that it shuts.
    pub fr: String,
    /// The English sentence.
    pub en: String,
    /// The breaks of the daypart that it shuts.
    pub breaks: u32,
}

/// A site's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The site.
    pub site: SiteId,
    /// The civil day.
    pub day: Date,
    /// Every campaign and daypart that asks for something, the most urgent campaign first.
    pub lines: Vec<Line>,
    /// Seconds of breaks that may hold spots.
    pub room_s: u64,
    /// Of these, seconds of spots, rounded down.
    pub used_s: u64,
    /// What the filling is worth: see [`Worth`].
    pub worth: i64,
    /// What it were worth with every airing where it was asked for.
    pub worth_max: i64,
}

impl Sheet {
    /// Airings asked for, in their dayparts, moved and lost.
    pub fn sums(&self) -> [u32; 4] {
        let add = |[asked, placed, moved, lost]: [u32; 4], l: &Line| {
            [asked + l.asked, placed + l.placed, moved + l.moved.len() as u32, lost + l.lost]
        };
        self.lines.iter().fold([0; 4], add)
    }
}

/// How a day's spots are placed, as its plan would place them.
///
/// # Errors
/// There is no such site or day.
pub fn sheet(inputs: &PlanInputs<'_>) -> Result<Sheet, NoPlan> {
    let draft = Draft::new(inputs, None)?;
    let (room_s, used_s) = draft.board.seconds();
    let worth = |of: fn(Worth, (u32, u32)) -> i64| -> i64 {
        let all = draft.board.flights.iter().enumerate();
        all.map(|(n, f)| of(Worth { priority: f.campaign.priority, wanted: f.total() }, draft.board.tally(n))).sum()
    };
    Ok(Sheet {
        site: inputs.site,
        day: inputs.day,
        lines: draft.board.lines(),
        room_s,
        used_s,
        worth: worth(|w, (placed, strayed)| w.of(placed, strayed)),
        worth_max: worth(|w, _| w.of(w.wanted, 0)),
    })
}
