"""Makes Llama2Tests/Fixtures/matching.json: texts with the verdicts of Python's re and of jsonschema.

    python Tests/matching-fixtures.py

Needs jsonschema. Values are drawn along the schema, some of them changed, and written as the library writes
JSON. Where a schema leaves open whether an object may have more properties than it names, the library writes
none: so the schema that is asked forbids them. Python's `$` also matches before a last newline, `\\d`, `\\w` and
`\\s` match what ECMAScript's do not, and 1.0 is an integer: no text depends on that.
"""

import functools
import json
import random
import re
from pathlib import Path

import jsonschema

FIXTURE = Path(__file__).parent / "Llama2Tests" / "Fixtures" / "matching.json"
TEXTS = 10

PATTERNS = [
    "", "abc", "a|b|cd", "(yes|no|unsure)", r"\d{4}-\d{2}-\d{2}", "[a-z]+", "[^a-z]", "a?b*c+",
    "(?:ab)+", "(a|b)*abb", "x{3}", "x{2,}", "x{0,2}y", r"\w+@\w+\.com", r"\s\S", r"\D\W", ".*", "a.b",
    "[-+]?[0-9]+", "[+-]?(0|[1-9][0-9]*)(\\.[0-9]+)?", r"[\]\[\\^-]", "[a\\-z]", "[é-ü]+", "(a*)*",
    "(a*)+b", "((a|b)?c)*", r"\x41\u0042", "\U0001F600|\u20ac", r"\t|\n|\r|\f|\v", r"\.\*\+\?\(\)\{\}\|\^\$",
    "^abc$", "^a|b$", "a{1,3}", "(a{2}){2}", "[\\d.]+", "[^\\d\\s]", "(|a)b", "([01]\\d|2[0-3]):[0-5]\\d",
    "#[0-9a-fA-F]{6}", "(Mr|Mrs|Ms)\\. [A-Z][a-z]+",
]

NODE = {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"anyOf": [
    {"$ref": "#/$defs/node"}, {"type": "null"}]}}, "required": ["v", "next"]}
TREE = {"type": "object", "properties": {"name": {"type": "string"}, "children": {
    "type": "array", "items": {"$ref": "#"}}}, "required": ["name"]}
