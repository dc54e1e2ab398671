//! Reservations of parts of a subnet.

pub mod create_subnet_cidr_reservation;
pub mod delete_subnet_cidr_reservation;
pub mod get_subnet_cidr_reservations;

use resource::CidrReservation;
use serde::Serialize;

use crate::tags::{self, Tag};

/// A reservation as answers show it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReservationView {
    subnet_cidr_reservation_id: String,
    subnet_id: String,
    cidr: String,
    reservation_type: String,
    owner_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    tags: Vec<Tag>,
}

impl ReservationView {
    fn new(reservation: &CidrReservation) -> Self {
        Self {
            subnet_cidr_reservation_id: reservation.id.to_string(),
            subnet_id: reservation.subnet.to_string(),
            cidr: reservation.cidr.to_string(),
            reservation_type: reservation.reservation_type.clone(),
            owner_id: reservation.owner.account.clone(),
            description: reservation.description.clone(),
            tags: tags::view(&reservation.tags),
        }
    }
}
