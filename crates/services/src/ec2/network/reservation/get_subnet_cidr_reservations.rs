//! GetSubnetCidrReservations.

use std::sync::Arc;

use resource::{CidrReservation, Resource, Subnet};
use serde::{Deserialize, Serialize};

use super::ReservationView;
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    subnet_id: String,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    subnet_ipv4_cidr_reservations: Vec<ReservationView>,
    subnet_ipv6_cidr_reservations: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The reservations of a subnet.
pub fn get_subnet_cidr_reservations(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let subnet = find::subnet(cx.world, cx.owner(), &input.subnet_id)?;
    let all = cx.world.linked::<CidrReservation>(Subnet::KIND, &subnet.id);
    let kept = filter::select(&input.filters, all, field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |reservation| reservation.id.to_string())?;
    let shown = page.items.iter().map(|reservation| ReservationView::new(reservation)).collect();
    Ok(Output { subnet_ipv4_cidr_reservations: shown, subnet_ipv6_cidr_reservations: [], next_token: page.next })
}

/// What a reservation has under a filter's name.
fn field(filter: &str) -> Option<Field<'_, Arc<CidrReservation>>> {
    let of = filter::of::<Arc<CidrReservation>>();
    match filter {
        "reservationType" => of.one(|reservation| reservation.reservation_type.clone()),
        "subnet-id" => of.one(|reservation| reservation.subnet.to_string()),
        _ => of.tag(filter, |reservation| &reservation.tags),
    }
}
