//! Who answers behind doors: the API itself, which is told how each connection came.

use std::net::SocketAddr;
use std::pin::Pin;

use api::{Arrival, Door, Doorman, Through};
use dataplane::door::Stream;
use reconcile::doors::Visit;

/// The API behind the doors.
pub struct Front(pub Doorman);

impl reconcile::doors::Front for Front {
    fn welcome(&self, stream: Box<dyn Stream>, visit: Visit) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let doorman = self.0.clone();
        Box::pin(async move { doorman.serve(stream, arrival(visit)).await })
    }
}

fn arrival(visit: Visit) -> Arrival {
    let endpoint = visit.endpoint.map(|(endpoint, vpc)| Through { endpoint, vpc });
    let door = Door { service: visit.service, secure: visit.secure, endpoint };
    Arrival { peer: SocketAddr::V4(visit.from), door: Some(door) }
}
