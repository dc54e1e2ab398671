# Two accounts of one cloud: who offers a service, and who uses it. Any secret does on loopback.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "endpoint" {
  description = "Where underpass serves the AWS API."
  default     = "http://127.0.0.1:4566"
}

provider "aws" {
  alias                       = "provider"
  region                      = "us-east-1"
  access_key                  = "111111111111"
  secret_key                  = "any"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = false

  endpoints {
    acm         = var.endpoint
    autoscaling = var.endpoint
    ec2         = var.endpoint
    elbv2       = var.endpoint
    iam         = var.endpoint
    route53     = var.endpoint
    sts         = var.endpoint
  }
}

provider "aws" {
  alias                       = "consumer"
  region                      = "us-east-1"
  access_key                  = "222222222222"
  secret_key                  = "any"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = false

  endpoints {
    ec2     = var.endpoint
    iam     = var.endpoint
    route53 = var.endpoint
    sts     = var.endpoint
  }
}