ABC = {"a": {"type": "integer"}, "b": {"type": "boolean"}, "c": {"type": "null"}}
SCHEMAS = [
    {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}, {"type": "null"},
    {"type": "array"}, {"type": "object"}, True, {}, {"type": ["string", "null"]},
    {"type": ["integer", "number", "boolean"]},
    {"title": "T", "description": "d", "default": 1, "examples": [1], "$comment": "c", "type": "integer"},
    {"type": "object", "properties": ABC}, {"type": "object", "properties": ABC, "required": ["a", "b", "c"]},
    {"type": "object", "properties": ABC, "required": ["b"]}, {"properties": ABC, "required": ["c"]},
    {"type": "object", "properties": ABC, "additionalProperties": False},
    {"type": "object", "properties": ABC, "additionalProperties": {"type": "string"}},
    {"type": "object", "properties": ABC, "additionalProperties": True, "required": ["b", "x"]},
    {"type": "object", "additionalProperties": {"type": "integer"}}, {"type": "object", "required": ["k", "l"]},
    {"type": "object", "additionalProperties": False},
    {"type": "object", "properties": {"a": False, "b": True}, "required": ["b"]},
    {"type": "object", "properties": {"q\"\\\n": {"type": "null"}, "é": {"type": "null"}}, "required": ["é"]},
    {"type": "object", "properties": {"ab": {"type": "null"}, "abc": {"type": "null"}}, "additionalProperties": {
        "type": "boolean"}},
    {"enum": ["red", "green", "blue"]}, {"enum": [1, 2.5, "x", None, True, [1, 2], {"k": "v"}]}, {"const": "only"},
    {"type": "string", "enum": ["a", 1, "b"]}, {"type": "integer", "enum": [1, 1.5, 20], "maximum": 10},
    {"const": {"a": [1, {"b": None}]}}, {"enum": ["a\"b", "c\\d", "\n\t\u0001", "😀"]},
    {"type": "array", "items": {"type": "integer"}}, {"type": "array", "items": {"type": "boolean"}, "minItems": 2},
    {"type": "array", "items": {"type": "null"}, "maxItems": 2},
    {"type": "array", "items": {"type": "string", "maxLength": 2}, "minItems": 1, "maxItems": 3},
    {"type": "array", "items": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 9}}},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False, "minItems": 2},
    {"type": "array", "prefixItems": [{"type": "null"}], "items": {"type": "boolean"}, "minItems": 1, "maxItems": 3},
    {"items": {"type": "integer"}, "minLength": 2}, {"type": "array", "maxItems": 0},
    {"type": "string", "minLength": 2}, {"type": "string", "maxLength": 3},
    {"type": "string", "minLength": 2, "maxLength": 4}, {"type": "string", "pattern": "^[a-c]{2}$"},
    {"type": "string", "pattern": "b"}, {"type": "string", "pattern": "^a|z$"},
    {"type": "string", "pattern": "^\\d{3}-\\d{4}$"}, {"type": "string", "pattern": "[\"\\\\\\n]x"},
    {"type": "string", "pattern": "^(ab)*$", "maxLength": 5},
    {"type": "string", "pattern": "b+", "minLength": 2, "maxLength": 3},
    {"type": "integer", "minimum": 0, "maximum": 20}, {"type": "integer", "minimum": -15, "maximum": 7},
    {"type": "integer", "exclusiveMinimum": 9, "exclusiveMaximum": 101}, {"type": "integer", "minimum": 98},
    {"type": "integer", "maximum": -3}, {"type": "integer", "minimum": 0.5, "maximum": 3.5},
    {"type": "number", "minimum": 0, "maximum": 1}, {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": "number", "minimum": -1.25, "exclusiveMaximum": 10.5}, {"type": "number", "minimum": 99.95},
    {"type": "number", "maximum": -0.001}, {"type": "number", "minimum": 1e2, "maximum": 12.5e1},
    {"type": "number", "minimum": 0, "exclusiveMinimum": 0, "maximum": 3, "exclusiveMaximum": 5},
    {"minimum": 5}, {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 2}]},
    {"type": "object", "properties": ABC, "anyOf": [{"required": ["a"]}, {"required": ["b", "c"]}]},
    {"type": ["integer", "string"], "anyOf": [{"type": "integer", "minimum": 3}, {"type": "string"}]},
    {"oneOf": [{"type": "integer"}, {"type": "object", "properties": ABC}]},
    {"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]},
    {"$defs": {"s": {"type": "string"}, "o": {"$ref": "#/$defs/p"}, "p": {"type": "object", "properties": {
        "a": {"$ref": "#/$defs/s"}}}}, "oneOf": [{"$ref": "#/$defs/s"}, {"$ref": "#/$defs/o"}]},
    {"$defs": {"node": NODE}, "$ref": "#/$defs/node"}, TREE,
    {"definitions": {"a/b~c d": {"type": "integer"}}, "type": "array", "items": {
        "$ref": "#/definitions/a~1b~0c%20d"}},
    {"$defs": {"n": {"type": "integer", "minimum": 3}}, "type": "array", "items": {
        "$ref": "#/$defs/n", "maximum": 5, "description": "from 3 to 5"}},
    {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "object", "properties": {
        "x": {"type": "number"}, "y": {"type": "number"}}, "required": ["x", "y"]}}, "b": {"$ref": "#/properties/a"}}},
    {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0,
     "maximum": 20}, "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3}},
     "required": ["name", "age", "tags"], "additionalProperties": False},
]
STRINGS = ["", "a", "ab", "abc", "abcd", "é", "😀", "\"", "\\", "\n", "\t", "\u0001", "/", "x y", "}", "1", "bb", "z"]


