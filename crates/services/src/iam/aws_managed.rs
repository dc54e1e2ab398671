//! The policies that AWS manages and that networks and their workloads commonly attach, by their documented meaning.

/// A policy that every account has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AwsManaged {
    /// Its name.
    pub(crate) name: &'static str,
    /// `/`, `/service-role/` or `/aws-service-role/`.
    pub(crate) path: &'static str,
    /// `ANPA…`, as on AWS where it is published, and fixed here.
    pub(crate) id: &'static str,
    /// What it allows.
    pub(crate) document: &'static str,
}

const POLICIES: &[AwsManaged] = &[
    AwsManaged {
        name: "AdministratorAccess",
        path: "/",
        id: "ANPAIWMBCKSKIEE64ZLYK",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "ReadOnlyAccess",
        path: "/",
        id: "ANPAILL3HVNFSB6DCOWYQ",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["apigateway:GET","apprunner:Describe*","apprunner:List*","cloudformation:Describe*","cloudformation:Get*","cloudformation:List*","ec2:Describe*","ec2:Get*","ec2:Search*","ecs:Describe*","ecs:List*","elasticloadbalancing:Describe*","iam:Get*","iam:List*","lambda:Get*","lambda:List*","logs:Describe*","logs:Get*","logs:FilterLogEvents","route53:Get*","route53:List*","s3:Get*","s3:List*","secretsmanager:Describe*","secretsmanager:List*","ssm:Describe*","ssm:Get*","ssm:List*","sts:GetAccessKeyInfo","sts:GetCallerIdentity","sts:GetSessionToken","vpc-lattice:Get*","vpc-lattice:List*"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "AmazonEC2FullAccess",
        path: "/",
        id: "ANPAI3VAJF5ZCRZ7MCQE6",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:*","elasticloadbalancing:*","cloudwatch:*","autoscaling:*"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "AmazonEC2ReadOnlyAccess",
        path: "/",
        id: "ANPAIGDT4SV4GSETWTBZK",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:Describe*","ec2:GetSecurityGroupsForVpc","elasticloadbalancing:Describe*","cloudwatch:ListMetrics","cloudwatch:GetMetricStatistics","cloudwatch:Describe*","autoscaling:Describe*"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "AmazonVPCFullAccess",
        path: "/",
        id: "ANPAJBWPGNOVKZD3JI2P2",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:*Vpc*","ec2:*Subnet*","ec2:*Route*","ec2:*Gateway*","ec2:*NetworkAcl*","ec2:*NetworkInterface*","ec2:*SecurityGroup*","ec2:*Address*","ec2:*DhcpOptions","ec2:*PrefixList*","ec2:*Tags","ec2:DescribeAvailabilityZones","ec2:DescribeAccountAttributes"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "IAMFullAccess",
        path: "/",
        id: "ANPAI7XKCFMBPM3QQRRVQ",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "AmazonS3FullAccess",
        path: "/",
        id: "ANPAIFIR6V6BVTRAHWINE",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "AmazonS3ReadOnlyAccess",
        path: "/",
        id: "ANPAIZTJ4DXE7G6AGAE6M",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*","s3-object-lambda:Get*","s3-object-lambda:List*"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "AmazonSSMManagedInstanceCore",
        path: "/",
        id: "ANPAIXSHM2BNB2D3AXXRU",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ssm:DescribeAssociation","ssm:GetDeployablePatchSnapshotForInstance","ssm:GetDocument","ssm:DescribeDocument","ssm:GetManifest","ssm:GetParameter","ssm:GetParameters","ssm:ListAssociations","ssm:ListInstanceAssociations","ssm:PutInventory","ssm:PutComplianceItems","ssm:PutConfigurePackageResult","ssm:UpdateAssociationStatus","ssm:UpdateInstanceAssociationStatus","ssm:UpdateInstanceInformation"],"Resource":"*"},{"Effect":"Allow","Action":["ssmmessages:*","ec2messages:*"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "AWSLambdaBasicExecutionRole",
        path: "/service-role/",
        id: "ANPAJNCQGXC42545SKXIK",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "AWSLambdaVPCAccessExecutionRole",
        path: "/service-role/",
        id: "ANPAJVTME3YLVNL72YR2K",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents","ec2:CreateNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets","ec2:DeleteNetworkInterface","ec2:AssignPrivateIpAddresses","ec2:UnassignPrivateIpAddresses"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "AmazonECSTaskExecutionRolePolicy",
        path: "/service-role/",
        id: "ANPAJG4T4G4PV56DE72PY",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability","ecr:GetDownloadUrlForLayer","ecr:BatchGetImage","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}"#,
    },
    AwsManaged {
        name: "AutoScalingServiceRolePolicy",
        path: "/aws-service-role/",
        id: "ANPAIC5D2V7MRWBMHGD7G",
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateTags","ec2:DeleteTags","ec2:Describe*","ec2:RunInstances","ec2:TerminateInstances","ec2:ModifyInstanceAttribute"],"Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringLike":{"iam:PassedToService":"ec2.amazonaws.com*"}}},{"Effect":"Allow","Action":["elasticloadbalancing:Register*","elasticloadbalancing:Deregister*","elasticloadbalancing:Describe*"],"Resource":"*"}]}"#,
    },
];

/// The policy of AWS's with this ARN.
pub(crate) fn find(arn: &str) -> Option<&'static AwsManaged> {
    let rest = arn.strip_prefix("arn:aws:iam::aws:policy/")?;
    POLICIES.iter().find(|policy| rest.strip_prefix(&policy.path[1..]) == Some(policy.name))
}

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static AwsManaged> {
    POLICIES.iter()
}

impl AwsManaged {
    /// `arn:aws:iam::aws:policy{path}{name}`.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:iam::aws:policy{}{}", self.path, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_is_found_by_its_arn_and_follows_the_grammar() {
        for policy in all() {
            assert_eq!(find(&policy.arn()), Some(policy));
            assert!(policy::Policy::parse(policy.document, policy::Kind::Identity).is_ok(), "{}", policy.name);
        }
        assert_eq!(find("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"), None);
        assert_eq!(find("arn:aws:iam::aws:policy/NoSuchPolicy"), None);
    }
}
