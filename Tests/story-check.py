"""Looks for clashes in the stories of the shipped model or of its corpus.

    python3 Tests/story-check.py                  stories of models/stories.bin, seeds 1 to 100 at -t 0.8
    make -s corpus | python3 Tests/story-check.py -    those of the corpus, from standard input, one a line

A clash is a contradiction that can be seen in the text alone: "he" of one who was "she", a boy with a girl's name, "the
snail" or "the kite" in a story without a snail or a kite, a red kite that becomes blue, a name that nobody was given, a
net that is cut with a spoon. The words come from models/corpus/Lexicon.swift. What is said in quotes introduces people and
things but is not checked itself. Python 3 with its standard library.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LEXICON = open(os.path.join(ROOT, "models/corpus/Lexicon.swift")).read()


def words_of(block):
    return [" ".join(w.split()) for w in block.replace("\n", ",").split(",") if w.strip()]


def swift_list(name):
    """The words of `let name = list(...)`, and those of a table's entry `"name": list(...)`."""
    return words_of(re.search(rf'{name}"?(?: =|:) list\(\s*"+([^"]*)"', LEXICON)[1])


def kinds():
    """Every kind of the lexicon, with its gender or None."""
    blocks = re.findall(r'\.\w+:\s+(?:"""([^"]*)"""|"([^"]*)")', LEXICON[:LEXICON.index("// MARK: Voices")])
    found = [k.split(":") for block in blocks for k in words_of(block[0] or block[1])]
    return {k[0].strip(): (k[1].strip() if len(k) > 1 else None) for k in found}


GIRLS, BOYS = set(swift_list("girls")), set(swift_list("boys"))
KINDS = {**kinds(), **{k: None for k in swift_list("thingKinds") + swift_list("askedBeings")}}
LOOKS = swift_list("looks")
THINGS = sorted({w for n in ["things", "toys", "breakables", "instruments", "wearables"] for w in swift_list(n)})
UNIQUE = set(re.findall(r'"([a-z ]+)"', LEXICON[LEXICON.index("uniqueKinds"):].split("\n")[0]))
# What the corpus names without an introduction: what stands in any house or town, or belongs to the plot.
SCENERY = UNIQUE | set("""bridge teacher chair blanket mayor baker bell clock train plate broom basket snowman spoon captain hen
    mirror lighthouse star potato girl boy apple letter goat pillow cup queen pear book ribbon hat umbrella bag boat drum
    swing driver""".split())
TOOLS = {"cut the net": "knife", "pushed the rocks apart": "iron bar", "sawed through the branch": "saw",
         "pulled out the hook": "pliers", "opened the lock of the cage": "key", "cut the string": "scissors",
         "made the foot so slippery": "soap"}
HE, SHE = {"he", "him", "his", "himself"}, {"she", "her", "hers", "herself"}
KIND = "|".join(sorted(map(re.escape, KINDS), key=len, reverse=True))
NAME = "|".join(GIRLS | BOYS)


def introduced(noun, before):
    """Whether the noun or its plural stands in the text before."""
    return re.search(rf"\b{re.escape(noun)}(s|es)?\b", before, re.I) is not None


def the_hero(told):
    """The kind and the name of whoever is introduced first."""
    kind = re.search(rf"\b(?:[Aa]n?|[Tt]he|[Tt]wo)\s+(?:[a-z]+ )??({KIND})\b(?: (?:named|called) ([A-Z][a-z]+))?", told)
    name = re.search(rf"\b({NAME})\b", told)
    if name and (not kind or name.start() < kind.start()):
        was = re.search(rf"\b{name[1]} (?:was|is) an? (?:[a-z]+ )??({KIND})\b", told)
        return (was[1] if was else None), name[1]
    return (kind[1], kind[2]) if kind else (None, None)


def clashes(story, request=""):
    told = re.sub(r'"[^"]*"', lambda m: " " * len(m[0]), story)     # what the narrator says, at the same places
    said = re.findall(r"[a-z']+", told.lower())
    found = []
    he, she = HE & set(said), SHE & set(said)
    if he and she:
        found.append(f"{sorted(he)[0]} and {sorted(she)[0]}")
    kind, name = the_hero(told)
    if request and not {kind, name} & set(re.findall(r"[\w-]+", re.split(" who | and | for ", request)[0])):
        kind = name = None          # a hero whose kind the lexicon lacks: the first that it has is somebody else
    if (name in GIRLS and he and not she) or (name in BOYS and she and not he):
        found.append(f"{name} is {'he' if he else 'she'}")
    gender = None if kind in UNIQUE else KINDS.get(kind)
    if (gender == "she" and he and not she) or (gender == "he" and she and not he):
        found.append(f"a {kind} is {'he' if he else 'she'}")
    if (gender == "she" and name in BOYS) or (gender == "he" and name in GIRLS):
        found.append(f"a {kind} named {name}")

    seen = {}
    for m in re.finditer(rf"\b({KIND}) (?:named|called) ([A-Z][a-z]+)", told):
        if seen.setdefault(m[2], m[1]) != m[1]:
            found.append(f"{m[2]} is a {seen[m[2]]} and a {m[1]}")
    start = [m.end() for m in re.finditer(r'[.!?]"? ', story)]
    for n in {m[1] for m in re.finditer(rf"\b({NAME})\b", told)}:
        first = re.search(rf"\b{n}\b", told).start()
        before = told[:first].rstrip()
        if len(start) > 3 and first > start[3] and not re.search(r"(named|called|and)$", before) and n not in request \
                and n not in story[:first]:
            found.append(f"who is {n}?")

    for m in re.finditer(rf"(?<!was )\b[Tt]he ({KIND})\b(?! named| of\b)", told):
        if m[1] not in SCENERY and not introduced(m[1], story[:m.start()] + " " + request):
            found.append(f"the {m[1]}?")
            break
    for thing in [t for t in THINGS if t in story]:
        looks = {m[1] for m in re.finditer(rf"\b({'|'.join(LOOKS)}) {thing}\b", story)}
        if len(looks) > 1:
            found.append(f"a {thing} is {' and '.join(sorted(looks))}")
        m = re.search(rf"(?<!play )\b[Tt]he {thing}\b(?! of\b)", told)
        if m and thing not in SCENERY and not introduced(thing, story[:m.start()] + " " + request):
            found.append(f"the {thing}?")
    for deed, tool in TOOLS.items():
        m = re.search(deed, story)
        if m and tool not in story[:m.start()]:
            found.append(f"{deed} without a {tool}")
    return found


def documents():
    if sys.argv[1:] == ["-"]:
        for line in sys.stdin:
            request, tab, story = line.strip().rpartition("\t")
            if len(story.split()) > 40:     # a greeting's answer is no story
                yield request, story
    else:
        for seed in range(1, 101):
            command = [os.path.join(ROOT, "run"), os.path.join(ROOT, "models/stories.bin"), "-t", "0.8", "-s", str(seed)]
            yield "", subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    count = bad = 0
    for request, story in documents():
        count += 1
        found = clashes(story, request) if len(story.split()) > 40 else ["no story"]
        if found:
            bad += 1
            print(f"{count}: {'; '.join(found)}\n    {story}\n")
    print(f"{bad} of {count} stories clash")
    # Two in a hundred may.
    sys.exit(50 * bad > count)
