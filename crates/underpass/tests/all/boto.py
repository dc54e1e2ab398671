"""boto.py: performs the AWS calls that the tests write on its standard input, a JSON document a line, through boto3.

A document says where (`endpoint`, `key`, `service`), what (`do`: call, wait, pages or script) and with which members; the
answer has its `id` and one of `ok`, `refused` (AWS's code, message and HTTP status) and `broken` (a traceback).
"""
import base64
import concurrent.futures
import json
import sys
import threading
import traceback

import boto3
import botocore.config
import botocore.exceptions

CONFIG = botocore.config.Config(
    retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=60, max_pool_connections=16, s3={"addressing_style": "path"}
)
POLLS = {"Delay": 0.1, "MaxAttempts": 300}

session = boto3.Session(region_name="us-east-1")
clients = {}
making, writing = threading.Lock(), threading.Lock()


def client(at, service):
    """One client per place, key and service: making one reads a model of megabytes."""
    key = (at["endpoint"], at["key"], at["secret"], service)
    with making:
        if key not in clients:
            clients[key] = session.client(
                service,
                endpoint_url=at["endpoint"],
                aws_access_key_id=at["key"],
                aws_secret_access_key=at["secret"],
                config=CONFIG,
            )
        return clients[key]


def call(at):
    return getattr(client(at, at["service"]), at["name"])(**at["with"])


def wait(at):
    client(at, at["service"]).get_waiter(at["name"]).wait(**at["with"], WaiterConfig=POLLS)
    return {}


def pages(at):
    return list(client(at, at["service"]).get_paginator(at["name"]).paginate(**at["with"]))


def script(at):
    scope = {"client": lambda service: client(at, service), "given": at["with"], "answer": None}
    exec(compile(at["name"], "script", "exec"), scope)
    return scope["answer"]


def plain(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def perform(at):
    try:
        answer = {"ok": {"call": call, "wait": wait, "pages": pages, "script": script}[at["do"]](at)}
    except botocore.exceptions.ClientError as refusal:
        error, status = refusal.response["Error"], refusal.response["ResponseMetadata"]["HTTPStatusCode"]
        answer = {"refused": {"code": error["Code"], "message": error.get("Message", ""), "status": status}}
    except Exception:
        answer = {"broken": traceback.format_exc()}
    with writing:
        print(json.dumps(answer | {"id": at["id"]}, default=plain), flush=True)


with concurrent.futures.ThreadPoolExecutor(16) as hands:
    for line in sys.stdin:
        hands.submit(perform, json.loads(line))
