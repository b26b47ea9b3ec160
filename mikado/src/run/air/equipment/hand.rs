//! What a person orders of this site's transmitter, found beside the plans, and what is answered.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hardware::transmitter::{LinkError, Refusal};
use jiff::Timestamp;

use crate::hand::{Answer, End, Order};
use crate::speech::Said;

/// The orders of one site.
#[derive(Debug)]
pub struct Hand {
    dir: PathBuf,
    /// Which file was looked at last, and when it was written; nothing is read again while it stands.
    looked: Option<(u64, SystemTime)>,
    /// What was sent and waits to be read back.
    awaited: Option<String>,
}

impl Hand {
    /// Those of the site in this folder. What lies there already was meant for an earlier life of the process: it is answered and
    /// not carried out.
    pub fn in_dir(dir: &Path, now: Timestamp) -> Self {
        let mut hand = Self { dir: dir.to_owned(), looked: None, awaited: None };
        if let Some(old) = hand.unanswered() {
            let fr = "Le processus d'antenne a redémarré entre-temps ; l'ordre n'est pas refait. Regardez l'émetteur, puis recommencez s'il le faut.";
            let en = "The air process was started anew meanwhile; the order is not repeated. Look at the transmitter, then order again if need be.";
            hand.told(&old.id, End::Failed, &Said::new(fr, en), now);
        }
        hand
    }

    /// A new order for now; one that is too old is answered and not given.
    pub fn next(&mut self, now: Timestamp) -> Option<Order> {
        let order = self.unanswered()?;
        if order.is_fresh(now) {
            return Some(order);
        }
        let fr = "L'ordre a plus d'une minute quand il arrive au site, ou les horloges diffèrent d'autant ; il n'est pas exécuté. Donnez-le de nouveau.";
        let en = "The order is more than a minute old when it reaches the site, or the clocks differ by as much; it is not carried out. Give it again.";
        self.told(&order.id, End::Refused, &Said::new(fr, en), now);
        None
    }

    /// It is not carried out.
    pub fn refused(&mut self, order: &Order, why: Refusal, now: Timestamp) {
        let (fr, en) = why.said();
        self.told(&order.id, End::Refused, &Said::new(fr, en), now);
    }

    /// It was sent, and taken or not; what was taken waits to be read back.
    pub fn sent(&mut self, order: &Order, taken: Result<(), LinkError>, now: Timestamp) {
        self.awaited = taken.is_ok().then(|| order.id.clone());
        if let Err(why) = taken {
            let said = Said::new(
                "L'émetteur n'a pas pris l'ordre : le mur dit pourquoi. Faites-le sur place.",
                format!("The transmitter did not take the order ({why}). Do it at the transmitter."),
            );
            self.told(&order.id, End::Failed, &said, now);
        }
    }

    /// What was sent last has been read back, as obeyed or not.
    pub fn read_back(&mut self, obeyed: bool, now: Timestamp) {
        let Some(id) = self.awaited.take() else { return };
        let (end, said) = if obeyed {
            (
                End::Obeyed,
                Said::new(
                    "L'émetteur a obéi : l'état relu est celui de l'ordre.",
                    "The transmitter obeyed: it reads as ordered.",
                ),
            )
        } else {
            let fr = "L'ordre a été pris, et 30 s après l'état relu n'est pas celui de l'ordre. Faites-le sur place.";
            (
                End::Failed,
                Said::new(
                    fr,
                    "The order was taken, and 30 s later the transmitter does not read as ordered. Do it there.",
                ),
            )
        };
        self.told(&id, end, &said, now);
    }

    /// An order that nobody has answered and that is not under way. What cannot be read is none.
    fn unanswered(&mut self) -> Option<Order> {
        let found = std::fs::metadata(self.dir.join("hand.order")).ok()?;
        let found = (found.ino(), found.modified().ok()?);
        if self.looked.replace(found) == Some(found) {
            return None;
        }
        let order =
            Order::read(&self.dir).inspect_err(|why| tracing::warn!("an order cannot be read: {why}")).ok()??;
        let answered = Answer::read(&self.dir).ok().flatten().is_some_and(|answer| answer.id == order.id);
        (!answered).then_some(order)
    }

    fn told(&self, id: &str, end: End, said: &Said, at: Timestamp) {
        let answer = Answer { id: id.to_owned(), at, end, fr: said.fr.clone(), en: said.en.clone() };
        // Whoever waits for it is told by nobody's answer; the journal has it.
        let _ = answer.write(&self.dir).inspect_err(|why| tracing::warn!("an answer cannot be written: {why}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hand::Word;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn ordered(dir: &Path, second: i64) -> Order {
        let order = Order::new(Word::CarrierOff, "Awa", "Travaux au pylône", at(second)).unwrap();
        order.write(dir).unwrap();
        order
    }

    fn end(dir: &Path, order: &Order) -> Option<End> {
        Answer::read(dir).unwrap().filter(|a| a.id == order.id).map(|a| a.end)
    }

    #[test]
    fn an_order_is_given_once_and_answered_when_it_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut hand = Hand::in_dir(dir.path(), at(0));
        assert_eq!(hand.next(at(0)), None);
        let order = ordered(dir.path(), 0);
        assert_eq!(hand.next(at(5)), Some(order.clone()));
        hand.sent(&order, Ok(()), at(5));
        assert_eq!((hand.next(at(10)), end(dir.path(), &order)), (None, None), "it is under way");
        hand.read_back(true, at(10));
        assert_eq!((hand.next(at(15)), end(dir.path(), &order)), (None, Some(End::Obeyed)));
        hand.read_back(false, at(20));
        assert_eq!(end(dir.path(), &order), Some(End::Obeyed), "nothing was awaited");
    }

    #[test]
    fn what_is_old_or_was_there_before_is_answered_and_not_carried_out() {
        let dir = tempfile::tempdir().unwrap();
        let before = ordered(dir.path(), 0);
        let mut hand = Hand::in_dir(dir.path(), at(1));
        assert_eq!((hand.next(at(1)), end(dir.path(), &before)), (None, Some(End::Failed)));
        let old = ordered(dir.path(), -90);
        assert_eq!((hand.next(at(2)), end(dir.path(), &old)), (None, Some(End::Refused)));
        std::fs::write(dir.path().join("hand.order"), vec![0xff; 100_000]).unwrap();
        assert_eq!(hand.next(at(3)), None);
    }
}
