//! StartNetworkInsightsAnalysis: it is `running` until a reconciler has walked the plan.

use resource::{AnalysisState, InsightsAnalysis, InsightsAnalysisId};
use serde::{Deserialize, Serialize};

use super::view::AnalysisView;
use crate::ec2::find;
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_insights_path_id: String,
    additional_accounts: Vec<String>,
    filter_in_arns: Vec<String>,
    filter_out_arns: Vec<String>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_insights_analysis: AnalysisView,
}

pub fn start_network_insights_analysis(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let path = find::insights_path(cx.txn, cx.owner(), &input.network_insights_path_id)?;
    let is_account = |text: &String| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(wrong) = input.additional_accounts.iter().find(|text| !is_account(text)) {
        return Err(Error::invalid_value(format!("Value ({wrong}) for parameter AdditionalAccounts is no account.")));
    }
    let kind = "network-insights-analysis";
    let analysis = InsightsAnalysis {
        id: InsightsAnalysisId::random(),
        owner: cx.owner().clone(),
        path: path.id.clone(),
        through: input.filter_in_arns,
        around: input.filter_out_arns,
        accounts: input.additional_accounts,
        started: cx.now,
        state: AnalysisState::Running,
        tags: tags::specified(&input.tag_specifications, kind, &[kind])?,
    };
    cx.txn.put(analysis.clone());
    Ok(Output { network_insights_analysis: AnalysisView::new(&analysis) })
}

#[cfg(test)]
mod tests {
    use ipnet::Ipv4Net;
    use resource::{Finding, PathComponent, PathPeer, PathReason, PathRule, PathStep, Traffic};
    use serde_json::{Value, json};

    use super::*;
    use crate::ec2::testing::Cloud;

    /// A path, and a running analysis of it.
    fn started(cloud: &Cloud) -> (String, String) {
        let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        let wish = json!({"Source": gateway, "DestinationIp": "198.18.0.9", "Protocol": "tcp", "DestinationPort": 80});
        let path = cloud.text("CreateNetworkInsightsPath", wish, "/NetworkInsightsPath/NetworkInsightsPathId");
        let wish = json!({"NetworkInsightsPathId": path});
        let id = cloud.text("StartNetworkInsightsAnalysis", wish, "/NetworkInsightsAnalysis/NetworkInsightsAnalysisId");
        (path, id)
    }

    fn described(cloud: &Cloud, filter: &str, value: &str) -> Value {
        let filters = json!({"Filters": [{"Name": filter, "Values": [value]}]});
        cloud.ok("DescribeNetworkInsightsAnalyses", filters)["NetworkInsightsAnalyses"].clone()
    }

    fn finish(cloud: &Cloud, id: &str, finding: &Finding) {
        cloud.change(|txn| {
            txn.update::<InsightsAnalysis>(id, |analysis| analysis.state = AnalysisState::Succeeded(finding.clone()));
        });
    }

    fn component(id: &str) -> PathComponent {
        PathComponent { id: id.to_owned(), arn: None }
    }

    #[test]
    fn an_analysis_runs_and_its_path_cannot_go_before_it() {
        let cloud = Cloud::new();
        assert_eq!(
            cloud.refusal("StartNetworkInsightsAnalysis", json!({"NetworkInsightsPathId": "nip-0123456789abcdef0"})),
            "InvalidNetworkInsightsPathId.NotFound"
        );
        let (path, id) = started(&cloud);
        assert_eq!(described(&cloud, "status", "running")[0]["NetworkInsightsAnalysisId"], json!(id));
        let path = json!({"NetworkInsightsPathId": path});
        assert_eq!(cloud.refusal("DeleteNetworkInsightsPath", path.clone()), "AnalysisExistsForNetworkInsightsPath");
        cloud.ok("DeleteNetworkInsightsAnalysis", json!({"NetworkInsightsAnalysisId": id}));
        cloud.ok("DeleteNetworkInsightsPath", path);
    }

    #[test]
    fn what_was_found_is_shown_in_awss_words() {
        let cloud = Cloud::new();
        let (_, id) = started(&cloud);
        let everywhere: Ipv4Net = "0.0.0.0/0".parse().expect("it is a block");
        let rule = PathRule::Group { egress: true, traffic: Traffic::Tcp(80, 80), peer: PathPeer::Cidr(everywhere) };
        let sg = component("sg-0123456789abcdef0");
        let (attached_to, vpc, subnet, header, inbound) = (None, None, None, None, None);
        let step = PathStep { component: sg.clone(), attached_to, vpc, subnet, rule: Some(rule), header, inbound };
        finish(&cloud, &id, &Finding { forward: vec![step], ..Finding::default() });
        let found = &described(&cloud, "path-found", "true")[0];
        assert_eq!(found["Status"], json!("succeeded"));
        let rule = json!({"Cidr": "0.0.0.0/0", "Direction": "egress", "PortRange": {"From": 80, "To": 80}, "Protocol": "tcp"});
        assert_eq!(found["ForwardPathComponents"][0]["SecurityGroupRule"], rule);
        assert_eq!(found["ForwardPathComponents"][0]["SequenceNumber"], json!(1));

        let interface = Some(component("eni-0123456789abcdef0"));
        let code = "ENI_SG_RULES_MISMATCH".to_owned();
        let groups = vec![sg.clone()];
        let egress = Some(false);
        let component = Some(sg);
        let apart = PathReason {
            code: "DISCONNECTED_VPCS".to_owned(),
            component: None,
            account: Some("222222222222".to_owned()),
            source_vpc: Some(resource::VpcId::parse("vpc-0123456789abcdef0").expect("it is an id")),
            destination_vpc: Some(resource::VpcId::parse("vpc-0123456789abcdef1").expect("it is an id")),
            egress: None,
            interface: None,
            groups: Vec::new(),
            rule: None,
            vpc: None,
            subnet: None,
        };
        let reason = PathReason { code, component, egress, interface, groups, ..apart.clone() };
        let reason = PathReason { account: None, source_vpc: None, destination_vpc: None, ..reason };
        finish(&cloud, &id, &Finding { reasons: vec![reason, apart], ..Finding::default() });
        let found = described(&cloud, "path-found", "false");
        let (source, destination) = (json!({"Id": "vpc-0123456789abcdef0"}), json!({"Id": "vpc-0123456789abcdef1"}));
        let apart = json!({"ExplanationCode": "DISCONNECTED_VPCS", "ComponentAccount": "222222222222", "SourceVpc": source,
                           "DestinationVpc": destination});
        assert_eq!(found[0]["Explanations"][1], apart);
        let lost = &found[0]["Explanations"][0];
        assert_eq!(lost["ExplanationCode"], json!("ENI_SG_RULES_MISMATCH"));
        assert_eq!(lost["Direction"], json!("ingress"));
        assert_eq!(lost["SecurityGroups"][0]["Id"], json!("sg-0123456789abcdef0"));
        assert_eq!(lost["NetworkInterface"]["Id"], json!("eni-0123456789abcdef0"));
    }
}
