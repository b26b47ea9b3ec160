//! Whose turn it is: how often each kind of group goes out (IEC 62106-2, 5.5; 11.4 groups a second in all).

/// What a group is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    /// The name, what else is read first, frequencies (0A or 0B).
    Name,
    /// The radio text (2A or 2B).
    Text,
    /// Country and language (1A).
    Labels,
    /// That 11A carries the tags (3A).
    TagsAnnounced,
    /// The tags (11A).
    Tags,
    /// The name of the programme type (10A).
    TypeName,
    /// Other networks (14A).
    Others,
    /// The name in UTF-8 (15A).
    LongName,
}

/// Each duty with the groups from one to its next. All together they leave one group in fifteen.
const PERIODS: [(Duty, f64); 8] = [
    // At least four a second, so that a name is whole once a second.
    (Duty::Name, 2.75),
    // Sixteen groups of text in 4.9 s.
    (Duty::Text, 3.5),
    // Each of the two labels every 3.5 s.
    (Duty::Labels, 20.0),
    // Every 5 s.
    (Duty::TagsAnnounced, 57.0),
    (Duty::Tags, 20.0),
    // Both halves every 4.2 s.
    (Duty::TypeName, 24.0),
    (Duty::Others, 12.0),
    // Eight groups of name in 16.8 s.
    (Duty::LongName, 24.0),
];

/// The order of groups: whoever is due longest goes first, and who waits for nothing makes room for the name.
#[derive(Clone, Debug)]
pub(super) struct Rota {
    now: f64,
    due: [f64; PERIODS.len()],
    spare_to_text: bool,
}

impl Rota {
    /// Begins with the name, then the text; the rest follows one by one, with room for the name between.
    pub fn new() -> Self {
        Self { now: 0.0, due: std::array::from_fn(|i| i as f64 * 5.0), spare_to_text: false }
    }

    /// The text has changed: it is due before all but the name.
    pub fn text_first(&mut self) {
        if let Some(due) = self.due.get_mut(1) {
            *due = due.min(self.now);
        }
    }

    /// Whose turn it is, among those that `has` something to say. The name always has.
    pub fn next(&mut self, has: impl Fn(Duty) -> bool) -> Duty {
        self.now += 1.0;
        let mut first: Option<(usize, f64)> = None;
        for (i, ((duty, _), due)) in PERIODS.iter().zip(&self.due).enumerate() {
            if *due <= self.now && has(*duty) && first.is_none_or(|(_, earliest)| *due < earliest) {
                first = Some((i, *due));
            }
        }
        let spare = usize::from(self.spare_to_text && has(Duty::Text));
        if first.is_none() {
            self.spare_to_text = !self.spare_to_text;
        }
        let turn = first.map_or(spare, |(i, _)| i);
        let Some(((duty, period), due)) = PERIODS.get(turn).zip(self.due.get_mut(turn)) else { return Duty::Name };
        // Who was silent for long does not catch up.
        *due = (*due + period).max(self.now + period / 2.0);
        *duty
    }
}
