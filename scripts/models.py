#!/usr/bin/env python3
"""models.py: writes crates/wire/models/ from the service models inside the installed `botocore` package.

What is kept is what the wire needs: shapes, bindings, constraints, routes, pagination. Documentation, examples, endpoint
rules and waiters are dropped, and so is every shape that no operation reaches. Corrections are data: `patches.json` holds
one JSON merge patch (RFC 7396) per service, applied to botocore's model before it is reduced. The output depends on
nothing but botocore's version and the patches.

    python3 scripts/models.py            # writes
    python3 scripts/models.py --check    # exits 1 if what is on disk differs
"""
import json
import os
import sys

import botocore
import botocore.loaders

SERVICES = """ec2 elbv2 autoscaling route53 route53resolver acm iam sts apigateway apigatewayv2 apprunner ecs ecr lambda
cloudformation logs ssm s3 wafv2 cloudfront cognito-idp servicediscovery events
service-quotas""".split()

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crates", "wire", "models")

NOTICE = """The files <service>.json and index.json in this folder are reduced from the service models of botocore {version}
(https://github.com/boto/botocore), which are

    Copyright 2012-2026 Amazon.com, Inc. or its affiliates. All Rights Reserved.
    Licensed under the Apache License, Version 2.0. http://www.apache.org/licenses/LICENSE-2.0

What was changed: documentation, examples, endpoint rules, waiters and unreachable shapes were removed, keys were
shortened, and the corrections of patches.json were applied. scripts/models.py made them; run it again to update.
"""


