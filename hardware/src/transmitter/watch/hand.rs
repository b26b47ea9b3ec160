//! What a person orders of the transmitter: carried out when nothing speaks against it, read back, or refused with the reason.
//!
//! Whoever switched the carrier off has somebody at the antenna: nothing but a person's word switches it on again, in this life
//! of the process and the next.

use std::time::Duration;

use domain::Quantity;

use super::super::changeover::{Changeover, Unit, Why};
use super::super::sentences as say;
use super::{Around, Order, READ_BACK_WITHIN, Watch};

/// What a person may order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// No carrier, until somebody orders it on again.
    CarrierOff,
    /// The carrier again.
    CarrierOn,
    /// This exciter in use.
    Exciter(Unit),
}

impl Wish {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::CarrierOff, Self::CarrierOn, Self::Exciter(Unit::Main), Self::Exciter(Unit::Standby)];
}

/// Why an order is not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The config names no object for it.
    NotWired,
    /// What would have to be read back is not told now.
    Unread,
    /// Another order has not been read back yet.
    UnderWay,
    /// An alert is on the air.
    Alert,
    /// Somebody works there.
    AtWork,
    /// It is so already.
    Already,
    /// The restarts of this hour are used up, or the last one was a moment ago.
    Spent,
}

impl Refusal {
    /// The reason in French and in English: what, and what to do.
    pub const fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::NotWired => (
                "Aucun objet n'est branché pour cet ordre : voyez [site.transmitter] dans guide/equipment.md.",
                "No object is wired for this order: see [site.transmitter] in guide/equipment.md.",
            ),
            Self::Unread => (
                "L'émetteur ne dit pas maintenant ce qu'il faudrait relire après l'ordre ; personne ne saurait s'il a obéi. Rétablissez d'abord la télésurveillance, ou faites-le sur place.",
                "The transmitter does not tell now what would have to be read back; nobody would know whether it obeyed. Mend the telemetry first, or do it at the transmitter.",
            ),
            Self::UnderWay => (
                "Un autre ordre est en cours et n'est pas encore relu. Recommencez dans une demi-minute.",
                "Another order is under way and has not been read back yet. Try again in half a minute.",
            ),
            Self::Alert => (
                "Une alerte est à l'antenne : rien n'est coupé ni changé avant sa fin.",
                "An alert is on the air: nothing is switched off or over before its end.",
            ),
            Self::AtWork => (
                "L'émetteur dit que quelqu'un y travaille, ou un défaut interdit l'émission. Parlez d'abord avec le site.",
                "The transmitter says that somebody works on it, or a fault forbids the carrier. Talk to the site first.",
            ),
            Self::Already => ("C'est déjà le cas : rien n'a été envoyé.", "It is so already: nothing was sent."),
            Self::Spent => (
                "La porteuse a déjà été remise en marche trois fois en une heure, ou il y a moins de cinq minutes. Cherchez pourquoi elle tombe avant de forcer.",
                "The carrier has been ordered on three times within the hour already, or less than five minutes ago. Find out why it falls before forcing it.",
            ),
        }
    }
}

/// What is remembered of a person's orders.
#[derive(Debug, Default)]
pub(super) struct Hand {
    /// What must be read back, and when it was ordered.
    awaited: Option<(Wish, Duration)>,
    /// Whether the carrier is off by a person's word.
    pub held_off: bool,
    /// The switch of the carrier that was ordered last and not obeyed.
    failed: Option<Wish>,
}

impl Hand {
    pub fn new(held_off: bool) -> Self {
        Self { held_off, ..Self::default() }
    }

    /// The equipment did not take the order.
    pub const fn refused(&mut self) {
        self.awaited = None;
    }
}

