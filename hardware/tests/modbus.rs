//! Modbus against pymodbus: every table and kind of number, orders read back, units that hang, vanish and return.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod modbusd;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use hardware::encoder::{LineAddress, Parity};
use hardware::transmitter::{Framing, LinkError, ModbusAddress, ModbusLink, Register};
use modbusd::Modbusd;
use rustix::process::Signal;

fn ask(link: &mut ModbusLink, registers: &[&str]) -> Result<Vec<Option<f64>>, LinkError> {
    let registers: Vec<Register> = registers.iter().map(|r| r.parse().unwrap()).collect();
    link.ask(&registers.iter().collect::<Vec<_>>())
}

fn order(link: &mut ModbusLink, register: &str, value: f64) -> Result<(), LinkError> {
    let register: Register = register.parse().unwrap();
    link.set(register, register.order(value).unwrap())
}

const EVERYTHING: [&str; 14] = [
    "holding 0",
    "holding 1 u16",
    "holding 2 f32",
    "holding 4 f32 low-first",
    "holding 6 s16",
    "holding 7 u32",
    "holding 9 s32",
    "holding 11 bit 3",
    "holding 11 bit 2",
    "input 0",
    "input 1 f32",
    "discrete 1",
    "coil 2",
    "holding 0 unit 2",
];

fn is_right(link: &mut ModbusLink) {
    let told = [4805.0, 48.0, 98.5, -0.25, -12.0, 94_000.0, -70_000.0, 1.0, 0.0, 650.0, 24.5, 0.0, 1.0, 5.0];
    assert_eq!(ask(link, &EVERYTHING), Ok(told.map(Some).to_vec()));
    assert_eq!(ask(link, &["holding 999", "holding 0"]), Ok(vec![None, Some(4805.0)]), "it has no such register");
}

fn orders_are_read_back(link: &mut ModbusLink) {
    for (register, value) in [
        ("coil 2", 0.0),
        ("coil 2", 1.0),
        ("holding 12", 7.0),
        ("holding 12 f32 low-first", 12.5),
        ("holding 12 s32", -3.0),
    ] {
        order(link, register, value).unwrap();
        assert_eq!(ask(link, &[register]), Ok(vec![Some(value)]), "{register}");
    }
    assert!(matches!(order(link, "holding 999", 1.0), Err(LinkError::Refused(_))));
}

#[test]
fn units_that_are_not_ours_are_read_ordered_and_used_again_when_they_return() {
    let mut units = Modbusd::start();
    let noise = Arc::new(AtomicBool::new(false));
    let path = units.serial(&noise);
    let line = LineAddress::Serial { path, baud: 19_200, parity: Parity::Even };
    let mut serial = ModbusLink::new(ModbusAddress { line, framing: Framing::Rtu });
    let over_tcp = |to, framing| ModbusLink::new(ModbusAddress { line: LineAddress::Tcp(to), framing });
    let mut tcp = over_tcp(units.tcp, Framing::Tcp);
    for link in [&mut tcp, &mut over_tcp(units.rtu, Framing::Rtu), &mut serial] {
        is_right(link);
        orders_are_read_back(link);
    }
    let answer = ask(&mut tcp, &["holding 0 unit 9", "holding 0"]);
    assert_eq!(answer, Ok(vec![None, Some(4805.0)]), "a unit that is not there takes no other with it");

    noise.store(true, Relaxed);
    assert_eq!(ask(&mut serial, &["holding 0"]), Err(LinkError::Nonsense));
    noise.store(false, Relaxed);
    is_right(&mut serial);

    units.signal(Signal::STOP);
    for link in [&mut tcp, &mut serial] {
        let begun = Instant::now();
        assert_eq!(ask(link, &EVERYTHING), Err(LinkError::Silent));
        assert!(begun.elapsed() < Duration::from_secs(7), "{:?}", begun.elapsed());
    }
    units.signal(Signal::CONT);
    is_right(&mut tcp);
    units.vanish();
    assert_eq!(ask(&mut tcp, &["holding 0"]), Err(LinkError::Silent));
    units.again();
    is_right(&mut tcp);
}
