/// The page's style: light or dark as the reader's system is, wide or narrow as the window.
let pageStyle = #"""
  :root {
    --page: #f3f5f8; --card: #fff; --ink: #16202c; --soft: #566373; --line: #d5dce5;
    --accent: #0b57a4; --warm: #b45309; --wash: #e6eef8;
    --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #0d1117; --card: #161c25; --ink: #e8edf4; --soft: #9dabbd; --line: #2e3a49;
      --accent: #7cc0f5; --warm: #f0a73c; --wash: #1b2b3f;
    }
  }
  * { box-sizing: border-box; }
  body {
    margin: 0 auto; max-width: 1440px; padding: 0 20px 60px; background: var(--page);
    color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
  }
  header { padding: 16px 0 8px; }
  h1 { display: inline; margin: 0 12px 0 0; font-size: 21px; }
  h2 { margin: 0; font-size: 16px; }
  h3 { margin: 0; font-size: 14px; }
  p { margin: 0; }
  code, .piece { font-family: var(--mono); font-size: 0.93em; }
  .piece { white-space: pre; }
  .soft, .means, .scale { color: var(--soft); }
  .means { margin: 2px 0 10px; max-width: 90ch; font-size: 14px; }
  button, input { font: inherit; color: inherit; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
  .card {
    min-width: 0; padding: 14px 16px 16px; border: 1px solid var(--line); border-radius: 10px;
    background: var(--card);
  }
  main { display: grid; grid-template-columns: minmax(0, 1.85fr) minmax(0, 1fr); gap: 14px; }
  .wide { grid-column: 1 / -1; }
  .tall { grid-row: span 2; }

  /* The selection, which all pictures share. */
  #bar {
    position: sticky; top: 0; z-index: 5; display: flex; flex-wrap: wrap; gap: 6px 22px;
    align-items: center; margin: 0 -20px 12px; padding: 7px 20px;
    border-bottom: 1px solid var(--line); background: var(--page);
  }
  .stepper { display: flex; align-items: center; gap: 6px; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stepper .shown { display: inline-block; min-width: 7.5em; text-align: center; font-weight: 600; }
  #bar-token {
    min-width: 10em; max-width: 16em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  }
  .stepper button {
    width: 30px; height: 30px; border: 1px solid var(--line); border-radius: 6px;
    background: var(--card); cursor: pointer;
  }
  #bar .keys { margin-left: auto; color: var(--soft); font-size: 13px; }
  kbd { padding: 0 5px; border: 1px solid var(--line); border-radius: 4px; font: 12px var(--mono); }

  /* The text. */
  #text-box { position: relative; }
  #text {
    position: relative; padding-top: 20px; line-height: 2.7; font-size: 19px; overflow-wrap: anywhere;
  }
  #arcs {
    position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; pointer-events: none;
  }
  .arc-key { width: 30px; height: 10px; margin-left: 4px; vertical-align: -1px; }
  #arcs path, .arc-key path { fill: none; stroke: var(--accent); stroke-linecap: round; }
  .token {
    position: relative; display: inline-block; min-width: 9px; padding: 1px 1px; border-radius: 4px;
    line-height: 1.45; white-space: pre; cursor: pointer; vertical-align: baseline;
  }
  .token.mark { font: 13px/1.8 var(--mono); opacity: 0.85; }
  .token.given { border-bottom: 2px solid var(--soft); border-radius: 4px 4px 0 0; }
  .token[aria-selected="true"] { box-shadow: 0 0 0 3px var(--accent); z-index: 2; }
  #token-facts { min-height: 3em; margin-top: 4px; }
  .scale {
    display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; margin-top: 8px;
    font-size: 13px;
  }
  .ramp {
    display: inline-block; width: 130px; height: 11px; margin: 0 6px; border: 1px solid var(--line);
    vertical-align: -1px;
  }
  .given-key { padding: 0 4px; border-bottom: 2px solid var(--soft); }

  /* What comes next. */
  #bars { margin: 0; padding: 0; list-style: none; }
  #bars li {
    display: grid; grid-template-columns: 8.2em 1fr 4.6em; gap: 8px; align-items: center;
    font-size: 14px; line-height: 1.62;
  }
  #bars .piece { overflow: hidden; text-overflow: ellipsis; text-align: right; }
  #bars .track {
    position: relative; height: 14px;
    background: linear-gradient(to right, var(--line) 1px, transparent 1px) 0 / var(--step) 100% var(--wash);
  }
  #bars-scale {
    position: relative; height: 1.6em; margin: 0 calc(4.6em + 8px) 0 calc(8.2em + 8px); font-size: 14px;
  }
  #bars-scale span {
    position: absolute; transform: translateX(-50%); color: var(--soft); font-size: 12px;
    white-space: nowrap;
  }
  #bars .fill { position: absolute; inset: 0 auto 0 0; background: var(--accent); }
  #bars .own { position: absolute; top: -2px; bottom: -2px; width: 2px; background: var(--ink); }
  #bars .percent { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
  #bars li.cut { color: var(--soft); }
  #bars li.drawn .fill { background: var(--warm); }
  #bars li.drawn .piece, #bars li.drawn .percent { font-weight: 700; color: var(--warm); }
  #sampler {
    display: grid; grid-template-columns: auto 1fr 3.4em; gap: 3px 10px; align-items: center;
    margin: 10px 0 6px; font-size: 14px;
  }
  #sampler input { width: 100%; accent-color: var(--accent); }
  #sampler output { text-align: right; font-variant-numeric: tabular-nums; }

  /* The logit lens. */
  .scroll { overflow-x: auto; }
  #lens { border-collapse: separate; border-spacing: 1px; font: 12px/1.3 var(--mono); }
  #lens th { padding: 3px 6px; font-weight: 400; color: var(--soft); white-space: pre; }
  #lens tr > th:first-child {
    position: sticky; left: -1px; z-index: 1; background: var(--card); text-align: right;
    box-shadow: 0 0 0 1px var(--card); font-family: system-ui, sans-serif;
  }
  #lens thead th { max-width: 74px; overflow: hidden; text-overflow: ellipsis; cursor: pointer; }
  #lens td {
    min-width: 50px; max-width: 74px; padding: 4px 5px; overflow: hidden; text-align: center;
    text-overflow: ellipsis; white-space: pre; cursor: pointer;
  }
  #lens td.first { box-shadow: inset 0 0 0 2px var(--warm); }
  #lens .here { color: var(--ink); font-weight: 700; }
  #lens td[aria-selected="true"] { outline: 3px solid var(--accent); outline-offset: -1px; }
  #lens-best {
    display: flex; flex-wrap: wrap; gap: 2px 18px; min-height: 3em; margin-top: 8px;
    align-content: start;
  }
  .first-key { padding: 0 4px; box-shadow: inset 0 0 0 2px var(--warm); }

  /* Attention. */
  #attention { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 18px; }
  #heads { display: flex; flex-wrap: wrap; gap: 8px; align-content: start; }
  .group {
    display: grid; gap: 4px; padding: 4px 6px 6px; border: 1px solid var(--line); border-radius: 8px;
  }
  .group div { display: flex; flex-wrap: wrap; gap: 4px; }
  .group > span { color: var(--soft); font-size: 12px; }
  .head {
    display: grid; padding: 3px; border: 0; border-radius: 5px; background: none; font-size: 12px;
    cursor: pointer;
  }
  .head canvas {
    width: 92px; height: 92px; border: 1px solid var(--line); background: var(--card);
    image-rendering: pixelated;
  }
  .head[aria-checked="true"] { background: var(--accent); color: var(--card); }
  #matrix {
    display: block; width: 100%; max-width: 480px; aspect-ratio: 1; border: 1px solid var(--line);
    image-rendering: pixelated; cursor: crosshair;
  }
  #first-share { margin-top: 12px; }
  #under-pointer { min-height: 3em; }
  #looks-at {
    margin: 8px 0 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px;
  }

  /* The residual stream. */
  #stream { display: block; width: 100%; height: auto; }
  #stream text { fill: var(--soft); font-size: 12px; }
  #stream .band { fill: transparent; cursor: pointer; }
  #stream .band.here { fill: var(--wash); }
  #stream .grid { stroke: var(--line); }
  #stream .attention { fill: var(--accent); }
  #stream .ffn { fill: var(--warm); }
  #stream .norm { fill: none; stroke: var(--ink); stroke-width: 2; }
  #stream circle { fill: var(--ink); }
  .swatch { display: inline-block; width: 12px; height: 12px; margin-right: 5px; vertical-align: -1px; }

  /* One token's way. */
  #way {
    margin: 0; padding: 0; list-style: none; display: grid;
    grid-template-columns: repeat(auto-fill, minmax(370px, 1fr)); gap: 10px;
  }
  #way li { min-width: 0; padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; }
  #way .formula { margin: 3px 0; font: italic 14.5px/1.45 Georgia, "DejaVu Serif", serif; }
  #way .where { color: var(--soft); font-size: 13px; }
  #way table { width: 100%; border-collapse: collapse; font: 12px/1.55 var(--mono); }
  #way td { padding: 1px 8px 1px 0; vertical-align: top; }
  #way td:first-child { white-space: nowrap; }
  #way td:last-child { padding: 0; text-align: right; white-space: nowrap; color: var(--soft); }

  @media (max-width: 900px) {
    main, #attention { grid-template-columns: minmax(0, 1fr); }
    .tall { grid-row: auto; }
    #bar .keys { display: none; }
  }
  @media (max-width: 560px) {
    body { padding: 0 10px 40px; }
    #bar { gap: 4px 8px; margin: 0 -10px 10px; padding: 6px 10px; font-size: 13px; }
    .stepper { gap: 2px; }
    .stepper .shown { min-width: 4.2em; }
    #bar-token { min-width: 6em; max-width: 7.5em; }
    .stepper button { width: 27px; }
    .card { padding: 12px; }
    #text { font-size: 17px; }
    .head canvas { width: 68px; height: 68px; }
    #way { grid-template-columns: minmax(0, 1fr); }
  }

  """#
