//! DeleteSubnetCidrReservation.

use resource::CidrReservation;
use serde::{Deserialize, Serialize};

use super::ReservationView;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    subnet_cidr_reservation_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    deleted_subnet_cidr_reservation: ReservationView,
}

/// Gives a part of a subnet free.
pub fn delete_subnet_cidr_reservation(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let id = &input.subnet_cidr_reservation_id;
    let found = cx.txn.find::<CidrReservation>(id).filter(|reservation| reservation.owner == *cx.owner());
    let found = found.ok_or_else(|| {
        Error::new("InvalidSubnetCidrReservationID.NotFound", format!("The subnet CIDR reservation ID '{id}' does not exist"))
    })?;
    cx.txn.remove::<CidrReservation>(id);
    Ok(Output { deleted_subnet_cidr_reservation: ReservationView::new(&found) })
}