@functools.cache
def pool_of(pattern):
    return [c for c in map(chr, [*range(9, 14), *range(32, 127), 233, 235, 0x20AC])
            if re.fullmatch(pattern, c, re.ASCII)]


def text_of(parsed, draw):
    """A text that a parsed pattern matches."""
    out = ""
    for op, arg in parsed:
        op = str(op)
        if op == "LITERAL":
            out += chr(arg)
        elif op in ("ANY", "NOT_LITERAL", "IN"):
            out += draw.choice(pool_of(class_text(op, arg)))
        elif op == "MAX_REPEAT":
            low, high, body = arg
            for _ in range(draw.randint(low, min(high, low + 3))):
                out += text_of(body, draw)
        elif op == "SUBPATTERN":
            out += text_of(arg[-1], draw)
        elif op == "BRANCH":
            out += text_of(draw.choice(arg[1]), draw)
        elif op != "AT":
            raise ValueError(op)
    return out


def class_text(op, arg):
    """A class as a pattern again."""
    if op == "ANY":
        return "."
    if op == "NOT_LITERAL":
        return "[^" + re.escape(chr(arg)) + "]"
    out = ""
    for kind, item in arg:
        kind = str(kind)
        if kind == "NEGATE":
            out += "^"
        elif kind == "LITERAL":
            out += re.escape(chr(item))
        elif kind == "RANGE":
            out += re.escape(chr(item[0])) + "-" + re.escape(chr(item[1]))
        else:
            name = str(item)
            letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name.split("_")[-1]]
            out += "\\" + (letter.upper() if "NOT" in name else letter)
    return "[" + out + "]"


def changed(text, draw):
    """The text with a character more, less or another one."""
    place = draw.randint(0, len(text))
    other = draw.choice("abcx019 -.A\"é\\😀")
    return draw.choice([text[:place] + other + text[place:], text[:place] + text[place + 1:],
                        text[:place] + other + text[place + 1:]])


def pattern_case(pattern, draw):
    parsed = re._parser.parse(pattern, re.ASCII)
    texts = set(STRINGS[:6])
    for _ in range(30):
        text = text_of(parsed, draw)
        texts |= {text, changed(text, draw), changed(changed(text, draw), draw)}
    texts = [t for t in sorted(texts) if not t.endswith("\n") or "\\n" in pattern and "$" not in pattern]
    verdict = re.compile(pattern, re.ASCII)
    return split(pattern, texts, lambda t: verdict.fullmatch(t) is not None, draw)


def split(source, texts, verdict, draw):
    found = {True: [], False: []}
    for text in texts:
        found[verdict(text)].append(text)
    return [source] + [sorted(draw.sample(found[v], min(TEXTS, len(found[v])))) for v in (True, False)]


def any_value(draw, depth=2):
    kinds = [lambda: None, lambda: draw.random() < 0.5, lambda: draw.randint(-120, 120),
             lambda: draw.randint(-1299, 1299) / 10 + 0.05, lambda: draw.choice(STRINGS),
             lambda: draw.randint(0, 9), lambda: draw.choice([0.25, 0.5, 0.999, -0.5, 1.5])]
    if depth:
        kinds += [lambda: [any_value(draw, depth - 1) for _ in range(draw.randint(0, 3))],
                  lambda: {draw.choice(["a", "b", "c", "ab", "k", "x"]): any_value(draw, depth - 1)
                           for _ in range(draw.randint(0, 3))}]
    return draw.choice(kinds)()


