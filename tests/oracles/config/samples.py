"""The configurations in dotnet-monitor's documentation and samples (PORTSIDE_PEER_SOURCE)."""
import glob
import json
import os
import re

SOURCE = os.environ.get("PORTSIDE_PEER_SOURCE", "")

# Blocks that are no configuration: file, number of the fenced block's line is not stable, so by a text in it.
NOT_CONFIGURATION = [
    ("api/definitions.md", '"BufferSizeInMB"', "body of POST /trace"),
    ("api/definitions.md", '"EventId"', "a line of /logs"),
    ("api/definitions.md", '"filterSpecs"', "body of POST /logs"),
    ("api/definitions.md", '"operationId"', "answer of /operations"),
    ("api/definitions.md", '"uid"', "answer of /processes"),
    ("api/definitions.md", '"One or more validation errors occurred."', "a problem document"),
    ("configuration/view-merged-configuration.md", ":NOT PRESENT:", "output of `config show`"),
    ("api-key-format.md", '"alg"', "header of a token"),
    ("api-key-format.md", '"aud"', "payload of a token"),
    ("api-key-format.md", '"Crv"', "a public key"),
    ("configuration/configuration-sources.md", '__Key="myapp"', "shows precedence; myapp is no key of a filter, "
     "the peer refuses it too"),
]

RULE_MEMBERS = {"Filters", "Trigger", "Actions", "Limits"}


class Sample:
    def __init__(self, where, language, text, headings):
        self.where, self.language, self.text, self.headings = where, language, text, headings
        self.kind = next((re.match(r"`(\w+)` (Trigger|Action)", h) for h in headings
                          if re.match(r"`(\w+)` (Trigger|Action)", h)), None)


def fenced_blocks(path, name):
    headings, block, language, start = {}, None, "", 0
    for number, line in enumerate(open(path, encoding="utf-8-sig"), 1):
        if block is None and line.lstrip().startswith("```"):
            block, language, start = [], line.strip().strip("`").strip(), number
        elif block is not None and line.lstrip().startswith("```"):
            yield Sample(f"{name}:{start}", language, "".join(block), list(headings.values()))
            block = None
        elif block is not None:
            block.append(line)
        elif line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            headings = {k: v for k, v in headings.items() if k < level}
            headings[level] = line.lstrip("#").strip()


def parse_json(text, numbers=False):
    """As .NET's configuration reads it: comments and commas at the end are no fault; `...` stands for more.
    Numbers stay as they are written, unless they are wanted."""
    text = re.sub(r"^\s*\.\.\.\s*$|^\s*//.*$", "", text, flags=re.M)
    text = re.sub(r",(\s*[}\]])", r"\1", text).strip()
    if text.startswith('"'):
        text = "{" + text + "}"
    return json.loads(text) if numbers else json.loads(text, parse_int=str, parse_float=str)


def around(value, sample):
    """The whole configuration that a fragment belongs to."""
    rule = None
    if isinstance(value, list):
        rule = {"Actions": value}
    elif set(value) <= RULE_MEMBERS:
        rule = value
    elif sample.kind and "CollectionRules" not in value:
        object_ = {"Type": sample.kind[1], "Settings": value}
        rule = {"Trigger": object_} if sample.kind[2] == "Trigger" else {"Actions": [object_]}
    elif all(isinstance(v, dict) and v and set(v) <= RULE_MEMBERS for v in value.values()):
        return {"CollectionRules": value}
    return {"CollectionRules": {"RuleName": rule}} if rule is not None else value


def samples():
    for path in sorted(glob.glob(SOURCE + "/documentation/**/*.md", recursive=True)):
        yield from fenced_blocks(path, os.path.relpath(path, SOURCE + "/documentation"))
    for path in sorted(glob.glob(SOURCE + "/samples/**/*.y*ml", recursive=True)):
        yield Sample(os.path.relpath(path, SOURCE), "file", open(path, encoding="utf-8-sig").read(), [])


def is_here():
    return os.path.isdir(SOURCE + "/documentation")


def excluded(sample):
    """The entry of NOT_CONFIGURATION that the sample is; None when it is a configuration."""
    return next((e for e in NOT_CONFIGURATION if sample.where.startswith(e[0] + ":") and e[1] in sample.text), None)
