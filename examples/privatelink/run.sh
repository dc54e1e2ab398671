#!/usr/bin/env bash
# A PrivateLink made with the AWS CLI: two accounts, two VPCs with the same addresses, one service.
# Needs a running Underpass and its exports: eval "$(underpass env)"
set -euo pipefail
: "${AWS_ENDPOINT_URL:?run: eval \"\$(underpass env)\"}"
underpass=${UNDERPASS:-underpass}
provider=111111111111
consumer=222222222222

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
as() { # ACCOUNT COMMAND...: runs a command with the keys of an account
  local account=$1
  shift
  AWS_ACCESS_KEY_ID=$account AWS_SECRET_ACCESS_KEY=any "$@"
}
ask() { # ACCOUNT QUERY ec2|elbv2 ...: one value of an answer
  local account=$1 query=$2
  shift 2
  as "$account" aws "$@" --query "$query" --output text
}
until_is() { # WANTED COMMAND...: waits until a command prints what is wanted
  local wanted=$1 found i
  shift
  for i in $(seq 150); do
    found=$("$@" 2>&1 || true)
    [ "$found" = "$wanted" ] && return 0
    sleep 0.2
  done
  echo "still '$found' and not '$wanted': $*" >&2
  return 1
}
fetch() { # SUBNET GROUP URL: curl as if from an instance of the consumer
  as $consumer "$underpass" exec --subnet "$1" --security-group "$2" -- curl -sS --max-time 2 "$3"
}

say "1. The provider ($provider): a VPC of 10.0.0.0/16, an instance that serves HTTP"
p_vpc=$(ask $provider Vpc.VpcId ec2 create-vpc --cidr-block 10.0.0.0/16)
p_subnet=$(ask $provider Subnet.SubnetId ec2 create-subnet --vpc-id "$p_vpc" --cidr-block 10.0.1.0/24 --availability-zone us-east-1a)
p_group=$(ask $provider GroupId ec2 create-security-group --vpc-id "$p_vpc" --group-name web --description "HTTP from the load balancer")
as $provider aws ec2 authorize-security-group-ingress --group-id "$p_group" --protocol tcp --port 80 --cidr 10.0.0.0/8 >/dev/null
web='#!/bin/sh
mkdir -p /srv/www && cd /srv/www && echo "Hello from the provider" > index.html
exec python3 -m http.server 80'
instance=$(ask $provider 'Instances[0].InstanceId' ec2 run-instances --image-id ami-0000000000000000a --instance-type t3.micro \
  --subnet-id "$p_subnet" --security-group-ids "$p_group" --user-data "$web")
echo "VPC $p_vpc, instance $instance"

say "2. A Network Load Balancer before it, and an endpoint service on that"
nlb=$(ask $provider 'LoadBalancers[0].LoadBalancerArn' elbv2 create-load-balancer --name web --type network --scheme internal --subnets "$p_subnet")
targets=$(ask $provider 'TargetGroups[0].TargetGroupArn' elbv2 create-target-group --name web --protocol TCP --port 80 --vpc-id "$p_vpc" \
  --health-check-protocol HTTP --health-check-interval-seconds 5 --health-check-timeout-seconds 2)
as $provider aws elbv2 create-listener --load-balancer-arn "$nlb" --protocol TCP --port 80 \
  --default-actions "Type=forward,TargetGroupArn=$targets" >/dev/null
as $provider aws ec2 wait instance-running --instance-ids "$instance"
as $provider aws elbv2 register-targets --target-group-arn "$targets" --targets "Id=$instance"
until_is healthy ask $provider 'TargetHealthDescriptions[0].TargetHealth.State' elbv2 describe-target-health --target-group-arn "$targets"
as $provider aws elbv2 wait load-balancer-available --load-balancer-arns "$nlb"
read -r service name <<<"$(ask $provider 'ServiceConfiguration.[ServiceId,ServiceName]' ec2 create-vpc-endpoint-service-configuration \
  --acceptance-required --network-load-balancer-arns "$nlb")"
as $provider aws ec2 modify-vpc-endpoint-service-permissions --service-id "$service" \
  --add-allowed-principals "arn:aws:iam::$consumer:root" >/dev/null
echo "the target is healthy; the service is $name"