def merge(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        else:
            target[key] = merge(target.get(key), value)
    return target


def present(**fields):
    """The fields that say something: absent, false and empty ones are left out."""
    return {k.rstrip("_"): v for k, v in fields.items() if v not in (None, False, [], {}) or v == 0 and v is not False}


def protocols(metadata):
    return metadata.get("protocols") or [metadata["protocol"]]


def member(name, ref, required):
    namespace = ref.get("xmlNamespace") or {}
    return present(
        name=name,
        shape=ref["shape"],
        wire=ref.get("locationName"),
        query=ref.get("queryName"),
        in_=ref.get("location"),
        required=name in required,
        flat=ref.get("flattened"),
        attribute=ref.get("xmlAttribute"),
        time=ref.get("timestampFormat"),
        namespace=namespace.get("uri") if isinstance(namespace, dict) and "prefix" in namespace else None,
    )


def shape(name, model):
    kind = "document" if model.get("document") else model["type"]
    out = present(
        name=name,
        type=kind,
        wire=model.get("locationName"),
        flat=model.get("flattened"),
        payload=model.get("payload"),
        union=model.get("union"),
        min=model.get("min"),
        max=model.get("max"),
        pattern=model.get("pattern"),
        enum=model.get("enum"),
        time=model.get("timestampFormat"),
        unwrapped=model.get("unwrapped"),
    )
    if kind == "structure":
        out["members"] = [member(n, r, model.get("required", [])) for n, r in model["members"].items()]
        if "xmlNamespace" in model and "prefix" in (model["xmlNamespace"] or {}):
            out["namespace"] = model["xmlNamespace"]["uri"]
        error = model.get("error", {})
        if model.get("exception") or error:
            out["error"] = present(code=error.get("code"), status=error.get("httpStatusCode"))
    elif kind == "list":
        out["member"] = member("member", model["member"], [])
    elif kind == "map":
        out["key"] = member("key", model["key"], [])
        out["value"] = member("value", model["value"], [])
    return out


def references(model):
    refs = [r["shape"] for r in model.get("members", {}).values()]
    return refs + [model[k]["shape"] for k in ("member", "key", "value") if k in model]


def reachable(model):
    todo = []
    for op in model["operations"].values():
        todo += [op[k]["shape"] for k in ("input", "output") if k in op] + [e["shape"] for e in op.get("errors", [])]
    seen = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += references(model["shapes"][name])
    return seen


def listed(value):
    return value if isinstance(value, list) else [value] if value else []


def paging(page):
    return present(
        input=listed(page.get("input_token")),
        output=listed(page.get("output_token")),
        limit=page.get("limit_key"),
        result=listed(page.get("result_key")),
    )


def operation(name, op, pages):
    http = op.get("http", {})
    unsigned = op.get("authtype") == "none" or op.get("auth") == ["smithy.api#noAuth"]
    return present(
        name=name,
        method=http.get("method", "POST"),
        uri=http.get("requestUri", "/"),
        status=http.get("responseCode"),
        input=op.get("input", {}).get("shape"),
        output=op.get("output", {}).get("shape"),
        result=op.get("output", {}).get("resultWrapper"),
        unsigned=unsigned,
        readonly=op.get("readonly"),
        pages=paging(pages[name]) if name in pages else None,
    )


def xml_namespace(model):
    """Of the service, or else of its first request body: rest-xml services carry it there."""
    if "xmlNamespace" in model["metadata"]:
        return model["metadata"]["xmlNamespace"]
    for _, op in sorted(model["operations"].items()):
        namespace = op.get("input", {}).get("xmlNamespace")
        if namespace:
            return namespace["uri"]
    return None


def metadata(name, model):
    m = model["metadata"]
    return present(
        name=name,
        signing=m.get("signingName") or m["endpointPrefix"],
        endpoint=m["endpointPrefix"],
        version=m["apiVersion"],
        protocols=protocols(m),
        target=m.get("targetPrefix"),
    )


def reduce(name, model, pages):
    m = model["metadata"]
    head = metadata(name, model)
    head |= present(
        json=m.get("jsonVersion"),
        namespace=xml_namespace(model),
        validation=m.get("validationCode"),
        request_id=m.get("requestIdHeader"),
        bare_errors=m.get("bareErrors"),
        host_member=m.get("hostMember"),
    )
    keep = reachable(model)
    operations = [operation(n, op, pages) for n, op in sorted(model["operations"].items())]
    shapes = [shape(n, model["shapes"][n]) for n in sorted(keep)]
    return head, operations, shapes


def line(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def rendered(head, operations, shapes):
    """One operation or shape per line, so that an update reads well as a diff."""
    parts = [line(head)[:-1], ',"operations":[\n', ",\n".join(map(line, operations)), '\n],"shapes":[\n']
    return "".join(parts + [",\n".join(map(line, shapes)), "\n]}\n"])


def pages_of(loader, name, version):
    try:
        return loader.load_service_model(name, "paginators-1", version)["pagination"]
    except botocore.exceptions.UnknownServiceError:
        return {}
    except botocore.exceptions.DataNotFoundError:
        return {}


def embedded(services):
    """The Rust expression that carries the models into the binary."""
    rows = "".join(f'    ("{name}", include_str!("{name}.json")),\n' for name in sorted(services))
    return f"// @generated by scripts/models.py\n&[\n{rows}]\n"


def build():
    loader = botocore.loaders.Loader(include_default_search_paths=False)
    loader.search_paths.append(os.path.join(os.path.dirname(botocore.__file__), "data"))
    with open(os.path.join(FOLDER, "patches.json"), encoding="utf8") as file:
        patches = json.load(file)
    files, index = {"NOTICE": NOTICE.format(version=botocore.__version__)}, []
    for name in sorted(loader.list_available_services("service-2")):
        version = loader.determine_latest_version(name, "service-2")
        model = loader.load_service_model(name, "service-2", version)
        if name in SERVICES:
            model = merge(model, patches.get(name, {}))
            files[name + ".json"] = rendered(*reduce(name, model, pages_of(loader, name, version)))
        index.append(metadata(name, model) | ({"modelled": True} if name in SERVICES else {}))
    files["embedded.rs"] = embedded(SERVICES)
    files["index.json"] = "[\n" + ",\n".join(map(line, index)) + "\n]\n"
    return files


def main():
    check, stale = "--check" in sys.argv[1:], []
    for name, text in build().items():
        path = os.path.join(FOLDER, name)
        old = open(path, encoding="utf8").read() if os.path.exists(path) else None
        if old != text:
            stale.append(name)
            if not check:
                with open(path, "w", encoding="utf8") as file:
                    file.write(text)
    print("changed: " + (", ".join(stale) or "nothing"))
    sys.exit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
