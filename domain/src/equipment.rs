//! What a site's own equipment can be read for.

use std::ops::RangeInclusive;

use jiff::Timestamp;

/// A quantity of a site's equipment, each with one unit; a switch reads 1 for on and 0 for off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantity {
    /// Whether the carrier is on.
    RfOn,
    /// Power towards the antenna, in watts.
    ForwardPower,
    /// Power that the antenna sends back, in watts.
    ReflectedPower,
    /// Voltage standing wave ratio, derived from both powers: (1 + ρ) / (1 − ρ) with ρ = √(reflected / forward).
    Vswr,
    /// The carrier's frequency, in kilohertz.
    Frequency,
    /// Temperature of the power amplifier, in degrees Celsius.
    PaTemperature,
    /// Which exciter is in use, counted as the equipment counts.
    Exciter,
    /// Whether the mains are there.
    Mains,
    /// Voltage of the battery, in volts.
    Battery,
    /// Whether the generator runs.
    Generator,
    /// Fuel in its tank, in percent.
    Fuel,
    /// Temperature of the room, in degrees Celsius.
    RoomTemperature,
}

impl Quantity {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 12] = [
        Self::RfOn,
        Self::ForwardPower,
        Self::ReflectedPower,
        Self::Vswr,
        Self::Frequency,
        Self::PaTemperature,
        Self::Exciter,
        Self::Mains,
        Self::Battery,
        Self::Generator,
        Self::Fuel,
        Self::RoomTemperature,
    ];

    /// Its name for machines, the unit last.
    pub const fn key(self) -> &'static str {
        match self {
            Self::RfOn => "rf_on",
            Self::ForwardPower => "forward_power_w",
            Self::ReflectedPower => "reflected_power_w",
            Self::Vswr => "vswr",
            Self::Frequency => "frequency_khz",
            Self::PaTemperature => "pa_temperature_c",
            Self::Exciter => "exciter",
            Self::Mains => "mains",
            Self::Battery => "battery_v",
            Self::Generator => "generator",
            Self::Fuel => "fuel_percent",
            Self::RoomTemperature => "room_temperature_c",
        }
    }

    /// The quantity of this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|q| q.key() == key)
    }

    /// Whether it is on or off and nothing between.
    pub const fn is_switch(self) -> bool {
        matches!(self, Self::RfOn | Self::Mains | Self::Generator)
    }

    /// What a reading can be at all: what lies outside is a wrong scale or a fault of the equipment, and no reading.
    pub const fn possible(self) -> RangeInclusive<f64> {
        match self {
            Self::RfOn | Self::Mains | Self::Generator => 0.0..=1.0,
            // The strongest FM transmitters have 120 kW.
            Self::ForwardPower | Self::ReflectedPower => 0.0..=200_000.0,
            Self::Vswr => 1.0..=100.0,
            // Band II of ITU region 1, with the OIRT band below it.
            Self::Frequency => 65_000.0..=108_500.0,
            Self::PaTemperature | Self::RoomTemperature => -40.0..=200.0,
            Self::Exciter => 0.0..=16.0,
            Self::Battery => 0.0..=1_000.0,
            Self::Fuel => 0.0..=100.0,
        }
    }
}

/// One reading of a site's equipment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EquipmentReading {
    /// What was read, which gives the unit.
    pub quantity: Quantity,
    /// Its value; `None` when the equipment does not tell it now, never 0 in its place.
    pub value: Option<f64>,
    /// When it was last told; `None` when it never was.
    pub read_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quantity_is_found_by_its_key() {
        for quantity in Quantity::ALL {
            assert_eq!(Quantity::from_key(quantity.key()), Some(quantity));
        }
        assert_eq!(Quantity::from_key("forward_power"), None);
    }
}
