# The consumer: its own VPC with the same addresses, an endpoint to the service, and a name of its own for it.
resource "aws_vpc" "consumer" {
  provider             = aws.consumer
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "consumer" {
  provider          = aws.consumer
  for_each          = { a = "10.0.1.0/24", b = "10.0.2.0/24" }
  vpc_id            = aws_vpc.consumer.id
  cidr_block        = each.value
  availability_zone = "us-east-1${each.key}"
}

resource "aws_security_group" "endpoint" {
  provider    = aws.consumer
  name        = "endpoint"
  description = "who may use the endpoint"
  vpc_id      = aws_vpc.consumer.id

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = [aws_vpc.consumer.cidr_block]
  }
}

resource "aws_vpc_endpoint" "web" {
  provider           = aws.consumer
  vpc_id             = aws_vpc.consumer.id
  service_name       = aws_vpc_endpoint_service.web.service_name
  vpc_endpoint_type  = "Interface"
  subnet_ids         = [for subnet in aws_subnet.consumer : subnet.id]
  security_group_ids = [aws_security_group.endpoint.id]
}

resource "aws_route53_zone" "private" {
  provider = aws.consumer
  name     = "service.example.com"

  vpc {
    vpc_id = aws_vpc.consumer.id
  }
}

resource "aws_route53_record" "web" {
  provider = aws.consumer
  zone_id  = aws_route53_zone.private.zone_id
  name     = "web.service.example.com"
  type     = "CNAME"
  records  = [aws_vpc_endpoint.web.dns_entry[0].dns_name]
  ttl      = 60
}

output "name" {
  value = aws_route53_record.web.fqdn
}
