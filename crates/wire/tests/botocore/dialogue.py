#!/usr/bin/env python3
"""dialogue.py: talks with the Rust test in main.rs, one JSON document per line, about every operation of every service.

For each operation it makes up an input and prints it beside the request that botocore's own serializer writes for it; the
Rust side has to decode the same. Then it makes up an output, and a failure, asks the Rust side for the response, and
compares what botocore's own parser reads from it. What is made up follows the operation's name and nothing else.
"""
import base64
import datetime
import json
import os
import random
import re
import sys

import botocore.awsrequest
import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize

MODELS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models")

# botocore does in event handlers what the wire has to do for these, so its bare parser cannot read them.
UNREADABLE = {("s3", "GetBucketLocation")}
# CBOR has no free documents; these need one.
DOCUMENTS = {("cognito-idp", "StartWebAuthnRegistration"), ("cognito-idp", "CompleteWebAuthnRegistration")}

WORDS = ["abc", "a/b c", "ü&<\"'>", "1", "12345", "10.0.0.0/16", "example.com", "a-b", "A_b", "abcdefgh", "0" * 12,
         "vpc-0123456789abcdef0", "arn:aws:iam::123456789012:role/x", "arn:aws:s3:::x", "us-east-1_Abc", "us-east-1",
         "https://example.com/x", "00000000-1111-2222-3333-444444444444", "a" * 32, "a" * 64, "true", "key=value", "*",
         "2020-01-01", "/a/b", "$LATEST", "x@example.com", "+12345678", "rslvr-in-0123456789abcdef0"]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Impossible(Exception):
    """No value that the model accepts comes to mind."""


class Maker:
    """Makes up values, as botocore wants them and as ours are."""

    def __init__(self, seed, ours, strict, protocol):
        self.dice = random.Random(seed)
        self.ours = ours
        self.strict = strict
        self.documents = protocol != "smithy-rpc-v2-cbor"
        self.left = 300

    def make(self, shape, depth=0, ascii_only=False):
        self.left -= 1
        if depth > 12:
            raise Impossible
        make = getattr(self, "make_" + shape.type_name, None)
        if make is None:
            return self.number(shape)
        return make(shape, depth, ascii_only)

    def make_structure(self, shape, depth, _):
        if getattr(shape, "is_document_type", False) and self.documents:
            return {"a": [1, "b", {"c": True}]}, {"a": [1, "b", {"c": True}]}
        if shape.name not in self.ours:
            raise Impossible
        theirs, mine = {}, {}
        members = [(n, m) for n, m in shape.members.items() if n in self.ours[shape.name] and not m.serialization.get("eventstream")]
        if getattr(shape, "is_tagged_union", False):
            members = members[:1]
        for name, member in members:
            wanted = name in shape.required_members or getattr(shape, "is_tagged_union", False)
            if not wanted and (depth > 5 or self.left < 0 or self.dice.random() > (0.9 if depth < 2 else 0.4)):
                continue
            place = member.serialization.get("location")
            try:
                theirs[name], mine[name] = self.make(member, depth + 1, place in ("header", "headers"))
            except Impossible:
                if wanted:
                    raise
        for name, member in [] if theirs else members:
            try:
                theirs[name], mine[name] = self.make(member, depth + 1)
                break
            except Impossible:
                continue
        if not theirs and self.strict:
            raise Impossible
        return theirs, mine

    def make_list(self, shape, depth, ascii_only):
        low, high = shape.metadata.get("min", 1), shape.metadata.get("max", 3)
        count = max(low, min(high, self.dice.choice([1, 2, 11 if depth < 2 else 1])), 1)
        if count > 50:
            raise Impossible
        pairs = [self.make(shape.member, depth + 1, ascii_only) for _ in range(count)]
        return [t for t, _ in pairs], [m for _, m in pairs]

    def make_map(self, shape, depth, ascii_only):
        theirs, mine = {}, {}
        for _ in range(2):
            key, _mine = self.make(shape.key, depth + 1, ascii_only)
            key = key.lower() if ascii_only else key
            theirs[key], mine[key] = self.make(shape.value, depth + 1, ascii_only)
        return theirs, mine

    def make_string(self, shape, _depth, ascii_only):
        if shape.metadata.get("enum"):
            word = self.dice.choice(shape.metadata["enum"])
            return word, word
        low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 1 << 20)
        words = [w for w in WORDS if not ascii_only or w.isascii() and w.isalnum()] + ["a" * max(1, min(low, 4096))]
        words = [w for w in words if max(low, 1) <= len(w) <= high]
        if self.strict and "pattern" in shape.metadata:
            pattern = shape.metadata["pattern"].replace(r"\p{L}", "a-zA-Z").replace(r"\p{Z}", " ").replace(r"\p{N}", "0-9")
            pattern = re.sub(r"\\p\{\w+\}", "a-z", pattern)
            try:
                words = [w for w in words if re.fullmatch(pattern, w, re.A)]
            except re.error:
                words = []
        if not words:
            raise Impossible
        word = self.dice.choice(words)
        return word, word

    def make_blob(self, shape, _depth, _ascii):
        data = self.dice.choice([b"\0\x7f", b"hello", b"x" * 32])
        if not shape.metadata.get("min", 0) <= len(data) <= shape.metadata.get("max", 99):
            raise Impossible
        return data, base64.b64encode(data).decode()

    def make_boolean(self, *_):
        flag = self.dice.random() < 0.5
        return flag, flag

    def make_timestamp(self, *_):
        seconds = self.dice.choice([1, 1700000000, 4000000000])
        return EPOCH + datetime.timedelta(seconds=seconds), seconds * 1000

    def number(self, shape):
        whole = shape.type_name in ("integer", "long")
        if shape.serialization.get("location") == "statusCode":
            return 202, 202
        low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 1000)
        number = max(low, min(high, 7 if whole else 2.25))
        return number, number