say "3. The consumer ($consumer): another VPC with the same addresses, and an endpoint to the service"
c_vpc=$(ask $consumer Vpc.VpcId ec2 create-vpc --cidr-block 10.0.0.0/16)
c_subnet=$(ask $consumer Subnet.SubnetId ec2 create-subnet --vpc-id "$c_vpc" --cidr-block 10.0.1.0/24 --availability-zone us-east-1a)
e_group=$(ask $consumer GroupId ec2 create-security-group --vpc-id "$c_vpc" --group-name endpoint --description "HTTP from the VPC")
as $consumer aws ec2 authorize-security-group-ingress --group-id "$e_group" --protocol tcp --port 80 --cidr 10.0.0.0/16 >/dev/null
a_group=$(ask $consumer GroupId ec2 create-security-group --vpc-id "$c_vpc" --group-name app --description "the application")
read -r endpoint host <<<"$(ask $consumer 'VpcEndpoint.[VpcEndpointId,DnsEntries[0].DnsName]' ec2 create-vpc-endpoint --vpc-id "$c_vpc" \
  --vpc-endpoint-type Interface --service-name "$name" --subnet-ids "$c_subnet" --security-group-ids "$e_group")"
echo "endpoint $endpoint is $(ask $consumer 'VpcEndpoints[0].State' ec2 describe-vpc-endpoints --vpc-endpoint-ids "$endpoint")"

address=$(ask $consumer 'NetworkInterfaces[0].PrivateIpAddress' ec2 describe-network-interfaces \
  --filters "Name=description,Values=VPC Endpoint Interface $endpoint")

say "4. Nothing passes before the provider accepts"
if fetch "$c_subnet" "$a_group" "http://$address/"; then echo "packets passed too early" >&2; exit 1; fi

say "5. The provider accepts, and the consumer reaches the service by the endpoint's DNS name"
as $provider aws ec2 accept-vpc-endpoint-connections --service-id "$service" --vpc-endpoint-ids "$endpoint" >/dev/null
until_is available ask $consumer 'VpcEndpoints[0].State' ec2 describe-vpc-endpoints --vpc-endpoint-ids "$endpoint"
echo "\$ curl http://$host/"
fetch "$c_subnet" "$a_group" "http://$host/"

say "6. A security group is a filter: without its rule the endpoint is silent, with it it answers"
as $consumer aws ec2 revoke-security-group-ingress --group-id "$e_group" --protocol tcp --port 80 --cidr 10.0.0.0/16 >/dev/null
if fetch "$c_subnet" "$a_group" "http://$host/"; then echo "the group does not filter" >&2; exit 1; fi
as $consumer aws ec2 authorize-security-group-ingress --group-id "$e_group" --protocol tcp --port 80 --source-group "$a_group" >/dev/null
fetch "$c_subnet" "$a_group" "http://$host/"

say "7. Two instances ping each other when a rule references the other's group"
b_group=$(ask $consumer GroupId ec2 create-security-group --vpc-id "$c_vpc" --group-name pinged --description "ICMP from the application")
as $consumer aws ec2 authorize-security-group-ingress --group-id "$b_group" \
  --ip-permissions "IpProtocol=icmp,FromPort=-1,ToPort=-1,UserIdGroupPairs=[{GroupId=$a_group}]" >/dev/null
launch() { ask $consumer 'Instances[0].InstanceId' ec2 run-instances --image-id ami-0000000000000000a --instance-type t3.micro \
  --subnet-id "$c_subnet" --security-group-ids "$1"; }
pinger=$(launch "$a_group")
pinged=$(launch "$b_group")
as $consumer aws ec2 wait instance-running --instance-ids "$pinger" "$pinged"
neighbour=$(ask $consumer 'Reservations[0].Instances[0].PrivateIpAddress' ec2 describe-instances --instance-ids "$pinged")
as $consumer "$underpass" exec --instance "$pinger" -- ping -c 3 -i 0.2 "$neighbour"

say "8. Rejecting the connection cuts it"
as $provider aws ec2 reject-vpc-endpoint-connections --service-id "$service" --vpc-endpoint-ids "$endpoint" >/dev/null
until_is rejected ask $consumer 'VpcEndpoints[0].State' ec2 describe-vpc-endpoints --vpc-endpoint-ids "$endpoint"
if fetch "$c_subnet" "$a_group" "http://$address/"; then echo "a rejected endpoint still answers" >&2; exit 1; fi
as $provider aws ec2 accept-vpc-endpoint-connections --service-id "$service" --vpc-endpoint-ids "$endpoint" >/dev/null
until_is available ask $consumer 'VpcEndpoints[0].State' ec2 describe-vpc-endpoints --vpc-endpoint-ids "$endpoint"
say "All of it works. The endpoint is open again: http://$host/ from subnet $c_subnet of account $consumer."
