#!/usr/bin/env python3
"""check_samples.py COMMAND...: every configuration in dotnet-monitor's documentation is accepted (COMMAND validate).

Looks at each fenced block of documentation/**/*.md and at samples/** of the source tree in PORTSIDE_PEER_SOURCE: JSON,
Kubernetes ConfigMaps and environment variables, `docker run --env`. Most are fragments; complete() adds what they take
for granted (a destination that is shown elsewhere, the rule around a trigger). A sample passes when there is no error
and no unknown key but those of SLIPS. Exit 77, and a line that says why, when the source tree is not here.
"""
import json
import re
import subprocess
import sys

from samples import NOT_CONFIGURATION, around, excluded, is_here, parse_json, samples

# Slips of the documentation: keys that the peer does not have either.
SLIPS = {
    "RequestCount": "AspNetResponseStatus: the member is ResponseCount",
    "UseDefaultProviders": "CollectLiveMetrics: the member is IncludeDefaultProviders",
    "SlidingWindowDuration": "a trace has Duration",
    "Settings_MeterName": "one underscore too few",
    "TraceWhenHighCPU": "a brace closes CollectionRules too early",
}

def flatten(value, path=""):
    if isinstance(value, (dict, list)):
        flat = {}
        for name, child in value.items() if isinstance(value, dict) else enumerate(value):
            flat.update(flatten(child, f"{path}:{name}" if path else str(name)))
        return flat
    return {path: "" if value is None else str(value)}


def unquote(text):
    text = text.strip()
    text = json.loads(text) if text.startswith('"') else text.strip("'")
    return re.sub(r"^<\w+>$", "placeholder", text)


def assignments(sample):
    """Keys out of environment variables, and of the lines of a ConfigMap."""
    flat = {}
    name = r"DotnetMonitor_([A-Za-z0-9_.\-]+)"
    forms = [r"name\"?: *\"?" + name + r"\"?,?\s+\"?value\"?: *(\"(?:\\.|[^\"])*\"|\S+)",
             name + r"=(\"(?:\\.|[^\"])*\"|[^\s\"]+)"]
    for form in forms:
        for key, value in re.findall(form, sample.text, flags=re.I):
            flat[key.replace("__", ":")] = unquote(value)
    if sample.language == "yaml" and not flat:
        for key, value in re.findall(r"^ *([A-Z]\w*(?:__[\w.\-]+)*): (\".*\") *$", sample.text, flags=re.M):
            flat[key.replace("__", ":")] = unquote(value)
    return flat


def complete(flat, sample):
    """Adds what the sample takes for granted. Nothing that it says itself is changed."""
    keys = {k.lower() for k in flat}

    def below(prefix):
        return any(k == prefix.lower() or k.startswith(prefix.lower() + ":") for k in keys)

    rules = {k.split(":")[1] for k in flat if k.startswith("CollectionRules:")}
    for rule in rules:
        trigger = f"CollectionRules:{rule}:Trigger"
        if not below(trigger):
            flat[trigger + ":Type"] = "Startup"
        elif below(trigger + ":Settings") and not below(trigger + ":Type"):
            flat[trigger + ":Type"] = sample.kind[1]
        for action in {k.rsplit(":Settings", 1)[0] for k in flat
                       if re.match(f"CollectionRules:{re.escape(rule)}:Actions:\\d+:Settings", k)}:
            if not below(action + ":Type"):
                flat[action + ":Type"] = sample.kind[1]
    for key, value in list(flat.items()):
        if key.endswith(":Egress") and not re.search(f"^egress:(?!properties)[^:]+:{re.escape(value.lower())}(:|$)",
                                                     "\n".join(keys), flags=re.M):
            flat[f"Egress:FileSystem:{value}:DirectoryPath"] = "/artifacts"
    for key in list(flat):  # what the peer misses because of a slip
        if key.endswith(":Settings:RequestCount") and flat[key[:-21] + "Type"] == "AspNetResponseStatus":
            flat["CollectionRuleDefaults:Triggers:ResponseCount"] = "10"
        if key.endswith(":Settings_MeterName"):
            flat[key.replace("_MeterName", ":MeterName")] = flat[key]
    return flat


def validate(flat):
    environment = {"DotnetMonitor_" + k.replace(":", "__"): v for k, v in flat.items()}
    run = subprocess.run(sys.argv[1:] + ["validate"], env=environment, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, check=False)
    faults = [line for line in run.stdout.splitlines() if line.startswith("error:")]
    for line in run.stdout.splitlines():
        unknown = re.match(r"warning: (\S+) .*there is no such key", line)
        if unknown and unknown[1].rsplit(":", 1)[-1] not in SLIPS:
            faults.append(line)
    return faults or ([f"exit code {run.returncode}: {run.stdout}"] if run.returncode else [])


def keys_of(sample, unused):
    entry = excluded(sample)
    if entry:
        unused.discard(entry)
        return None
    if sample.language == "json":
        return flatten(around(parse_json(sample.text), sample))
    return assignments(sample)


if not is_here():
    print("SKIPPED: no source tree of dotnet-monitor (set PORTSIDE_PEER_SOURCE to a clone of dotnet/dotnet-monitor)")
    sys.exit(77)
count = failed = keys = 0
unused = set(NOT_CONFIGURATION)
for sample in samples():
    flat = keys_of(sample, unused)
    if not flat:
        continue
    flat.pop("$schema", None)
    count += 1
    keys += len(flat)
    for fault in validate(complete(flat, sample)):
        failed += 1
        print(f"FAIL: {sample.where}: {fault}")
for entry in unused:
    print(f"FAIL: no block is {entry}: the documentation has changed, look at the list")
    failed += 1
# It can fail.
if not validate({"CollectionRules:r:Trigger:Type": "Startupp"}) or not validate({"Storag:X": "1"}):
    print("FAIL: a faulty configuration is accepted")
    failed += 1
print(f"check_samples: {count} samples with {keys} keys, {failed} faults")
sys.exit(1 if failed or count < 150 else 0)