def ours(value):
    """What botocore parsed, as ours are."""
    if isinstance(value, dict):
        return {k: ours(v) for k, v in value.items()}
    if isinstance(value, list):
        return [ours(v) for v in value]
    if isinstance(value, datetime.datetime):
        return round((value - EPOCH).total_seconds() * 1000)
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    return value


def request_of(service, model, protocol, operation, params):
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    raw = serializer.serialize_to_request(params, operation)
    botocore.awsrequest.prepare_request_dict(raw, "http://127.0.0.1:4566", context={})
    request = botocore.awsrequest.create_request_object(raw)
    prepared = request.prepare()
    _, _, rest = prepared.url.partition("127.0.0.1:4566")
    path, _, query = rest.partition("?")
    scope = model.metadata.get("signingName") or model.metadata["endpointPrefix"]
    headers = {k: v.decode() if isinstance(v, bytes) else str(v) for k, v in prepared.headers.items()}
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential=1/20260101/us-east-1/{scope}/aws4_request, Signature=0"
    body = prepared.body or b""
    body = body if isinstance(body, bytes) else bytes(body) if isinstance(body, bytearray) else str(body).encode()
    return {"method": prepared.method, "path": path, "query": query, "headers": headers, "body": base64.b64encode(body).decode()}


class Dialogue:
    def __init__(self):
        self.counts, self.problems = {"input": 0, "output": 0, "error": 0, "impossible": 0}, []

    def say(self, **fields):
        print(json.dumps(fields), flush=True)

    def ask(self, **fields):
        self.say(**fields)
        answer = json.loads(sys.stdin.readline())
        body = base64.b64decode(answer["body"])
        headers = botocore.awsrequest.HeadersDict(answer["headers"])
        return {"status_code": answer["status"], "headers": headers, "body": body}

    def compare(self, what, expected, found):
        if expected != found:
            self.problems.append(f"{what}: sent {json.dumps(expected)[:600]} but botocore reads {json.dumps(found, default=str)[:600]}")

    def input(self, service, model, protocol, operation, shapes):
        theirs, mine = {}, {}
        if operation.input_shape is not None and operation.input_shape.members:
            try:
                theirs, mine = Maker(f"{service} {operation.name}", shapes, True, protocol).make(operation.input_shape)
            except Impossible:
                if operation.input_shape.required_members:
                    self.counts["impossible"] += 1
                    return
        self.counts["input"] += 1
        request = request_of(service, model, protocol, operation, theirs)
        self.say(kind="input", service=service, operation=operation.name, request=request, value=mine)

    def made(self, seed, shape, shapes, protocol):
        try:
            return Maker(seed, shapes, False, protocol).make(shape)[1] if shape is not None and shape.members else {}
        except Impossible:
            return {}

    def output(self, service, protocol, operation, shapes):
        mine = self.made(f"{service} {operation.name} out", operation.output_shape, shapes, protocol)
        response = self.ask(kind="output", service=service, operation=operation.name, protocol=protocol, value=mine)
        parsed = botocore.parsers.create_parser(protocol).parse(response, operation.output_shape)
        metadata = parsed.pop("ResponseMetadata")
        payload = operation.output_shape is not None and operation.output_shape.serialization.get("payload")
        if payload and operation.output_shape.members[payload].type_name == "blob" and isinstance(parsed.get(payload), str):
            parsed[payload] = parsed[payload].encode()
        if payload and payload not in mine and not parsed.get(payload):
            parsed.pop(payload, None)
        self.counts["output"] += 1
        self.compare(f"{service} {operation.name} {protocol}", mine, ours(parsed))
        if operation.output_shape is not None:
            self.compare(f"{service} {operation.name} request id", "id-1", metadata.get("RequestId"))

    def error(self, service, protocol, operation, shape, shapes):
        fields = self.made(f"{service} {shape.name}", shape, shapes, protocol)
        fields = {name: value for name, value in fields.items() if name.lower() != "message"}
        response = self.ask(kind="error", service=service, operation=operation.name, protocol=protocol, code=shape.name, fields=fields)
        parser = botocore.parsers.create_parser(protocol)
        modeled = {name: value for name, value in ours(parser.parse(response, shape)).items() if name.lower() != "message"}
        self.compare(f"{service} {shape.name} {protocol} fields", fields, modeled)
        parsed = parser.parse(response, operation.output_shape)
        self.counts["error"] += 1
        code = shape.error_code if protocol in ("query", "rest-xml") else shape.name
        self.compare(f"{service} {shape.name} {protocol}", ["it <failed>", code], [parsed["Error"]["Message"], parsed["Error"]["Code"]])