impl Watch {
    /// What a person orders now, as what is to be written, or why it is not.
    ///
    /// # Errors
    /// The reason, when it is not carried out.
    pub fn wish(&mut self, up: Duration, wish: Wish, around: Around) -> Result<Order, Refusal> {
        self.may(up, wish, around)?;
        (self.hand.awaited, self.hand.failed) = (Some((wish, up)), None);
        Ok(match wish {
            Wish::CarrierOff => {
                self.hand.held_off = true;
                Order::Carrier(false)
            }
            Wish::CarrierOn => {
                self.hand.held_off = false;
                self.restarts.ordered(up);
                Order::Carrier(true)
            }
            Wish::Exciter(unit) => {
                self.changeover.iter_mut().for_each(|c| c.by_hand(up, unit));
                Order::Select(unit, Why::Hand)
            }
        })
    }

    /// Whether the carrier is off by a person's word.
    pub const fn is_held_off(&self) -> bool {
        self.hand.held_off
    }

    fn may(&self, up: Duration, wish: Wish, around: Around) -> Result<(), Refusal> {
        let (is_on, in_use) = (self.carrier(), self.in_use());
        let unread = is_on.is_none() || (matches!(wish, Wish::Exciter(_)) && in_use.is_none());
        let under_way = self.hand.awaited.is_some() || self.changeover.as_ref().is_some_and(Changeover::is_under_way);
        let already = match wish {
            // Ordered all the same: a transmitter that tripped would try again by itself.
            Wish::CarrierOff => false,
            Wish::CarrierOn => is_on == Some(true) && !self.hand.held_off,
            Wish::Exciter(unit) => in_use == Some(unit) && !self.is_exercise(),
        };
        let refusals = [
            (!self.map.offers(wish), Refusal::NotWired),
            (unread, Refusal::Unread),
            (under_way, Refusal::UnderWay),
            // An alert that nobody hears is none: the carrier may always come back.
            (around.alert && wish != Wish::CarrierOn, Refusal::Alert),
            (wish != Wish::CarrierOff && self.is_forbidden(), Refusal::AtWork),
            (already, Refusal::Already),
            (wish == Wish::CarrierOn && !self.restarts.may(up), Refusal::Spent),
        ];
        refusals.into_iter().find_map(|(is, why)| is.then_some(Err(why))).unwrap_or(Ok(()))
    }

    /// Whether the order that was given last is now read as obeyed; `None` while nothing is awaited.
    pub(super) fn read_back(&mut self, up: Duration) -> Option<bool> {
        self.see(up, "hand.refused", false, say::off);
        let answer = self.hand.awaited.and_then(|(wish, at)| {
            let obeyed = match wish {
                Wish::CarrierOff => self.carrier() == Some(false),
                Wish::CarrierOn => self.carrier() == Some(true),
                Wish::Exciter(unit) => self.in_use() == Some(unit),
            };
            let late = up.saturating_sub(at) >= READ_BACK_WITHIN;
            (obeyed || late).then_some((wish, obeyed))
        });
        if let Some((wish, obeyed)) = answer {
            self.hand.awaited = None;
            // That of an exciter is told by the changeover.
            self.hand.failed = Some(wish).filter(|w| !obeyed && !matches!(w, Wish::Exciter(_)));
        }
        let (held, is_on, failed) = (self.hand.held_off, self.carrier() == Some(true), self.hand.failed);
        let held_and_on = held && is_on && self.hand.awaited.is_none();
        self.stands("hand.off", held && !held_and_on, say::held_off);
        self.stands("hand.on", held_and_on, say::held_off_and_on);
        self.stands("hand.failed", failed.is_some(), || say::hand_failed(failed == Some(Wish::CarrierOn)));
        answer.map(|(_, obeyed)| obeyed)
    }

    fn carrier(&self) -> Option<bool> {
        self.value(Quantity::RfOn).map(|on| on > 0.5)
    }

