/// The page in front of its style.
let pageHead = #"""
  <!doctype html>
  <html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta http-equiv="Content-Security-Policy"
    content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
  <title>look</title>

  """#

/// What is on the page; the script fills it.
let pageBody = #"""
  <body>
  <header>
    <h1>look: <span id="file"></span></h1>
    <span id="model" class="soft"></span>
    <p class="means">A language model reads tokens, pieces of text, and gives every possible next one a
      probability. These are the numbers that this model computed for this text. Choose a token, a layer and
      a head: all pictures follow. In tokens · stands for a space, ↵ for the end of a line, and ⟨f0⟩ for a byte
      of a character.</p>
    <noscript><p>This page is drawn by the script inside it, which needs no network: allow it to see the
      pictures.</p></noscript>
  </header>
  <nav id="bar" aria-label="Selection">
    <div class="stepper" role="group" aria-label="Token">
      <button data-step="token" data-by="-1" aria-label="Previous token">◀</button>
      <span id="bar-token" class="shown"></span>
      <button data-step="token" data-by="1" aria-label="Next token">▶</button>
    </div>
    <div class="stepper" role="group" aria-label="Layer">
      <button data-step="layer" data-by="-1" aria-label="Previous layer">▼</button>
      <span id="bar-layer" class="shown"></span>
      <button data-step="layer" data-by="1" aria-label="Next layer">▲</button>
    </div>
    <div class="stepper" role="group" aria-label="Head">
      <button data-step="head" data-by="-1" aria-label="Previous head">◀</button>
      <span id="bar-head" class="shown"></span>
      <button data-step="head" data-by="1" aria-label="Next head">▶</button>
    </div>
    <span class="keys"><kbd>←</kbd> <kbd>→</kbd> token, with <kbd>Shift</kbd> head;
      <kbd>Shift</kbd> <kbd>↑</kbd> <kbd>↓</kbd> layer</span>
    <span id="said" class="unseen" aria-live="polite"></span>
  </nav>
  <main>
    <section class="card" aria-labelledby="text-title">
      <h2 id="text-title">The text, and where the selected head looks</h2>
      <p class="means">The stronger a token's colour, the less the model had expected it: its surprise is −ln of
        the probability that it had, in nats (0.7 is one chance in two, 2.3 one in ten). The arcs lead from the
        selected token to those that this head takes information from, the thicker the more; those to earlier
        lines run over the line's end.</p>
      <div id="text-box">
        <div id="text" role="listbox" aria-label="Tokens of the text" aria-orientation="horizontal"></div>
        <svg id="arcs" aria-hidden="true"></svg>
      </div>
      <p class="scale"><span>surprise, −ln p: 0<span class="ramp" data-ramp="warm"></span>8 nats and more</span>
        <span><span class="given-key">underlined</span> the prompt, the rest is the model's</span>
        <span id="arc-scale">arcs, weight:</span></p>
      <p id="token-facts"></p>
    </section>
    <section class="card tall" aria-labelledby="next-title">
      <h2 id="next-title">What comes next</h2>
      <p class="means">The model gives each token a logit, a score; softmax makes probabilities of them, the
        upright marks. A bar is the chance to be drawn that the sliders make of that. Move them: the logits
        stay, the choice changes.</p>
      <ol id="bars" aria-label="The likeliest next tokens"></ol>
      <div id="bars-scale" aria-hidden="true"></div>
      <div id="sampler">
        <label for="temperature">temperature</label>
        <input id="temperature" type="range" min="0" max="2" step="0.05"><output for="temperature" aria-live="off"></output>
        <label for="topK">top-k</label>
        <input id="topK" type="range" min="0" max="100" step="1"><output for="topK" aria-live="off"></output>
        <label for="topP">top-p</label>
        <input id="topP" type="range" min="0" max="1" step="0.01"><output for="topP" aria-live="off"></output>
        <label for="minP">min-p</label>
        <input id="minP" type="range" min="0" max="1" step="0.01"><output for="minP" aria-live="off"></output>
      </div>
      <p id="left" class="soft"></p>
    </section>
    <section class="card" aria-labelledby="stream-title">
      <h2 id="stream-title">The residual stream</h2>
      <p class="means">A token is a vector that goes through all layers. Each layer adds to it twice: what
        attention found in other tokens, then what the feed-forward network made of that. These are the
        vectors' lengths.</p>
      <svg id="stream" role="img"></svg>
      <p class="scale"><span><span class="swatch" style="background: var(--accent)"></span>added by attention</span>
        <span><span class="swatch" style="background: var(--warm)"></span>added by the feed-forward network</span>
        <span><span class="swatch" style="background: var(--ink)"></span>the stream behind the layer</span></p>
      <p id="stream-facts"></p>
    </section>
    <section class="card wide" aria-labelledby="lens-title">
      <h2 id="lens-title">The logit lens: what it would say if it stopped here</h2>
      <p class="means">Each row is a layer, each column a token that was read. In a cell stands the next token that
        the model would name if the rest of its layers were left out: one sees the answer form, from the bottom
        up.</p>
      <div class="scroll"><table id="lens" role="grid" aria-label="Logit lens: layers by tokens"></table></div>
      <p class="scale"><span>probability: 0 %<span class="ramp" data-ramp="cool"></span>100 %</span>
        <span><span class="first-key">framed</span> where the answer of the last layer first appears</span></p>
      <div id="lens-best"></div>
    </section>
    <section class="card wide" aria-labelledby="attention-title">
      <h2 id="attention-title">Attention in layer <span id="attention-layer"></span></h2>
      <p class="means">A row is a token that looks, a column one that is looked at; only earlier ones can be. A
        line beside the diagonal is a head that looks at the token before. The colours of each matrix reach
        to its own largest weight beside the first token. <span id="groups"></span></p>
      <div id="attention">
        <div>
          <div id="heads" role="radiogroup" aria-label="Heads of the layer"></div>
          <p id="first-share"></p>
          <ul id="looks-at"></ul>
          <p id="under-pointer" class="soft">Point at the matrix to read a weight, or move over it with the arrow
            keys.</p>
        </div>
        <div>
          <h3>Head <span id="matrix-head"></span></h3>
          <canvas id="matrix" role="application" tabindex="0"></canvas>
          <p class="scale">
            <span>weight: 0 %<span class="ramp" data-ramp="cool"></span><span id="most"></span></span>
          </p>
        </div>
      </div>
    </section>
    <section class="card wide" aria-labelledby="way-title">
      <h2 id="way-title">One token's way: <span class="piece" id="way-token"></span></h2>
      <p class="means">The eleven steps from file to text, with this token's own numbers in the selected layer and
        head: of each vector the first elements, the size and the length ‖x‖ = √(Σ x²). Below each step stands
        the function that does it.</p>
      <ol id="way"></ol>
    </section>
  </main>

  """#
