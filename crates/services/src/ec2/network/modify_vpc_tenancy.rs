//! ModifyVpcTenancy: dedicated hardware only for those who ask for it.

use resource::Vpc;
use serde::{Deserialize, Serialize};

use crate::ec2::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_id: String,
    instance_tenancy: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    return_value: bool,
}

/// Makes the tenancy of a VPC the default one; the model knows no other way.
pub fn modify_vpc_tenancy(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id)?;
    cx.txn.update::<Vpc>(vpc.id.as_str(), |vpc| vpc.tenancy.clone_from(&input.instance_tenancy));
    Ok(Output { return_value: true })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn a_dedicated_vpc_becomes_one_like_others() {
        let cloud = Cloud::new();
        let wish = json!({"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "dedicated"});
        let vpc = cloud.text("CreateVpc", wish, "/Vpc/VpcId");
        let tenancy = || cloud.text("DescribeVpcs", json!({"VpcIds": [vpc]}), "/Vpcs/0/InstanceTenancy");
        assert_eq!(tenancy(), "dedicated");
        cloud.ok("ModifyVpcTenancy", json!({"VpcId": vpc, "InstanceTenancy": "default"}));
        assert_eq!(tenancy(), "default");
        let other = json!({"VpcId": "vpc-00000000000000000", "InstanceTenancy": "default"});
        assert_eq!(cloud.refusal("ModifyVpcTenancy", other), "InvalidVpcID.NotFound");
    }
}
