#!/usr/bin/env python3
"""Opens pages of `look` in headless Chromium, clicks through every view, and holds what stands there against
the page's data, which LookTests holds against the library.

    python3 Tests/browser/look.py ./look [--screenshots FOLDER]
"""

import argparse
import array
import base64
import itertools
import json
import math
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

import chromium

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GGUF = os.path.join(ROOT, "Tests/Llama2Tests/Fixtures/gguf")
# What the sampler leaves of these logits, which LookTests holds against it.
CHANCES = json.load(open(os.path.join(ROOT, "Tests/browser/chances.json")))
PAGES = [
    ("stories", [os.path.join(ROOT, "models/stories.bin"), "-i", "Once upon a time, a little fox",
                 "-t", "0.8", "-s", "5"]),
    ("chat", [os.path.join(ROOT, "models/stories.bin"), "-m", "chat", "-n", "120", "-s", "1",
              "-i", "</script><b>\"Tell' me & <!-- \x01 a\tstory\n\u202e of a fox \U0001f98a"]),
    ("gpt2", [os.path.join(GGUF, "gpt2-q8_0.gguf"), "-i", "the rain", "-n", "30", "-s", "2"]),
    ("llama", [os.path.join(GGUF, "q4_k.gguf"), "-i", "the rain", "-n", "30", "-t", "1.2", "-s", "2",
               "--ban", "5"]),
    # The model ends this text.
    ("ended", [os.path.join(ROOT, "models/stories.bin"), "-i", "Once upon a time, a little fox", "-t", "0.8", "-s", "3",
               "--logit-bias", "1=11"]),
]


def many_heads(folder):
    """A checkpoint of llama2.c with more heads than a page has room for in full."""
    dim, hidden, layers, heads, vocabulary, context = 96, 96, 3, 48, 4096, 64
    count = (vocabulary + 1) * dim + layers * (2 * dim + 4 * dim * dim + 3 * dim * hidden) + context * dim // heads
    chance = random.Random(1)
    path = os.path.join(folder, "heads.bin")
    with open(path, "wb") as file:
        file.write(struct.pack("<7i", dim, hidden, layers, heads, heads, vocabulary, context))
        array.array("f", (chance.gauss(0, 0.4) for _ in range(count))).tofile(file)
    return [path, "-z", os.path.join(ROOT, "tokenizer.bin"), "-i", "the rain", "-n", "30", "-s", "2"]


