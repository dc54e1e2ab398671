# The provider: servers that an Auto Scaling group keeps, a Network Load Balancer with TLS before them, a service of it.
resource "aws_vpc" "provider" {
  provider             = aws.provider
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "provider" {
  provider          = aws.provider
  for_each          = { a = "10.0.1.0/24", b = "10.0.2.0/24" }
  vpc_id            = aws_vpc.provider.id
  cidr_block        = each.value
  availability_zone = "us-east-1${each.key}"
}

resource "aws_security_group" "web" {
  provider    = aws.provider
  name        = "web"
  description = "what the balancer sends"
  vpc_id      = aws_vpc.provider.id

  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = [aws_vpc.provider.cidr_block]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_launch_template" "web" {
  provider               = aws.provider
  name                   = "web"
  image_id               = "ami-0000000000000000a"
  instance_type          = "t3.micro"
  vpc_security_group_ids = [aws_security_group.web.id]
  user_data              = base64encode("#!/bin/sh\ncd /srv && echo hello > index.html && exec python3 -m http.server 80\n")

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "web" {
  provider            = aws.provider
  name                = "web"
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = [for subnet in aws_subnet.provider : subnet.id]
  target_group_arns   = [aws_lb_target_group.web.arn]
  health_check_type   = "ELB"

  launch_template {
    id      = aws_launch_template.web.id
    version = aws_launch_template.web.latest_version
  }
}

resource "aws_lb" "web" {
  provider                         = aws.provider
  name                             = "web"
  internal                         = true
  load_balancer_type               = "network"
  subnets                          = [for subnet in aws_subnet.provider : subnet.id]
  enable_cross_zone_load_balancing = true
}

resource "aws_lb_target_group" "web" {
  provider = aws.provider
  name     = "web"
  port     = 80
  protocol = "TCP"
  vpc_id   = aws_vpc.provider.id

  health_check {
    protocol = "HTTP"
    interval = 30
  }
}

resource "aws_route53_zone" "public" {
  provider = aws.provider
  name     = "service.example.com"
}

resource "aws_acm_certificate" "web" {
  provider          = aws.provider
  domain_name       = "web.service.example.com"
  validation_method = "DNS"
}

resource "aws_route53_record" "validation" {
  provider = aws.provider
  for_each = {
    for option in aws_acm_certificate.web.domain_validation_options : option.domain_name => option
  }
  zone_id = aws_route53_zone.public.zone_id
  name    = each.value.resource_record_name
  type    = each.value.resource_record_type
  records = [each.value.resource_record_value]
  ttl     = 60
}

resource "aws_acm_certificate_validation" "web" {
  provider                = aws.provider
  certificate_arn         = aws_acm_certificate.web.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

resource "aws_lb_listener" "tls" {
  provider          = aws.provider
  load_balancer_arn = aws_lb.web.arn
  port              = 443
  protocol          = "TLS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.web.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_vpc_endpoint_service" "web" {
  provider                   = aws.provider
  acceptance_required        = false
  network_load_balancer_arns = [aws_lb.web.arn]
  allowed_principals         = ["arn:aws:iam::222222222222:root"]
}
