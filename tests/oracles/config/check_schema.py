#!/usr/bin/env python3
"""check_schema.py COMMAND...: our JSON schema (COMMAND schema) takes whatever the peer's schema takes.

Makes instances out of the peer's schema (contract/schema.json in ../shared or PORTSIDE_SHARED), keeps those that the
peer's own schema accepts, and asks ours. Every property of every definition of theirs must have been in one of them.
With PORTSIDE_PEER_SOURCE also the JSON of the peer's documentation.
Exit 77, and a line that says why, when the peer's schema or python3-jsonschema is not here.
"""
import json
import os
import random
import subprocess
import sys

import samples

ROOT = os.path.dirname(os.path.abspath(__file__)) + "/../../.."
SHARED = os.environ.get("PORTSIDE_SHARED", ROOT + "/../shared")
THEIRS = SHARED + "/contract/schema.json"
ROUNDS = 400


def skip(reason):
    print("SKIPPED: " + reason)
    sys.exit(77)


try:
    import jsonschema
except ImportError:
    skip("python3-jsonschema is not installed (scripts/install-deps --test)")
if not os.path.exists(THEIRS):
    skip(f"the peer's schema is not at {THEIRS} (PORTSIDE_SHARED)")

theirs = json.load(open(THEIRS, encoding="utf-8-sig"))
ours = json.loads(subprocess.run(sys.argv[1:] + ["schema"], check=True, stdout=subprocess.PIPE).stdout)
jsonschema.Draft7Validator.check_schema(ours)
# "const" in theirs is meant, though their draft-04 does not have it.
their_validator = jsonschema.Draft7Validator(theirs)
our_validator = jsonschema.Draft7Validator(ours)
rng = random.Random(4711)
wanted, seen = set(), set()


def resolve(schema):
    while "$ref" in schema:
        schema = theirs["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def overlay(schema, variant):
    """The object `schema` with what one of its alternatives says about the properties."""
    merged = dict(schema, properties=dict(schema["properties"]))
    for name, value in variant.get("properties", {}).items():
        merged["properties"][name] = value
    merged["required"] = sorted(set(schema.get("required", [])) | set(variant.get("required", [])))
    merged.pop("oneOf", None)
    return merged


def make_number(schema, integer):
    low, high = schema.get("minimum", -3), schema.get("maximum", 1000)
    value = rng.choice([low, high, low + (high - low) / 3])
    return int(value) if integer else value


def make_string(schema):
    if schema.get("format") == "duration":
        return rng.choice(["00:00:01", "1.00:00:00", "00:05:00.5"])
    return rng.choice(["a", "A-b_9", "https://x.example/y", "00000000-0000-0000-0000-000000000001"])


def make_object(schema, fill, where):
    made = {}
    for name, member in schema.get("properties", {}).items():
        if name in schema.get("required", []) or rng.random() < fill:
            made[name] = make(member, fill, f"{where}/{name}")
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        for name in rng.sample(["one", "Two", "three.four"], rng.randint(0, 2)):
            made[name] = make(extra, fill, where + "/*") if extra else "anything"
    return made


def make(schema, fill, where=""):
    schema = resolve(schema)
    if "enum" in schema or "const" in schema:
        return rng.choice(schema.get("enum", [schema.get("const")]))
    if "oneOf" in schema or "allOf" in schema:
        choice = rng.choice(schema.get("oneOf") or schema["allOf"])
        if "properties" in schema:
            return make_object(overlay(schema, choice), fill, where)
        return make(choice, fill, where)
    kinds = schema.get("type", "string")
    kind = rng.choice(kinds) if isinstance(kinds, list) else kinds
    if kind == "null":
        return None
    if kind == "boolean":
        return rng.random() < 0.5
    if kind in ("integer", "number"):
        return make_number(schema, kind == "integer")
    if kind == "array":
        count = rng.randint(schema.get("minItems", 0), 2)
        return [make(schema.get("items", {}), fill, where + "/#") for _ in range(count)]
    if kind == "object":
        return make_object(schema, fill, where)
    return make_string(schema)


def note_properties(schema, value):
    """Which properties of which definition the value has."""
    for name, definition in theirs["definitions"].items():
        if isinstance(value, dict) and set(value) and set(value) <= set(definition.get("properties", {})):
            seen.update((name, key) for key in value)
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        note_properties(schema, child)


def as_strings(value):
    """.NET's configuration only knows texts: a number or a boolean may be written as one."""
    if isinstance(value, dict):
        return {k: as_strings(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_strings(v) for v in value]
    return json.dumps(value) if isinstance(value, (bool, int, float)) else value


def complain(instance, what):
    error = jsonschema.exceptions.best_match(our_validator.iter_errors(instance))
    if error is None:
        return 0
    print(f"FAIL: {what}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
    return 1


def sections():
    """One section of the root at a time, so that one bad branch does not spoil the whole instance."""
    for name, member in theirs["properties"].items():
        for i in range(ROUNDS):
            yield {name: make(member, rng.choice([0.2, 0.6, 1.0]), "/" + name)}
    documented = [x for x in samples.samples() if x.language == "json" and not samples.excluded(x)]
    for sample in documented:
        yield samples.around(samples.parse_json(sample.text, numbers=True), sample)
    print(f"check_schema: and {len(documented)} from the documentation" if documented else
          "check_schema: without the peer's documentation (PORTSIDE_PEER_SOURCE)")


for name, definition in theirs["definitions"].items():
    wanted.update((name, key) for key in definition.get("properties", {}))
made = accepted = failed = 0
for instance in sections():
    made += 1
    if not their_validator.is_valid(instance):
        continue
    accepted += 1
    note_properties(theirs, instance)
    failed += complain(instance, "the peer's schema takes it, ours does not")
    failed += complain(as_strings(instance), "as texts")
    if failed > 10:
        break

missing = sorted(wanted - seen)
for name, key in missing:
    print(f"FAIL: no instance had {name}.{key}")
# It can fail: what theirs and ours both refuse.
for bad in ({"Storage": {"DumpTempFolders": "/x"}}, {"Metrics": {"Enabled": []}}, {"GlobalCounter": {"IntervalSeconds": 0}},
            {"CollectionRules": {"r": {}}}, {"Egress": {"FileSystem": {"x": {}}}}):
    if our_validator.is_valid(bad):
        print(f"FAIL: our schema takes {bad}")
        failed += 1
print(f"check_schema: {made} instances, {accepted} valid for the peer's schema, {failed} faults, "
      f"{len(wanted) - len(missing)} of {len(wanted)} properties")
sys.exit(1 if failed or missing or accepted < 1000 else 0)
