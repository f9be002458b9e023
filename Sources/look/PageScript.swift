/// The page's script: it unpacks the data and draws every picture for one selected token, layer and head.
let pageScript = #"""
  "use strict";

  // MARK: The data

  const data = JSON.parse(document.getElementById("data").textContent);
  const model = data.model;

  function bytesOf(text) {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  }
  const floats = (text) => new Float32Array(bytesOf(text).buffer);
  const integers = (text) => new Int32Array(bytesOf(text).buffer);

  const tokens = integers(data.tokens);
  const count = tokens.length;
  /// Square roots of weights in so many steps, (layers, heads, token and those up to it).
  const weights = new (data.weightSteps > 255 ? Uint16Array : Uint8Array)(bytesOf(data.attention).buffer);
  const best = { ids: integers(data.bestIds), logits: floats(data.bestLogits) };
  const bestCount = best.ids.length / count;
  const logSums = floats(data.logSums);
  /// log Σ e^((logit − largest) / T), (tokens, T of the command line, then the slider's from its first step on).
  const tempered = floats(data.tempered);
  const surprises = floats(data.surprises);
  const lens = { ids: integers(data.lensIds), logs: floats(data.lensLogs) };
  const lensCount = lens.ids.length / count / (model.layers + 1);
  const answerLogs = floats(data.answerLogs);
  /// Of each vector its length and its first elements, (layers, tokens, heads, 1 + elements): one of a head
  /// in 16 bits.
  const vectors = {};
  for (const [kind, text] of Object.entries(data.vectors)) vectors[kind] = floats(text);
  for (const [kind, text] of Object.entries(data.headVectors)) {
    vectors[kind] = Float32Array.from(new Uint16Array(bytesOf(text).buffer), half);
  }

  /// The number that 16 bits stand for (IEEE 754 binary16).
  function half(bits) {
    const [exponent, part] = [(bits >> 10) & 31, (bits & 1023) / 1024];
    const size = exponent === 31 ? Infinity : exponent > 0 ? 2 ** (exponent - 15) * (1 + part) : 2 ** -14 * part;
    return bits >> 15 ? -size : size;
  }

  /// The bytes of a token.
  const pieces = new Map();
  /// Control tokens, which have names and no bytes.
  const marks = new Set();
  {
    const isMark = bytesOf(data.pieces.marks);
    const [ids, ends] = [integers(data.pieces.ids), integers(data.pieces.ends)];
    const bytes = bytesOf(data.pieces.bytes);
    ids.forEach((id, i) => {
      pieces.set(id, bytes.subarray(i > 0 ? ends[i - 1] : 0, ends[i]));
      if (isMark[i]) marks.add(id);
    });
  }

  /// The text of a token; the bytes of a part of a character.
  function textOf(id) {
    const bytes = pieces.get(id);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return `⟨${hex(bytes).replaceAll(" ", "\u00a0")}⟩`;
    }
  }

  function hex(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }
  const bytesText = (id) => (marks.has(id) ? "none, a control token" : hex(pieces.get(id)));

  /// The same with marks for what cannot be seen, and for what would change the direction of writing.
  function visible(id, space = "·") {
    return textOf(id)
      .replace(/ /g, space).replace(/\n/g, "↵").replace(/\t/g, "⇥")
      .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, "�") || "∅";
  }

  /// The weight of a head for a token at one that is not behind it.
  function weight(layer, head, token, other) {
    const triangle = (count * (count + 1)) / 2;
    const root = weights[(layer * model.heads + head) * triangle + (token * (token + 1)) / 2 + other];
    return (root / data.weightSteps) ** 2;
  }

  const kvHeadOf = (head) => Math.floor(head / (model.heads / model.kvHeads));

  /// The length of a vector and its first elements.
  function vector(kind, token, head = 0, layer = selected.layer) {
    const size = 1 + (kind in data.headVectors ? data.headElements : 3);
    const heads = vectors[kind].length / size / count / (kind === "embedding" ? 1 : model.layers);
    const start = (((kind === "embedding" ? 0 : layer) * count + token) * heads + head) * size;
    return { length: vectors[kind][start], elements: vectors[kind].subarray(start + 1, start + size) };
  }

  /// The residual stream behind so many layers.
  function stream(layers, token) {
    return layers === 0 ? vector("embedding", token) : vector("stream", token, 0, layers - 1);
  }

  /// −ln of the probability that a token had; undefined for the first one.
  function surprise(token) {
    return token === 0 ? undefined : surprises[token - 1];
  }

  // MARK: Writing it

  const byId = (id) => document.getElementById(id);

  /// An element with text, which is never read as HTML.
  function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key in made) made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }
  const piece = (id) => element("span", { className: "piece" }, visible(id));

  function svg(name, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function percent(share) {
    if (share > 0 && share < 0.001) return "< 0.1 %";
    return (100 * share).toFixed(1) + " %";
  }

  /// A weight, with the digits that its steps have.
  function weightText(share) {
    return data.weightSteps > 255 || share < 0.1 ? percent(share) : Math.round(100 * share) + " %";
  }

  function number(value) {
    const size = Math.abs(value);
    if (size === 0 || size === Infinity) return size === 0 ? "0" : "∞";
    const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    const isTiny = size > 0 && size < 0.01;
    return (isTiny ? value.toExponential(1) : value.toFixed(digits)).replaceAll("-", "−");
  }
  const grouped = (value) => value.toLocaleString("en");

  // Lightness alone tells values apart, for those who see no colours as well.
  const ramps = {
    light: {
      cool: ["#f4f8fc", "#cfe0f0", "#8db9de", "#3f82bd", "#164f8c", "#0a2a55"],
      warm: ["#ffffff", "#fdebcf", "#fbc983", "#ee9a36", "#b96208"],
    },
    dark: {
      cool: ["#10161e", "#163352", "#21608f", "#4796c4", "#93cfe6", "#f4f7d0"],
      warm: ["#161c25", "#4a3013", "#8a5210", "#d08a24", "#ffd890"],
    },
  };
  const darkness = matchMedia("(prefers-color-scheme: dark)");

  /// Red, green and blue at a share from 0 to 1 of a ramp.
  function colour(name, share) {
    const ramp = ramps[darkness.matches ? "dark" : "light"][name];
    const place = Math.min(1, Math.max(0, share)) * (ramp.length - 1);
    const low = Math.min(ramp.length - 2, Math.floor(place));
    const part = (code, i) => parseInt(code.slice(1 + 2 * i, 3 + 2 * i), 16);
    return [0, 1, 2].map((i) =>
      Math.round(part(ramp[low], i) + (place - low) * (part(ramp[low + 1], i) - part(ramp[low], i))));
  }

  /// Fills an element, and writes on it in black or white, whichever can be read.
  function paint(made, name, share) {
    const [red, green, blue] = colour(name, share);
    made.style.background = `rgb(${red} ${green} ${blue})`;
    made.style.color = 0.3 * red + 0.59 * green + 0.11 * blue > 140 ? "#101820" : "#fff";
  }

  // MARK: The selection

  /// `column` is the token whose weight the keyboard reads in the matrix, which the selected one can see.
  const selected = { token: 0, layer: 0, head: 0, column: 0 };
  const limits = { token: count, layer: model.layers, head: model.heads, column: count };

  /// At first the end of the prompt, and the head that takes most from one token that is neither the first
  /// nor its own.
  function selectFirst() {
    selected.token = Math.max(0, Math.min(count, data.promptCount) - 1);
    let most = -1;
    for (let layer = 0; layer < model.layers; layer++) {
      for (let head = 0; head < model.heads; head++) {
        for (let other = 1; other < selected.token; other++) {
          const found = weight(layer, head, selected.token, other);
          if (found > most) [most, selected.layer, selected.head] = [found, layer, head];
        }
      }
    }
  }

  function select(change) {
    for (const [what, value] of Object.entries(change)) {
      selected[what] = Math.min(limits[what] - 1, Math.max(0, value));
    }
    selected.column = Math.min(selected.column, selected.token);
    show();
  }

  function step(what, by) {
    select({ [what]: selected[what] + by });
  }

  /// Moves by an arrow key where `keys` says what that key moves; true if it does.
  function move(event, keys) {
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    const [what, by] = keys[(event.shiftKey ? "Shift" : "") + event.key] ?? [];
    if (!what) return false;
    event.preventDefault();
    event.stopPropagation();
    step(what, by);
    return true;
  }
  const everywhere = {
    ArrowLeft: ["token", -1], ArrowRight: ["token", 1],
    ShiftArrowLeft: ["head", -1], ShiftArrowRight: ["head", 1],
    ShiftArrowDown: ["layer", -1], ShiftArrowUp: ["layer", 1],
  };
  const inPictures = { ...everywhere, ArrowDown: ["layer", -1], ArrowUp: ["layer", 1] };

  /// Has a screen reader say it.
  function say(text) {
    byId("said").textContent = text;
  }

  function show() {
    const { token, layer, head } = selected;
    byId("bar-token").replaceChildren(`${token}: `, piece(tokens[token]));
    byId("bar-layer").textContent = `layer ${layer + 1} of ${model.layers}`;
    byId("bar-head").textContent = `head ${head + 1} of ${model.heads}`;
    say(`Token ${token}, ${visible(tokens[token])}, layer ${layer + 1}, head ${head + 1}.`
      + ` Likeliest behind it: ${visible(answer(token))}`);
    showText();
    showBars();
    showLens();
    showAttention();
    showStream();
    showWay();
  }

  // MARK: The text

  function makeText() {
    const list = byId("text");
    tokens.forEach((id, i) => {
      const text = textOf(id);
      const made = element("span", {
        className: "token" + (marks.has(id) ? " mark" : "") + (i < data.promptCount ? " given" : ""),
        role: "option", onclick: () => select({ token: i }),
      }, visible(id, " "));
      const nats = surprise(i);
      made.setAttribute("aria-label", `${i}: ${visible(id)}`
        + (nats === undefined ? "" : `, surprise ${nats.toFixed(2)} nats`));
      list.append(made);
      if (text.endsWith("\n")) list.append(element("br", { role: "presentation" }));
    });
    list.addEventListener("keydown", (event) => {
      if (move(event, inPictures)) list.querySelector("[aria-selected=true]").focus();
    });
    new ResizeObserver(showArcs).observe(list);
  }

  const chips = () => byId("text").querySelectorAll(".token");

  function showText() {
    chips().forEach((made, i) => {
      made.setAttribute("aria-selected", i === selected.token);
      made.tabIndex = i === selected.token ? 0 : -1;
    });
    showArcs();
    const id = tokens[selected.token];
    const nats = surprise(selected.token);
    byId("token-facts").replaceChildren(
      "Token ", element("b", {}, String(selected.token)), ": ", piece(id), `, id ${id}, bytes `,
      element("code", {}, bytesText(id)), ". ",
      nats === undefined
        ? "Nothing stood before it, so nothing was expected."
        : `After the tokens before it, the model gave it ${percent(Math.exp(-nats))}: a surprise of`
          + ` ${nats.toFixed(2)} nats.`);
  }

  /// An arc's thickness and strength.
  const stroke = (share) => ({
    "stroke-width": (1 + 7 * share).toFixed(2), opacity: (0.3 + 0.7 * share).toFixed(2),
  });
  const leastArc = 0.01;

  function makeArcScale() {
    for (const share of [leastArc, 0.5, 1]) {
      byId("arc-scale").append(` ${share === leastArc ? "from " : ""}${100 * share} %`,
        svg("svg", { class: "arc-key", viewBox: "0 0 30 10" },
          svg("path", { class: "from", d: "M4,5 H26", ...stroke(share) })));
    }
  }

  /// Arcs to the tokens of the selected one's line; those to earlier lines leave these at their right end, and
  /// come in at the left as one.
  function showArcs() {
    const { token, layer, head } = selected;
    const all = chips();
    const box = byId("arcs").getBoundingClientRect();
    const place = (i) => {
      const chip = all[i].getBoundingClientRect();
      return [chip.left - box.left + chip.width / 2, chip.top - box.top];
    };
    const [toX, toY] = place(token);
    const paths = [];
    const draw = (name, share, d) => paths.push(svg("path", {
      class: name, d, ...stroke(share),
    }));
    let above = 0;
    for (let other = 0; other < token; other++) {
      const share = weight(layer, head, token, other);
      if (share < leastArc) continue;
      const [x, y] = place(other);
      if (Math.abs(y - toY) < 20) {
        const high = Math.min(30, 12 + Math.abs(toX - x) / 8);
        draw("from", share, `M${x},${y} C${x},${y - high} ${toX},${toY - high} ${toX},${toY}`);
      } else {
        above += share;
        draw("from", share, `M${x},${y} Q${x},${y - 14} ${Math.min(x + 20, box.width)},${y - 14} H${box.width}`);
      }
    }
    if (above > 0) {
      draw("above", above, `M0,${toY - 14} H${Math.max(toX - 20, 0)} Q${toX},${toY - 14} ${toX},${toY}`);
    }
    byId("arcs").replaceChildren(...paths);
  }

  // MARK: What comes next

  const sliders = ["temperature", "topK", "topP", "minP"];

  /// As the command line says, until a slider is moved, which has steps.
  const choice = { ...data.choice };

  function makeSampler() {
    for (const name of sliders) {
      const slider = byId(name);
      slider.value = data.choice[name];
      slider.addEventListener("input", () => {
        choice[name] = Number(slider.value);
        showBars();
      });
    }
  }

  /// Σ e^((logit − largest) / temperature) of the whole vocabulary behind a token.
  function sumAt(token, temperature) {
    const steps = temperature === data.choice.temperature ? 0 : Math.round(temperature / byId("temperature").step);
    return Math.exp(tempered[(token * tempered.length) / count + steps]);
  }

  /// The probabilities with which tokens are drawn, in the order of the library's sampler: each step takes what
  /// the one before it left, as shares of their sum (`Candidates`). Of those beyond the best the sum is known.
  ///
  /// `sum` is Σ e^((logit − largest) / temperature) of all.
  function chances(logits, sum, { temperature, topK, topP, minP }) {
    if (temperature === 0) return { shares: logits.map((_, i) => (i === 0 ? 1 : 0)), beyond: 0 };
    const powers = logits.map((logit) => Math.exp((logit - logits[0]) / temperature));
    let left = powers.length;
    const sumLeft = () => powers.slice(0, left).reduce((total, power) => total + power, 0);
    // As exact as the sum, a logarithm of 24 bits.
    let beyond = sum - sumLeft() > 1e-5 * sum ? sum - sumLeft() : 0;
    if (topK > 0 && topK <= left) [left, beyond] = [topK, 0];
    if (topP > 0 && topP < 1) {
      // The library adds in 32 bits: a token at the border is kept.
      const most = topP * (sumLeft() + beyond) * (1 + 1e-5);
      let total = 0;
      const last = powers.findIndex((power, i) => i < left && (total += power) > most);
      if (last >= 0) [left, beyond] = [last + 1, 0];
      else beyond = Math.max(0, most - sumLeft());
    }
    const likely = powers.filter((power) => power >= minP).length;
    if (likely < left) [left, beyond] = [likely, 0];
    const total = sumLeft() + beyond;
    return { shares: powers.map((power, i) => (i < left ? power / total : 0)), beyond: beyond / total };
  }

  /// The scale below the bars, up to `most` at least: returns where it ends.
  function showScale(most) {
    const size = tick(most);
    const steps = Math.ceil(most / size - 1e-9);
    byId("bars").style.setProperty("--step", `${100 / steps}%`);
    const labels = Array.from({ length: steps + 1 }, (_, i) => String(+(100 * i * size).toPrecision(3)));
    const areShort = labels.every((label) => label.length < 4);
    labels[steps] += " %";
    byId("bars-scale").replaceChildren(...labels.map((label, i) =>
      element("span", { style: `left: ${(100 * i) / steps}%` }, areShort || i % steps === 0 ? label : "")));
    return steps * size;
  }

  function showBars() {
    for (const name of sliders) {
      const output = byId("sampler").querySelector(`output[for=${name}]`);
      const isOff = name !== "temperature" && (choice[name] === 0 || name === "topP" && choice[name] === 1);
      output.textContent = isOff ? "all" : name === "topK" ? choice[name] : choice[name].toFixed(2);
    }
    const { token } = selected;
    const ids = Array.from(best.ids.subarray(token * bestCount, (token + 1) * bestCount));
    const logits = Array.from(best.logits.subarray(token * bestCount, (token + 1) * bestCount));
    const { shares, beyond } = chances(logits, sumAt(token, choice.temperature), choice);
    const isLast = token + 1 === count;
    const next = !isLast ? tokens[token + 1] : data.end >= 0 ? data.end : undefined;
    const rows = ids.slice(0, 14).map((_, i) => i);
    const place = ids.indexOf(next);
    if (place >= rows.length) rows.push(place);
    const widest = showScale(
      Math.max(...rows.map((i) => Math.max(shares[i], Math.exp(logits[i] - logSums[token])))));
    byId("bars").replaceChildren(...rows.map((i) => {
      const own = Math.exp(logits[i] - logSums[token]);
      const isNext = ids[i] === next;
      const made = element("li", {
        className: (isNext ? "drawn" : "") + (shares[i] === 0 ? " cut" : ""),
        title: `id ${ids[i]}, logit ${number(logits[i])}, probability of the model ${percent(own)}`,
      }, piece(ids[i]), element("span", { className: "track" },
        element("span", { className: "fill", style: `width: ${(100 * shares[i]) / widest}%` }),
        element("span", { className: "own", style: `left: ${(100 * own) / widest}%` })),
      element("span", { className: "percent" }, shares[i] === 0 ? "left out" : percent(shares[i])));
      made.setAttribute("aria-label", `${visible(ids[i])}: drawn with ${percent(shares[i])}, model's own`
        + ` ${percent(own)}` + (!isNext ? "" : isLast ? ", ends the text" : ", follows in the text"));
      return made;
    }));
    const left = shares.filter((share) => share > 0).length;
    const others = data.choice.others
      ? "The command line's biases, bans, penalties and typical p are not applied here. " : "";
    const rest = beyond === 0 ? ""
      : `Those beyond the ${bestCount} are drawn with ${percent(beyond)}`
        + (choice.minP > 0 || choice.topK > 0 ? " at most. " : ". ");
    const mass = logits.slice(0, left).reduce((sum, logit) => sum + Math.exp(logit - logSums[token]), 0);
    byId("left").replaceChildren(
      `${left} of the best ${bestCount} tokens can be drawn; the model gives them ${percent(mass)} together. `,
      rest, others,
      next === undefined ? "The page ends here."
        : element("span", {}, token + 1 < data.promptCount ? "In the prompt follows " : "Drawn was ", piece(next),
          isLast ? ", which ends the text" : "", place < 0 ? ", which is not among them." : "."));
  }

  // MARK: The logit lens

  /// The place of a cell's likeliest token; `layers` is how many were computed.
  const lensStart = (layers, token) => (layers * count + token) * lensCount;
  const answer = (token) => lens.ids[lensStart(model.layers, token)];

  function firstWithAnswer(token) {
    let layers = 0;
    while (lens.ids[lensStart(layers, token)] !== answer(token)) layers++;
    return layers;
  }

  function makeLens() {
    const head = element("tr", { role: "row" }, element("th", { role: "columnheader" }, "read"));
    tokens.forEach((id, i) => head.append(element("th", {
      role: "columnheader", scope: "col", onclick: () => select({ token: i }),
    }, visible(id))));
    const body = element("tbody");
    for (let layers = model.layers; layers >= 0; layers--) {
      const row = element("tr", { role: "row" }, element("th", { role: "rowheader", scope: "row" },
        layers === 0 ? "embedding" : `layer ${layers}`));
      for (let token = 0; token < count; token++) {
        const start = lensStart(layers, token);
        const share = Math.exp(lens.logs[start]);
        const cell = element("td", {
          role: "gridcell", tabIndex: -1, onmouseenter: () => showCell(layers, token),
          onmouseleave: () => showCell(), onfocus: () => {
            showCell(layers, token);
            say(byId("lens-best").innerText);
          },
          onclick: () => {
            select({ token, layer: Math.max(0, layers - 1) });
            if (layers === 0) showCell(0, token);
          },
        }, visible(lens.ids[start]));
        cell.setAttribute("aria-label", `${layers === 0 ? "embedding" : `layer ${layers}`}, behind`
          + ` ${visible(tokens[token])}: ${visible(lens.ids[start])}, ${percent(share)}`);
        cell.dataset.share = share;
        if (layers === firstWithAnswer(token)) cell.classList.add("first");
        row.append(cell);
      }
      body.append(row);
    }
    byId("lens").append(element("thead", {}, head), body);
    byId("lens").addEventListener("keydown", (event) => {
      // The row of the embedding belongs to the first layer.
      const isBelow = document.activeElement.parentElement === body.rows[model.layers];
      const goesBelow = !isBelow && event.key === "ArrowDown" && selected.layer === 0;
      const keys = { ...inPictures };
      if (goesBelow || isBelow) keys.ArrowDown = keys.ArrowUp = ["layer", 0];
      if (!move(event, keys)) return;
      if (goesBelow || isBelow && event.key !== "ArrowUp") lensCell(0, selected.token).focus();
      else byId("lens").querySelector("td[aria-selected=true]").focus();
    });
  }

  const lensCell = (layers, token) => byId("lens").tBodies[0].rows[model.layers - layers].cells[token + 1];

  let lensSelected;
  function showLens() {
    const { token, layer } = selected;
    lensSelected?.forEach((cell) => {
      cell.classList.remove("here");
      cell.removeAttribute("aria-selected");
      cell.tabIndex = -1;
    });
    const cell = lensCell(layer + 1, token);
    cell.setAttribute("aria-selected", true);
    cell.tabIndex = 0;
    const heading = byId("lens").tHead.rows[0].cells[token + 1];
    heading.classList.add("here");
    cell.parentElement.cells[0].classList.add("here");
    lensSelected = [cell, heading, cell.parentElement.cells[0]];
    lensSelected[1].tabIndex = lensSelected[2].tabIndex = -1;
    const frame = byId("lens").parentElement;
    const [left, width] = [cell.offsetLeft, cell.offsetWidth];
    if (left < frame.scrollLeft + 120 || left + width > frame.scrollLeft + frame.clientWidth) {
      frame.scrollLeft = left - frame.clientWidth / 2;
    }
    showCell();
  }

  /// The best five of a cell; of the selected one if none is named.
  function showCell(layers = selected.layer + 1, token = selected.token) {
    const start = lensStart(layers, token);
    const parts = [element("span", {}, layers === 0 ? "From the embedding alone, behind "
      : `Behind layer ${layers} and `, piece(tokens[token]), ":")];
    for (let i = start; i < start + lensCount; i++) {
      parts.push(element("span", {}, piece(lens.ids[i]), " " + percent(Math.exp(lens.logs[i]))));
    }
    const share = Math.exp(answerLogs[layers * count + token]);
    parts.push(element("span", { className: "soft" }, "The last layer's answer, ", piece(answer(token)),
      `, has ${percent(share)} here and first leads ${firstWithAnswer(token) === 0 ? "in the embedding"
        : `behind layer ${firstWithAnswer(token)}`}.`));
    byId("lens-best").replaceChildren(...parts);
  }

  // MARK: Attention

  function makeAttention() {
    const perGroup = model.heads / model.kvHeads;
    for (let group = 0; group < model.kvHeads; group++) {
      const box = perGroup === 1 ? byId("heads") : element("div");
      for (let head = group * perGroup; head < (group + 1) * perGroup; head++) {
        const made = element("button", {
          className: "head", role: "radio", onclick: () => select({ head }),
        }, element("canvas", { width: count, height: count }), `head ${head + 1}`);
        box.append(made);
      }
      if (perGroup > 1) {
        byId("heads").append(element("div", { className: "group", role: "presentation" },
          element("span", {}, `key-value head ${group + 1}`), box));
      }
    }
    if (perGroup > 1) {
      byId("groups").textContent = `Each ${perGroup} query heads share the keys and values of one head, and`
        + " stand in one frame (grouped-query attention).";
    }
    byId("heads").addEventListener("keydown", (event) => {
      const keys = { ...inPictures, ArrowLeft: ["head", -1], ArrowRight: ["head", 1] };
      if (move(event, keys)) byId("heads").querySelector("[aria-checked=true]").focus();
    });
    const matrix = byId("matrix");
    matrix.width = matrix.height = count * Math.max(1, Math.round(480 / count));
    const cellAt = (event) => {
      const box = matrix.getBoundingClientRect();
      const at = (value, size) => Math.min(count - 1, Math.max(0, Math.floor((value / size) * count)));
      return [at(event.clientY - box.top, box.height), at(event.clientX - box.left, box.width)];
    };
    matrix.addEventListener("pointermove", (event) => showWeight(...cellAt(event)));
    matrix.addEventListener("click", (event) => select({ token: cellAt(event)[0] }));
    const sayWeight = () => {
      drawMatrix();
      showWeight(selected.token, selected.column);
      say(byId("under-pointer").textContent);
    };
    matrix.addEventListener("keydown", (event) => {
      const keys = { ArrowLeft: ["column", -1], ArrowRight: ["column", 1], ArrowUp: ["token", -1], ArrowDown: ["token", 1] };
      if (move(event, { ...everywhere, ...keys })) sayWeight();
    });
    matrix.addEventListener("focus", sayWeight);
    matrix.addEventListener("blur", drawMatrix);
  }

  function showWeight(token, other) {
    byId("under-pointer").replaceChildren(
      piece(tokens[token]), other > token ? " cannot look ahead at " : " looks at ", piece(tokens[other]),
      other > token ? "" : `: ${weightText(weight(selected.layer, selected.head, token, other))}`);
  }

  /// Draws a head, a pixel a weight, in 256 `colours` that reach to its largest weight on any token but the
  /// first, which would leave the others pale. Returns that weight, and the mean of those on the first.
  function drawHead(canvas, layer, head, colours) {
    const triangle = (count * (count + 1)) / 2;
    const start = (layer * model.heads + head) * triangle;
    const roots = weights.subarray(start, start + triangle);
    let [most, toFirst] = [0, 0];
    for (let token = 1, row = 1; token < count; row += ++token) {
      toFirst += (roots[row] / data.weightSteps) ** 2 / (count - 1);
      for (let i = row + 1; i <= row + token; i++) most = Math.max(most, roots[i]);
    }
    most ||= data.weightSteps;
    const image = new ImageData(count, count);
    const pixels = new Uint32Array(image.data.buffer);
    for (let token = 0, i = 0; token < count; token++) {
      for (let other = 0; other <= token; other++, i++) {
        pixels[token * count + other] = colours[Math.round(255 * Math.min(1, roots[i] / most) ** 2)];
      }
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    return { most: (most / data.weightSteps) ** 2, toFirst };
  }

  /// What is drawn of the heads' layer, in its colours.
  let drawn = {};
  function drawLayer() {
    const { layer } = selected;
    if (drawn.layer === layer && drawn.isDark === darkness.matches) return;
    const colours = Uint32Array.from({ length: 256 }, (_, i) => {
      const [red, green, blue] = colour("cool", i / 255);
      return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    });
    const canvases = Array.from(byId("heads").querySelectorAll("canvas"));
    const heads = canvases.map((canvas, head) => drawHead(canvas, layer, head, colours));
    drawn = { layer, isDark: darkness.matches, canvases, heads };
  }

  /// The selected head, with a frame around the selected token's row, and one around the keyboard's weight.
  function drawMatrix() {
    const matrix = byId("matrix");
    const [context, scale] = [matrix.getContext("2d"), matrix.width / count];
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, matrix.width, matrix.height);
    context.drawImage(drawn.canvases[selected.head], 0, 0, matrix.width, matrix.height);
    context.strokeStyle = getComputedStyle(document.body).getPropertyValue("--warm");
    context.lineWidth = 2;
    const top = selected.token * scale;
    context.strokeRect(1, top, (selected.token + 1) * scale, scale);
    if (document.activeElement === matrix) context.strokeRect(selected.column * scale - 2, top - 2, scale + 4, scale + 4);
  }

  function showAttention() {
    const { token, layer, head } = selected;
    byId("attention-layer").textContent = layer + 1;
    byId("matrix-head").textContent = head + 1;
    byId("heads").querySelectorAll(".head").forEach((button, i) => {
      button.setAttribute("aria-checked", i === head);
      button.tabIndex = i === head ? 0 : -1;
    });
    drawLayer();
    drawMatrix();
    const { most, toFirst } = drawn.heads[head];
    byId("most").textContent = most < 1 ? `${weightText(most)} and more` : "100 %";

    const shares = Array.from({ length: token + 1 }, (_, other) => weight(layer, head, token, other));
    byId("first-share").replaceChildren(
      "Of the selected token's attention ", element("b", {}, weightText(shares[0])),
      " goes to the first token, of the later tokens' ", element("b", {}, weightText(toFirst)),
      toFirst > 0.5 ? ": a head that finds nothing to take rests there." : ".");
    const order = shares.map((_, i) => i).sort((a, b) => shares[b] - shares[a]).slice(0, 6);
    byId("looks-at").replaceChildren(
      element("li", { className: "soft" }, piece(tokens[token]), " looks at"),
      ...order.map((i) => element("li", {}, piece(tokens[i]),
        element("span", { className: "soft" }, ` (${i}) `), weightText(shares[i]))));
    byId("matrix").setAttribute("aria-label", `Weights of head ${head + 1} of layer ${layer + 1}, ${count} by ${count}`
      + ` tokens. ${visible(tokens[token])} looks most at ${visible(tokens[order[0]])}, ${weightText(shares[order[0]])}. Left and right arrow keys read its weights.`);
  }

  // MARK: The residual stream

  /// A round number near a share of `most`, for the lines of a scale.
  function tick(most) {
    const power = 10 ** Math.floor(Math.log10(most / 4));
    return [1, 2, 5, 10].map((digit) => digit * power).find((size) => most / size <= 5);
  }

  function showStream() {
    const { token, layer } = selected;
    const layers = Array.from({ length: model.layers + 1 }, (_, i) => i);
    const norms = layers.map((i) => stream(i, token).length);
    const added = (kind) => layers.slice(1).map((i) => vector(kind, token, 0, i - 1).length);
    const [attention, ffn] = [added("attentionOutput"), added("ffnOutput")];
    const most = Math.max(...norms, ...attention, ...ffn) * 1.05;
    const [width, height, left, bottom] = [byId("stream").clientWidth || 900, 230, 70, 40];
    const slot = (width - left - 10) / (model.layers + 1);
    const x = (i) => left + slot * (i + 0.5);
    const y = (value) => 12 + (height - bottom - 12) * (1 - value / most);
    const parts = layers.map((i) => svg("rect", {
      class: "band" + (i === layer + 1 ? " here" : ""), x: x(i) - slot / 2, y: 4, width: slot,
      height: height - bottom - 4, "data-layer": i - 1,
    }));
    for (let value = 0; value <= most; value += tick(most)) {
      parts.push(svg("line", { class: "grid", x1: left, x2: width - 10, y1: y(value), y2: y(value) }));
      parts.push(svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, String(+value.toPrecision(3))));
    }
    const bar = Math.min(26, slot * 0.3);
    layers.forEach((i) => {
      if (i > 0) {
        const up = (kind, value, start) => svg("rect", {
          class: kind, x: start, y: y(value), width: bar, height: y(0) - y(value),
        }, svg("title", {}, `layer ${i}: ${number(value)}`));
        parts.push(up("attention", attention[i - 1], x(i) - bar), up("ffn", ffn[i - 1], x(i)));
      }
      const isShown = model.layers < 16 || i % 5 === 0;
      if (isShown) {
        parts.push(svg("text", { x: x(i), y: height - bottom + 17, "text-anchor": "middle" },
          i === 0 && slot > 80 ? "embedding" : String(i)));
      }
    });
    parts.push(svg("polyline", { class: "norm", points: norms.map((value, i) => `${x(i)},${y(value)}`).join(" ") }));
    norms.forEach((value, i) => parts.push(svg("circle", { cx: x(i), cy: y(value), r: 3 },
      svg("title", {}, number(value)))));
    parts.push(svg("text", { x: left + (width - left) / 2, y: height - 4, "text-anchor": "middle" },
      "behind layer (0: the embedding)"));
    parts.push(svg("text", { transform: `translate(14 ${(height - bottom) / 2}) rotate(-90)`, "text-anchor": "middle" },
      "length"));
    const picture = byId("stream");
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.replaceChildren(...parts);
    const facts = `In layer ${layer + 1} attention adds a vector of length ${number(attention[layer])}, the`
      + ` feed-forward network one of ${number(ffn[layer])}; the stream is then ${number(norms[layer + 1])} long`
      + " (vectors may cancel one another).";
    byId("stream-facts").textContent = facts;
    picture.setAttribute("aria-label", `Lengths of the residual stream from ${number(norms[0])} in the embedding`
      + ` to ${number(norms[model.layers])} behind the last layer. ${facts}`);
  }

  function makeStream() {
    byId("stream").addEventListener("click", (event) => {
      const layer = event.target.dataset?.layer;
      if (layer !== undefined) select({ layer: Number(layer) });
    });
    new ResizeObserver(() => showStream()).observe(byId("stream").parentElement);
  }

  // MARK: One token's way

  /// A row: a vector's name, its first elements and its shape.
  function row(name, made, size) {
    const elements = Array.from(made.elements.slice(0, size), number);
    if (size > elements.length) elements.push("…");
    return [name, elements.join(", "), `(${size}), ‖${number(made.length)}‖`];
  }

  /// The steps of the README, each with its formula, where it stands in the source, and this token's numbers.
  function steps() {
    const { token, layer, head } = selected;
    const [id, kvHead] = [tokens[token], kvHeadOf(head)];
    const place = { dim: model.dim, size: model.headSize };
    const isGPT2 = !model.rope;
    const plus = (name, written) => (model.has[name] ? ` + ${written}` : "");
    const normed = model.norm === "rms" ? "x′ = w ⊙ x / √(mean x² + ε)"
      : `x′ = w ⊙ (x − mean x) / √(var x + ε)${plus("normBias", "b")}`;
    const headNorms = [["q", model.has.qNorm], ["k", model.has.kNorm]].filter(([, has]) => has)
      .map(([name]) => `;  ${name} ← norm(${name}), of each head`).join("");
    const shares = Array.from({ length: token + 1 }, (_, other) => weight(layer, head, token, other));
    const order = shares.map((_, i) => i).sort((a, b) => shares[b] - shares[a]).slice(0, 3);
    const next = token + 1 < count ? tokens[token + 1] : undefined;
    const own = (i) => Math.exp(best.logits[token * bestCount + i] - logSums[token]);
    return [
      {
        title: "The file is mapped",
        formula: `${data.file}, ${grouped(model.bytes)} bytes; every weight is a pointer into it`,
        where: "Checkpoint" + (model.gguf ? ", GGUF, GGUFModel" : ", Llama2C"),
        rows: [["layers", String(model.layers), ""], ["vocabulary", grouped(model.vocabSize), ""],
          ["context", grouped(model.context), ""]],
      }, {
        title: "Text becomes tokens",
        formula: "the best pair of neighbours is merged, again and again",
        where: "Tokenizer.encode, Pretokenizer, Merger",
        rows: [["bytes", bytesText(id), ""], ["token", visible(id), `id ${id}`]],
      }, {
        title: "The token's row of the embedding",
        formula: isGPT2 ? `x = E[${id}] + P[${token}]` : `x = E[${id}]`,
        where: "Transformer.forward, Matrix.copyRow",
        rows: [row("x", vector("embedding", token), place.dim)],
      }, {
        title: `Layer ${layer + 1}: a query, a key, a value`,
        formula: `${normed};  q = Wq x′${plus("bq", "bq")},  k = Wk x′${plus("bk", "bk")},`
          + `  v = Wv x′${plus("bv", "bv")}${headNorms}`,
        where: "norm, matmul",
        rows: [row("x", stream(layer, token), place.dim), row("x′", vector("attentionNorm", token), place.dim),
          row(`q, head ${head + 1}`, vector("query", token, head), place.size),
          row(`k, head ${kvHead + 1}`, vector("key", token, kvHead), place.size),
          row(`v, head ${kvHead + 1}`, vector("value", token, kvHead), place.size)],
      }, {
        title: "Turned by the position, and kept",
        formula: isGPT2 ? "positions were added in step 3: nothing is turned"
          : `pair i turns by ${token} · ${grouped(model.rope.base)}^(−2i / ${model.rope.size})`
            + (model.rope.scale === 1 ? "" : ` / ${model.rope.scale}`)
            + (model.has.ropeFactors ? " / f_i, a factor of the file for each pair" : ""),
        where: "rotate, cache",
        rows: [row("q", vector("rotatedQuery", token, head), place.size),
          row("k", vector("rotatedKey", token, kvHead), place.size)],
      }, {
        title: "The query meets every key",
        formula: "a = softmax(q · k / √headSize);  out = Σ a v",
        where: "attention, Attention",
        rows: [...order.map((other) => [`a, ${visible(tokens[other])}`, weightText(shares[other]), `token ${other}`]),
          row("out", vector("heads", token, head), place.size)],
      }, {
        title: "Added to the stream",
        formula: `x ← x + Wo out${plus("bo", "bo")}, of all heads`,
        where: "matmul(addedTo:)",
        rows: [row("Wo out", vector("attentionOutput", token), place.dim)],
      }, {
        title: "The feed-forward network",
        formula: (model.activation === "swiglu" ? `h = silu(W₁ x′${plus("b1", "b₁")}) ⊙ (W₃ x′${plus("b3", "b₃")})`
          : `h = gelu(W₁ x′${plus("b1", "b₁")})`) + `;  x ← x + W₂ h${plus("b2", "b₂")}`,
        where: "norm, matmul, " + model.activation,
        rows: [row("x′", vector("ffnNorm", token), place.dim), row("h", vector("hidden", token), model.hiddenDim),
          row("W₂ h", vector("ffnOutput", token), place.dim), row("x", stream(layer + 1, token), place.dim)],
      }, {
        title: "Behind the last layer: logits",
        formula: `logits = W norm(x)${plus("b", "b")};  p = e^logit / Σ e^logit`,
        where: "classify",
        rows: [row("x", stream(model.layers, token), place.dim),
          ...[0, 1, 2].filter((i) => i < bestCount).map((i) => [visible(best.ids[token * bestCount + i]),
            number(best.logits[token * bestCount + i]), percent(own(i))])],
      }, {
        title: "One is drawn",
        formula: "from the likeliest, as the options say",
        where: "Sampler.sample",
        rows: [["next", next !== undefined ? visible(next) : data.end >= 0 ? "the end of the text" : "the page ends",
          next === undefined ? "" : token + 1 < data.promptCount ? "given by the prompt" : `id ${next}`]],
      }, {
        title: "Its bytes are text",
        formula: "and the token is the next input",
        where: "Tokenizer.decode, Generation.next",
        rows: [["bytes", next === undefined ? "" : bytesText(next), ""],
          ["position", next === undefined ? "" : String(token + 1), ""]],
      },
    ];
  }

  function showWay() {
    byId("way-token").textContent = visible(tokens[selected.token]);
    byId("way").replaceChildren(...steps().map(({ title, formula, where, rows }, i) => element("li", {},
      element("h3", {}, `${i + 1}. ${title}`),
      element("p", { className: "formula" }, formula),
      element("table", {}, ...rows.map((cells) =>
        element("tr", {}, ...cells.map((cell) => element("td", {}, cell))))),
      element("p", { className: "where" }, element("code", {}, where)))));
  }

  // MARK: The page

  function paintAll() {
    chips().forEach((made, i) => paint(made, "warm", (surprise(i) ?? 0) / 8));
    for (const cell of byId("lens").querySelectorAll("td")) paint(cell, "cool", Number(cell.dataset.share));
    for (const made of document.querySelectorAll(".ramp")) {
      const stops = Array.from({ length: 11 }, (_, i) => `rgb(${colour(made.dataset.ramp, i / 10).join(" ")})`);
      made.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    }
  }

  function describe() {
    document.title = `look: ${data.file}`;
    byId("file").textContent = data.file;
    byId("model").textContent = `${model.layers} layers, ${model.heads} heads`
      + (model.kvHeads === model.heads ? "" : ` (${model.kvHeads} of keys and values)`)
      + `, ${model.dim} numbers a token, ${grouped(model.vocabSize)} tokens in the vocabulary`;
  }

  /// What #token=9&layer=2&head=1 selects, numbered as on the page.
  function selectLinked() {
    const change = {};
    for (const [what, value] of new URLSearchParams(location.hash.slice(1))) {
      if (Object.hasOwn(limits, what) && /^\d+$/.test(value)) change[what] = Number(value) - (what === "layer" || what === "head" ? 1 : 0);
    }
    select(change);
  }

  describe();
  makeText();
  makeArcScale();
  makeSampler();
  makeLens();
  makeAttention();
  makeStream();
  selectFirst();
  paintAll();
  selectLinked();
  addEventListener("hashchange", selectLinked);
  darkness.addEventListener("change", () => {
    paintAll();
    show();
  });
  document.querySelectorAll("[data-step]").forEach((button) =>
    button.addEventListener("click", () => step(button.dataset.step, Number(button.dataset.by))));
  addEventListener("keydown", (event) => {
    if (!event.target.closest?.("input, #lens, #text, #heads, #matrix")) move(event, everywhere);
  });

  """#