def operations_of(loader, name, reduced):
    model = botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name)
    known = {op["name"] for op in reduced["operations"]}
    for operation in model.operation_names:
        if operation in known:
            yield model, model.operation_model(operation)


def main():
    loader = botocore.loaders.Loader(include_default_search_paths=False)
    loader.search_paths.append(os.path.join(os.path.dirname(botocore.__file__), "data"))
    dialogue = Dialogue()
    for name in sorted(f[:-5] for f in os.listdir(MODELS) if f.endswith(".json") and f not in ("index.json", "patches.json")):
        with open(os.path.join(MODELS, name + ".json"), encoding="utf8") as file:
            reduced = json.load(file)
        shapes = {s["name"]: {m["name"] for m in s.get("members", [])} for s in reduced["shapes"]}
        told = set()
        for model, operation in operations_of(loader, name, reduced):
            if operation.has_event_stream_output or operation.has_event_stream_input:
                continue
            own = model.metadata["protocol"]
            for protocol in [own] + (["smithy-rpc-v2-cbor"] if own == "json" and (name, operation.name) not in DOCUMENTS else []):
                dialogue.input(name, model, protocol, operation, shapes)
                if (name, operation.name) not in UNREADABLE:
                    dialogue.output(name, protocol, operation, shapes)
            for shape in operation.error_shapes:
                if shape.name not in told and shape.name in shapes:
                    told.add(shape.name)
                    dialogue.error(name, own, operation, shape, shapes)
    dialogue.say(kind="done", counts=dialogue.counts, problems=dialogue.problems)


if __name__ == "__main__":
    main()