def value(schema, root, draw, depth=4):
    """A value along the schema, which it need not obey."""
    if draw.random() < 0.06 or not isinstance(schema, dict) or depth < 0:
        return any_value(draw)
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].split("/")[1:]:
            target = target[part.replace("~1", "/").replace("~0", "~").replace("%20", " ")]
        return value({**target, **{k: v for k, v in schema.items() if k != "$ref"}}, root, draw, depth - 1)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            rest = {k: v for k, v in schema.items() if k != key}
            return value({**rest, **draw.choice(schema[key])}, root, draw, depth)
    if "enum" in schema or "const" in schema:
        return draw.choice(schema.get("enum", [schema.get("const")]))
    types = schema.get("type", draw.choice(["object", "array", "string", "integer", "number"]))
    kind = draw.choice(types) if isinstance(types, list) else types
    if kind == "string":
        if "pattern" in schema:
            text = text_of(re._parser.parse(schema["pattern"], re.ASCII), draw)
            return draw.choice([text, text, changed(text, draw), "b" + text, text + "z"])
        size = schema.get("maxLength", schema.get("minLength", 2)) + draw.randint(-1, 1)
        return draw.choice([draw.choice(STRINGS), "".join(draw.choice("ab é😀\n\"") for _ in range(max(0, size)))])
    if kind in ("integer", "number"):
        ends = [schema[k] for k in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") if k in schema]
        near = draw.choice(ends or [0, 100, -7]) + draw.choice([-11, -1, 0, 0, 1, 2, 10, 100])
        if kind == "number":
            near = draw.choice([near, near + draw.choice([0.5, -0.25, 0.001, -0.001])])
        return int(near) if near == int(near) else round(near, 6)
    if kind == "array":
        prefix = schema.get("prefixItems", [])
        size = draw.randint(0, 4)
        items = [value(s, root, draw, depth - 1) for s in prefix[:size]]
        rest = schema.get("items", True)
        return items + [value(rest, root, draw, depth - 1) for _ in range(size - len(items))]
    if kind == "object":
        named = schema.get("properties", {})
        out = {k: value(s, root, draw, depth - 1) for k, s in named.items()
               if draw.random() < (0.95 if k in schema.get("required", []) else 0.5)}
        for k in schema.get("required", []):
            if k not in named and draw.random() < 0.9:
                out[k] = value(schema.get("additionalProperties", True), root, draw, depth - 1)
        if "additionalProperties" in schema or not named:
            for k in draw.sample(["d", "abcd", "a\"", "é", ""], draw.randint(0, 2)):
                out[k] = value(schema.get("additionalProperties", True), root, draw, depth - 1)
        return out
    return {"boolean": draw.random() < 0.5, "null": None}[kind]


def closed(schema):
    """The schema with no further properties where it leaves them open."""
    if isinstance(schema, list):
        return [closed(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    out = {}
    for key, sub in schema.items():
        if key in ("properties", "$defs", "definitions"):
            out[key] = {k: closed(s) for k, s in sub.items()}
        else:
            out[key] = sub if key in ("enum", "const", "default") else closed(sub)
    if "properties" in schema and "additionalProperties" not in schema:
        out["additionalProperties"] = False
    return out


def is_written(v):
    """Whether the library would write its numbers so."""
    if isinstance(v, float):
        return v != int(v) and "e" not in repr(v) and len(repr(v)) < 14
    if isinstance(v, (list, dict)):
        return all(map(is_written, v.values() if isinstance(v, dict) else v))
    return True


def schema_case(schema, draw):
    validator = jsonschema.Draft202012Validator(closed(schema))
    values = {}
    for _ in range(800):
        v = value(schema, schema, draw)
        values[json.dumps(v, ensure_ascii=False)] = v
    texts = [t for t, v in sorted(values.items()) if is_written(v) or "enum" in t]
    texts = [t for t in texts if "\\n\"" not in t or "pattern" not in str(schema)]
    return split(json.dumps(schema, ensure_ascii=False), texts, lambda t: validator.is_valid(values[t]), draw)


def main():
    draw = random.Random(14)
    fixture = {"patterns": [pattern_case(p, draw) for p in PATTERNS],
               "schemas": [schema_case(s, draw) for s in SCHEMAS]}
    for name in fixture:
        for source, good, bad in fixture[name]:
            if not good or not bad:
                print("only one verdict:", source)
    lines = [f'"{name}": [\n' + ",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in cases)
             + "\n]" for name, cases in fixture.items()]
    FIXTURE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
