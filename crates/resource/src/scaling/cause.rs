//! Why a group did something, in AWS's sentences: each says when.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{ActivityStatus, Member, ScalingActivity, ScalingGroup, Timestamp};

/// `At {moment}{what}.`, the sentence that every cause is made of.
pub fn sentence(at: Timestamp, what: &str) -> String {
    let at = OffsetDateTime::from_unix_timestamp((at.0 / 1000).cast_signed()).ok().and_then(|at| at.format(&Rfc3339).ok());
    format!("At {} {what}.", at.unwrap_or_default())
}

/// Several sentences, as AWS writes them one after the other.
pub fn sentences<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    all.into_iter().filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join("  ")
}

/// Why an instance that was not healthy is taken out: what EC2 says.
pub const EC2_ILLNESS: &str = "an EC2 health check indicating it has been terminated or stopped";
/// What the load balancer says.
pub const ELB_ILLNESS: &str = "an ELB system health check failure";
/// What a user said.
pub const USER_ILLNESS: &str = "a user health-check";

impl ScalingActivity {
    /// An activity that begins.
    pub fn begin(group: &ScalingGroup, id: &str, member: &Member, (description, cause): (&str, &str), now: Timestamp) -> Self {
        let (subnet, zone) = (&member.subnet, &member.zone);
        Self {
            id: id.to_owned(),
            owner: group.owner.clone(),
            group: group.name.clone(),
            group_arn: group.arn(),
            description: description.to_owned(),
            cause: cause.chars().take(MAX_CAUSE).collect(),
            started: now,
            ended: None,
            status: ActivityStatus::InProgress,
            message: None,
            details: format!(r#"{{"Subnet ID":"{subnet}","Availability Zone":"{zone}"}}"#),
        }
    }

    /// Its end.
    pub fn end(&mut self, status: ActivityStatus, message: Option<&str>, now: Timestamp) {
        self.status = status;
        self.ended = Some(now);
        self.message = message.map(|message| message.chars().take(MAX_MESSAGE).collect());
    }
}

const MAX_CAUSE: usize = 1023;
const MAX_MESSAGE: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_say_when_and_stand_two_spaces_apart() {
        let at = Timestamp(1_700_000_000_123);
        let one = sentence(at, "an instance was started");
        assert_eq!(one, "At 2023-11-14T22:13:20Z an instance was started.");
        assert_eq!(sentences([one.as_str(), "", "Then."]), format!("{one}  Then."));
    }
}