    fn in_use(&self) -> Option<Unit> {
        self.value(Quantity::Exciter).and_then(|n| self.map.pair()?.unit(n))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::changeover::Pair;
    use super::super::super::map::{Flag, Point, Role, RoleMap};
    use super::super::super::object::{Object, SetValue, Write};
    use super::super::{Limits, Past, Whose};
    use super::*;

    fn write(value: i64) -> Write {
        Write::Snmp("1.3.6.1.9".parse().unwrap(), SetValue::Integer(value))
    }

    fn map() -> RoleMap {
        let object = || Object::Snmp("1.3.6.1.4.1.8072.9999.9999.1".parse().unwrap());
        let role = |quantity| Role {
            quantity,
            point: Point { object: object(), scale: 1.0, on: 1.0 },
            least: None,
            most: None,
        };
        let local = Flag { object: object(), when: 1.0, fr: String::new(), en: String::new(), forbids_restart: true };
        let pair = Pair {
            reads: [1.0, 2.0],
            orders: [write(1), write(2)],
            after: Duration::from_mins(2),
            exercise: Duration::from_mins(10),
        };
        let roles = vec![role(Quantity::RfOn), role(Quantity::Exciter)];
        let map = RoleMap::new(roles, vec![local], Some(write(3))).unwrap();
        map.with_pair(pair).unwrap().with_carrier(Some(write(4)), None).unwrap()
    }

    /// A transmitter that obeys, and a person.
    struct Scene {
        watch: Watch,
        /// Carrier, exciter, local switch; `None`: silent.
        says: Option<[f64; 3]>,
        around: Around,
        up_s: u64,
        /// What the watch ordered by itself.
        orders: Vec<Order>,
        codes: Vec<String>,
        read_back: Vec<bool>,
    }

    impl Scene {
        fn new(past: Past) -> Self {
            let watch = Watch::new(map(), Limits { whose: Whose::Transmitter, vswr_max: 2.0 }, past);
            let (says, around) = (Some([1.0, 1.0, 0.0]), Around::default());
            let (orders, codes, read_back) = (Vec::new(), Vec::new(), Vec::new());
            let mut scene = Self { watch, says, around, up_s: 0, orders, codes, read_back };
            scene.run(30);
            scene
        }

        fn run(&mut self, seconds: u64) {
            for _ in 0..seconds / 5 {
                self.up_s += 5;
                let answers = self.says.map(|s| s.map(Some));
                let answers = answers.as_ref().map(<[_; 3]>::as_slice).ok_or(super::super::LinkError::Silent);
                let up = Duration::from_secs(self.up_s);
                let turn = self.watch.heard(up, jiff::Timestamp::UNIX_EPOCH, answers, self.around);
                self.orders.extend(turn.order);
                self.read_back.extend(turn.obeyed);
                let codes = turn.findings.iter().map(|f| f.code.trim_start_matches("transmitter.").to_owned());
                self.codes = codes.collect();
            }
        }

        fn wish(&mut self, wish: Wish) -> Result<Order, Refusal> {
            self.watch.wish(Duration::from_secs(self.up_s), wish, self.around)
        }
    }

    #[test]
    fn a_carrier_that_a_person_switched_off_stays_off_until_a_person_says_on() {
        let mut scene = Scene::new(Past::default());
        assert_eq!(scene.wish(Wish::CarrierOff), Ok(Order::Carrier(false)));
        assert_eq!(scene.wish(Wish::CarrierOn), Err(Refusal::UnderWay));
        scene.says = Some([0.0, 1.0, 0.0]);
        scene.run(7_200);
        assert_eq!((scene.orders.as_slice(), scene.read_back.as_slice()), (&[][..], &[true][..]));
        assert_eq!(scene.codes, ["hand.off"], "it is no fault: nobody is sent to look for one");

        // The next life of the process knows it.
        let mut later = Scene { says: scene.says, ..Scene::new(Past { held_off: true, ..Past::default() }) };
        later.run(7_200);
        assert_eq!((later.orders.as_slice(), later.codes.as_slice()), (&[][..], &["hand.off".to_owned()][..]));
        assert_eq!(later.wish(Wish::CarrierOn), Ok(Order::Carrier(true)));
        later.says = Some([1.0, 1.0, 0.0]);
        later.run(60);
        assert!(later.codes.is_empty() && later.read_back == [true], "{:?}", later.codes);
        later.says = Some([0.0, 1.0, 0.0]);
        later.run(600);
        assert!(later.orders.contains(&Order::Restart), "now a fall is a fall again: {:?}", later.orders);
    }

    #[test]
    fn each_reason_against_an_order_is_told_and_nothing_is_written() {
        let refused = |change: &dyn Fn(&mut Scene), wish: Wish| {
            let mut scene = Scene::new(Past::default());
            change(&mut scene);
            scene.run(10);
            scene.wish(wish).expect_err("refused")
        };
        let standby = Wish::Exciter(Unit::Standby);
        let alert = |s: &mut Scene| s.around.alert = true;
        let off = |s: &mut Scene| s.says = Some([0.0, 1.0, 0.0]);
        let at_work = |s: &mut Scene| s.says = Some([0.0, 1.0, 1.0]);
        let restarted = |s: &mut Scene| {
            off(s);
            s.watch.restarts.ordered(Duration::from_secs(s.up_s));
        };
        assert_eq!(refused(&alert, Wish::CarrierOff), Refusal::Alert);
        assert_eq!(refused(&alert, standby), Refusal::Alert);
        assert_eq!(refused(&at_work, Wish::CarrierOn), Refusal::AtWork);
        assert_eq!(refused(&at_work, standby), Refusal::AtWork);
        assert_eq!(refused(&restarted, Wish::CarrierOn), Refusal::Spent);
        assert_eq!(refused(&|s| s.says = None, Wish::CarrierOff), Refusal::Unread);
        assert_eq!(refused(&|s| s.says = Some([1.0, 7.0, 0.0]), standby), Refusal::Unread);
        assert_eq!(refused(&|_| {}, Wish::Exciter(Unit::Main)), Refusal::Already);
        assert_eq!(refused(&|_| {}, Wish::CarrierOn), Refusal::Already);
        let mut alone = Scene::new(Past::default());
        (alone.says, alone.around.alert) = (Some([0.0, 1.0, 0.0]), true);
        alone.run(5);
        assert_eq!(alone.wish(Wish::CarrierOn), Ok(Order::Carrier(true)), "an alert that nobody hears is none");
        let bare = RoleMap::new(map().roles().to_vec(), Vec::new(), None).unwrap();
        assert!(Wish::ALL.iter().all(|w| !bare.offers(*w)) && Wish::ALL.iter().all(|w| map().offers(*w)));
    }

    #[test]
    fn an_order_that_is_not_obeyed_is_told_and_the_hold_stays() {
        let mut scene = Scene::new(Past::default());
        scene.wish(Wish::CarrierOff).unwrap();
        scene.run(60);
        assert_eq!(scene.read_back, [false]);
        assert_eq!(scene.codes, ["hand.failed", "hand.on"]);
        scene.wish(Wish::Exciter(Unit::Standby)).unwrap();
        scene.run(60);
        assert!(scene.codes.contains(&"changeover.failed".to_owned()), "{:?}", scene.codes);
    }

    #[test]
    fn the_exciter_that_a_person_chose_is_kept_and_gives_way_when_it_is_dead() {
        let mut scene = Scene::new(Past::default());
        assert_eq!(scene.wish(Wish::Exciter(Unit::Standby)), Ok(Order::Select(Unit::Standby, Why::Hand)));
        scene.says = Some([1.0, 2.0, 0.0]);
        scene.run(7_200);
        assert_eq!((scene.orders.as_slice(), scene.read_back.as_slice()), (&[][..], &[true][..]));
        scene.says = Some([0.0, 2.0, 1.0]);
        scene.run(600);
        assert!(scene.orders.is_empty(), "somebody works there");
        scene.says = Some([0.0, 2.0, 0.0]);
        scene.run(600);
        assert!(scene.orders.contains(&Order::Select(Unit::Main, Why::Dead)), "{:?}", scene.orders);
    }
}