class Data:
    """The numbers of a page, decoded without its script."""

    def __init__(self, path):
        html = open(path, encoding="utf-8").read()
        self.members = json.loads(re.search(r'id="data">(.*?)</script>', html, re.S).group(1))
        self.model = self.members["model"]
        self.tokens = self.numbers("i", "tokens")
        self.count = len(self.tokens)
        ids, ends = self.numbers("i", "pieces", "ids"), self.numbers("i", "pieces", "ends")
        text = base64.b64decode(self.members["pieces"]["bytes"])
        self.pieces = {id: text[start:end] for id, start, end in zip(ids, [0] + ends, ends)}
        self.marks = set(itertools.compress(ids, base64.b64decode(self.members["pieces"]["marks"])))
        self.best = self.numbers("i", "bestIds")
        self.logits = self.numbers("f", "bestLogits")
        self.best_count = len(self.best) // self.count
        self.log_sums, self.surprises = self.numbers("f", "logSums"), self.numbers("f", "surprises")
        self.lens, self.lens_logs = self.numbers("i", "lensIds"), self.numbers("f", "lensLogs")
        self.weight_steps = self.members["weightSteps"]
        self.roots = self.numbers("H" if self.weight_steps > 255 else "B", "attention")

    def numbers(self, code, *path):
        value = self.members
        for name in path:
            value = value[name]
        data = base64.b64decode(value)
        return list(struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data))

    def root(self, token, layer, head, other):
        triangle = self.count * (self.count + 1) // 2
        head += layer * self.model["heads"]
        return self.roots[head * triangle + token * (token + 1) // 2 + other]

    def weight(self, *place):
        return (self.root(*place) / self.weight_steps) ** 2

    def weight_text(self, *place):
        weight = self.weight(*place)
        return percent(weight) if self.weight_steps > 255 or weight < 0.1 else f"{math.floor(100 * weight + 0.5)} %"

    def length(self, kind, layer, token):
        return self.numbers("f", "vectors", kind)[4 * (layer * self.count + token)]

    def head_length(self, kind, layer, token, head, heads):
        place = ((layer * self.count + token) * heads + head) * (1 + self.members["headElements"])
        return self.numbers("e", "headVectors", kind)[place]


def percent(share):
    return "< 0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %"


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


def close(found, expected):
    """Whether a number that was written is the one that was meant, but for its last digit."""
    if "e" in found:
        return abs(number(found) / expected - 1) < 0.06
    digits = len(found.split(".")[1]) if "." in found else 0
    return abs(number(found) - expected) <= 0.51 * 10 ** -digits + 1e-6 * abs(expected)


class Check:
    def __init__(self, page, data):
        self.page, self.data = page, data
        self.checks = 0

    def __call__(self, fact, what):
        self.checks += 1
        if not fact:
            raise AssertionError(what)

    def selected(self, token, layer, head):
        """All views show this selection, with the data's numbers."""
        page, data, text = self.page, self.data, self.page.text
        where = f"token {token}, layer {layer + 1}, head {head + 1}"
        self(text("#bar-token").startswith(f"{token}: "), where + ": " + text("#bar-token"))
        self(text("#bar-layer") == f"layer {layer + 1} of {data.model['layers']}", text("#bar-layer"))
        self(text("#bar-head") == f"head {head + 1} of {data.model['heads']}", text("#bar-head"))

        facts = text("#token-facts")
        id = data.tokens[token]
        shown = "none, a control token" if id in data.marks else data.pieces[id].hex(" ")
        self(f"id {id}, bytes {shown}." in facts, facts)
        if token > 0:
            nats = data.surprises[token - 1]
            self(close(re.search(r"of (\S+) nats", facts).group(1), nats), f"{where}: {facts}")
            self(percent(math.exp(-nats)) in facts, f"{where}: {facts}")

        bars = page.run("Array.from(document.querySelectorAll('#bars li'), (bar) => bar.title)")
        self(len(bars) >= min(14, data.best_count), f"{where}: {bars}")
        for i, bar in enumerate(bars[:14]):
            best = token * data.best_count + i
            own = percent(math.exp(data.logits[best] - data.log_sums[token]))
            self(bar.startswith(f"id {data.best[best]}, ") and bar.endswith(f"model {own}"), f"{where}: {bar}, {own}")

        start = 5 * ((layer + 1) * data.count + token)
        shares = [percent(math.exp(x)) for x in data.lens_logs[start:start + 5]]
        for share in shares:
            self(share in text("#lens-best"), f"{where}: {text('#lens-best')}, expected {share}")

        weights = [data.weight(token, layer, head, other) for other in range(token + 1)]
        self(text("#first-share").split("attention ")[1].startswith(data.weight_text(token, layer, head, 0)), where)
        looks = text("#looks-at")
        for other in sorted(range(token + 1), key=lambda i: -weights[i])[:3]:
            expected = f"({other}) {data.weight_text(token, layer, head, other)}"
            self(expected in looks, f"{where}: {looks}, expected {expected}")
        arcs = page.run("document.querySelectorAll('#arcs .from').length")
        self(arcs == sum(weight >= 0.01 for weight in weights[:-1]), f"{where}: {arcs} arcs")

        lengths = re.findall(r"length (\S+),|one of (\S+);|then (\S+) long", text("#stream-facts"))
        kinds = ["attentionOutput", "ffnOutput", "stream"]
        for found, kind in zip(lengths, kinds):
            expected = data.length(kind, layer, token)
            self(close("".join(found), expected), f"{where}: {kind} {found}, expected {expected}")
        self(len(lengths) == 3, text("#stream-facts"))

        steps = page.run("Array.from(document.querySelectorAll('#way li'), (step) => step.innerText)")
        self(len(steps) == 11 and f"id {data.tokens[token]}" in steps[1], f"{where}: {steps}")
        heads, key_heads = data.model["heads"], data.model["kvHeads"]
        expected = [data.head_length("rotatedQuery", layer, token, head, heads),
                    data.head_length("rotatedKey", layer, token, head * key_heads // heads, key_heads)]
        found = re.findall(r"‖(\S+)‖", steps[4])
        self(len(found) == 2 and all(map(close, found, expected)), f"{where}: {steps[4]}, expected {expected}")
        found = re.findall(r"‖(\S+)‖", steps[6])
        self(len(found) == 1, f"{where}: {steps[6]}")
        for found in found:
            self(close(found, data.length("attentionOutput", layer, token)), f"{where}: {steps[6]}")

    def keys_and_mouse(self):
        page, data = self.page, self.data
        layers, heads, last = data.model["layers"], data.model["heads"], data.count - 1
        page.click(".token", 3)
        page.run("select({ layer: 0, head: 0 })")
        self.selected(3, 0, 0)
        page.key("ArrowRight")  # The clicked token has the focus.
        self.selected(4, 0, 0)
        page.key("ArrowUp")
        self.selected(4, min(1, layers - 1), 0)
        page.key("ArrowRight", shift=True)
        self.selected(4, min(1, layers - 1), min(1, heads - 1))
        page.click("#lens tbody tr:first-child td", last)
        page.mouse("mouseMoved", 0, 0)  # Off the cell: the page has moved under the pointer.
        self.selected(last, layers - 1, min(1, heads - 1))
        page.key("ArrowLeft")
        page.key("ArrowDown")
        self.selected(last - 1, max(0, layers - 2), min(1, heads - 1))
        # Below the first layer is the embedding, which is no layer to select.
        focus = "#lens td[aria-selected=true]" if layers > 1 else "#lens tr:last-child td"
        self(page.run(f"document.activeElement.matches('{focus}')"), "focus")
        page.click(".head", heads - 1)
        page.key("ArrowLeft")
        self.selected(last - 1, max(0, layers - 2), max(0, heads - 2))
        page.click("[data-step=head]", 1)
        page.click("[data-step=layer]", 0)
        page.click("[data-step=token]", 0)
        self.selected(last - 2, max(0, layers - 3), heads - 1)
        page.click("#stream .band", 1)  # The first band is the embedding's.
        self.selected(last - 2, 0, heads - 1)
        page.run("document.activeElement.blur()")
        for _ in range(3):
            page.key("ArrowLeft")
        self.selected(last - 5, 0, heads - 1)
        page.run("select({ token: 0 })")
        page.key("ArrowLeft")
        self.selected(0, 0, heads - 1)
        page.run(f"select({{ token: {last}, layer: {layers}, head: {heads} }})")
        self.selected(last, layers - 1, heads - 1)

    def pointer(self):
        """What is read by pointing."""
        page, data = self.page, self.data
        page.run("select({ token: 4, layer: 0, head: 0 })")
        page.run("byId('matrix').scrollIntoView({ block: 'center' })")
        box = page.run("(() => { const b = byId('matrix').getBoundingClientRect();"
                       " return [b.left, b.top, b.width, b.height]; })()")
        for token, other in [(5, 2), (data.count - 1, 0), (2, 5)]:
            page.mouse("mouseMoved", box[0] + box[2] * (other + 0.5) / data.count,
                       box[1] + box[3] * (token + 0.5) / data.count)
            expected = "cannot look ahead" if other > token else data.weight_text(token, 0, 0, other)
            found = page.text("#under-pointer")
            self(expected in found, f"{found}, expected {expected}")
        x, y = page.run(
            "(() => { const cell = lensCell(0, 2); cell.scrollIntoView({ block: 'center', inline: 'center' });"
            " const b = cell.getBoundingClientRect(); return [b.left + 9, b.top + 9]; })()")
        page.mouse("mouseMoved", x, y)
        share = percent(math.exp(data.lens_logs[5 * 2]))
        self("From the embedding" in page.text("#lens-best") and share in page.text("#lens-best"),
             page.text("#lens-best"))

    def pictures(self):
        """The colours of the matrices, and the cells of the lens."""
        page, data = self.page, self.data
        layer, count = data.model["layers"] - 1, data.count
        ramp = page.run("Array.from({ length: 256 }, (_, i) => colour('cool', i / 255))")
        for head in {0, data.model["heads"] - 1}:
            page.run(f"select({{ token: 3, layer: {layer}, head: {head} }})")
            most = max((data.root(token, layer, head, other) for token in range(1, count)
                        for other in range(1, token + 1)), default=0) or data.weight_steps
            for canvas in [f"document.querySelectorAll('.head canvas')[{head}]", "byId('matrix')"]:
                found = page.run(
                    f"(() => {{ const canvas = {canvas}, size = canvas.width, scale = size / {count};"
                    # A copy: reading the page's own canvas twice is warned of on the console.
                    " const copy = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true });"
                    " copy.drawImage(canvas, 0, 0);"
                    " const all = copy.getImageData(0, 0, size, size).data;"
                    f" return Array.from({{ length: {count * count} }}, (_, i) => {{"
                    f"  const [x, y] = [i % {count}, Math.floor(i / {count})].map((a) => Math.floor((a + 0.5) * scale));"
                    "  return Array.from(all.subarray(4 * (y * size + x), 4 * (y * size + x) + 4)); }); })()")
                for token, other in itertools.product(range(count), repeat=2):
                    where = f"{canvas}: {other} at {token}"
                    pixel = found[token * count + other]
                    if other > token:
                        self(pixel[3] == 0, f"{where}: {pixel}, expected nothing")
                        continue
                    share = min(1, data.root(token, layer, head, other) / most) ** 2
                    expected = ramp[math.floor(255 * share + 0.5)] + [255]
                    self(all(abs(a - b) <= 3 for a, b in zip(pixel, expected)), f"{where}: {pixel}, expected {expected}")

        cells = page.run("Array.from(document.querySelectorAll('#lens td'), (cell) => [cell.innerText,"
                         " Number(cell.dataset.share), cell.style.background, cell.classList.contains('first')])")
        layers = data.model["layers"] + 1
        self(len(cells) == layers * count, f"{len(cells)} cells")
        for row, token in itertools.product(range(layers), range(count)):
            text, share, background, is_first = cells[(layers - 1 - row) * count + token]
            place, where = row * count + token, f"lens, row {row}, token {token}"
            piece = data.pieces[data.lens[5 * place]]
            if re.fullmatch(rb"[!-~ ]+", piece) and data.lens[5 * place] not in data.marks:
                self(text == piece.decode().replace(" ", "·"), f"{where}: {text}, expected {piece}")
            expected = math.exp(data.lens_logs[5 * place])
            self(abs(share - expected) < 1e-6, f"{where}: {share}, expected {expected}")
            shown, colour = map(int, re.findall(r"\d+", background)), ramp[round(255 * expected)]
            self(all(abs(a - b) <= 3 for a, b in zip(shown, colour)), f"{where}: {background}, expected {colour}")
            answers = [data.lens[5 * (i * count + token)] for i in range(layers)]
            self(is_first == (answers.index(answers[-1]) == row), f"{where}: framed or not")

    def keyboard(self):
        """What only the mouse reached once: the weights of the matrix, and the best of a cell."""
        page, data = self.page, self.data
        page.run("select({ token: 5, layer: 0, head: 0, column: 0 })")
        page.run("byId('matrix').focus()")
        for key, token, other in [("ArrowRight", 5, 1), ("ArrowRight", 5, 2), ("ArrowUp", 4, 2), ("ArrowDown", 5, 2),
                                  ("ArrowLeft", 5, 1)]:
            page.key(key)
            expected = data.weight_text(token, 0, 0, other)
            for box in ["#under-pointer", "#said"]:
                found = page.text(box)
                self(page.run("selected.token") == token and found.endswith(f": {expected}"), f"{found}, expected {expected}")
        page.run("lensCell(1, 5).focus()")
        page.key("ArrowRight")
        found, start = page.text("#said"), 5 * (data.count + 6)
        for log in data.lens_logs[start:start + 5]:
            self(percent(math.exp(log)) in found, f"said: {found}")
        page.run("document.activeElement.blur()")

    def end(self):
        """What was drawn behind the last token."""
        page, end = self.page, self.data.members["end"]
        page.run(f"select({{ token: {self.data.count - 1} }})")
        drawn = page.run("Array.from(document.querySelectorAll('#bars .drawn'), (bar) => bar.title)")
        best = self.data.best[-self.data.best_count:]
        self([bar.split(",")[0] for bar in drawn] == ([f"id {end}"] if end in best else []), f"{drawn}, end {end}")
        self(("ends the text" in page.text("#left")) == (end >= 0), page.text("#left"))

    def sampler(self):
        page = self.page

        def bars(**sliders):
            for name, value in sliders.items():
                page.run(f"byId('{name}').value = {value}; byId('{name}').dispatchEvent(new Event('input'))")
            found = page.run("Array.from(document.querySelectorAll('#bars .percent'), (e) => e.innerText)")
            return [0 if text == "left out" else 0.05 if text[0] == "<" else float(text[:-2])
                    for text in found]

        data, best = self.data, self.data.best_count
        # The sliders show where the model is not sure.
        token = min(range(data.count), key=lambda i: abs(math.exp(data.logits[i * best] - data.log_sums[i]) - 0.5))
        page.run(f"select({{ token: {token} }})")
        self(("not applied here" in page.text("#left")) == bool(self.data.members["choice"]["others"]), "others")
        plain = bars(temperature=1, topK=0, topP=1, minP=0)
        logits = data.logits[token * best:(token + 1) * best]
        for found, logit in zip(plain[:10], logits):
            own = 100 * math.exp(logit - data.log_sums[token])
            self(abs(found - own) < 0.06, f"{plain}")
        self(bars(temperature=0)[:2] == [100, 0], "temperature 0")
        few = bars(temperature=1, topK=2)
        self(few[2:10] == [0] * 8 and abs(sum(few[:2]) - 100) < 0.15, f"top-k 2: {few}")
        self(sum(x > 0 for x in bars(topK=0, minP=1)[:10]) == 1, "min-p 1")
        self(sum(x > 0 for x in bars(minP=0, topP=0.01)[:10]) == 1, "top-p 0.01")
        flat, steep = bars(temperature=2, topP=1), bars(temperature=0.5)
        self(flat[0] < plain[0] < steep[0], f"{flat[0]} {plain[0]} {steep[0]}")
        for case in CHANCES["cases"]:
            logits, choice = CHANCES["logits"], case["choice"]
            total = sum(math.exp((x - logits[0]) / choice["temperature"]) for x in logits)
            found = page.run(f"chances({json.dumps(logits[:200])}, {total}, {json.dumps(choice)})")
            self(len(found["shares"]) == len(case["shares"]) == 200, f"{len(found['shares'])} shares")
            pairs = zip([found["beyond"]] + found["shares"], [case["beyond"]] + case["shares"])
            self(all(abs(a - b) < 1e-3 for a, b in pairs), f"{case['choice']}: {found}")
        for token in range(self.data.count):
            largest = self.data.logits[token * self.data.best_count]
            found = math.log(page.run(f"sumAt({token}, 1)"))
            self(abs(found - self.data.log_sums[token] + largest) < 1e-3, f"{token}: {found}")
        choice = self.data.members["choice"]
        bars(**{name: choice[name] for name in ["temperature", "topK", "topP", "minP"]})

    def names(self):
        """What a screen reader says, and what the keyboard reaches."""
        nameless = self.page.run(
            "Array.from(document.querySelectorAll('button, [role=img], [role=application], [role=option], [role=gridcell], input'),"
            " (e) => (e.getAttribute('aria-label') || e.innerText || e.labels?.[0]?.innerText) ? 0 : 1)"
            ".reduce((a, b) => a + b)")
        self(nameless == 0, f"{nameless} things without a name")
        spoken = self.page.run("Array.from(document.querySelectorAll('[aria-live=polite]'), (e) => e.innerText)")
        self(len(spoken) == 1 and "Token" in spoken[0], f"said at each step: {spoken}")
        for box in ["#text", "#lens", "#heads"]:
            stops = self.page.run(f"document.querySelectorAll('{box} [tabindex=\"0\"], {box} .head:not("
                                  "[tabindex=\"-1\"])').length")
            self(stops == 1, f"{box} has {stops} stops of the tab key")


def test(page, path, name, screenshots):
    data = Data(path)
    check = Check(page, data)
    for width, height, dark in [(1280, 800, False), (1280, 800, True), (390, 844, False), (390, 844, True)]:
        page.look(width, height, dark)
        page.open(path)
        check(data.members["file"] in page.run("document.title"), "title")
        check(page.run("document.querySelectorAll('.token').length") == data.count, "tokens")
        wide = page.run("document.documentElement.scrollWidth")
        check(wide <= width, f"the page is {wide} wide in a window of {width}")
        lightness = int(re.search(r"\d+", page.run(
            "getComputedStyle(document.body).backgroundColor")).group())
        check((lightness < 60) == dark, "the page is light or dark as the system is")
        check.keys_and_mouse()
        check.pointer()
        check.pictures()
        check.keyboard()
        check.end()
        check.sampler()
        check.names()
        if screenshots:
            kind = f"{name}-{'wide' if width > 600 else 'narrow'}-{'dark' if dark else 'light'}.png"
            page.open(path)
            page.screenshot(os.path.join(screenshots, kind), whole=True)
        problems = page.problems()
        check(not problems, problems)
    print(f"{name}: {data.count} tokens, {os.path.getsize(path) / 1e6:.1f} MB, {check.checks} checks")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("look")
    parser.add_argument("--screenshots", metavar="FOLDER")
    parser.add_argument("--picture", metavar="FILE", help="draws README's picture and tests nothing")
    options = parser.parse_args()
    browser = chromium.find()
    if not browser:
        sys.exit("test-browser: no Chromium found: install Debian's package, apt-get install chromium")
    look = os.path.abspath(options.look)
    page = chromium.Page(browser)
    try:
        with tempfile.TemporaryDirectory() as folder:
            def make(name, arguments):
                path = os.path.join(folder, name + ".html")
                subprocess.run([look, *arguments, "-o", path], check=True, stderr=subprocess.DEVNULL)
                return path

            if options.picture:
                page.look(1280, 1378, scale=0.75)
                page.open(make(*PAGES[0]))
                page.run("location.hash = 'token=46&layer=5&head=5'")
                page.wait("selected.token === 46")
                page.screenshot(options.picture)
                return
            for name, arguments in PAGES + [("heads", many_heads(folder))]:
                test(page, make(name, arguments), name, options.screenshots)
    finally:
        page.close()


if __name__ == "__main__":
    main()
