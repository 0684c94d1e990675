"use strict";
/* Figures: Vega-Lite takes over from the SVG the page came with; switches, hover and downloads. */
(() => {
const holder = document.getElementById("figures");
const figures = JSON.parse(holder.textContent);
const say = text => { document.getElementById("said").textContent = text; };
const tip = document.getElementById("tip");
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";
const PAPER_FONT = "'DejaVu Sans', Verdana, 'Segoe UI', Arial, sans-serif";
const SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"];
const DASHES = {SOLID: [1, 0], DASHED: [5, 3], DOTTED: [1.5, 3]};
const PAGE = {ink: "var(--ink)", quiet: "var(--quiet)", grid: "var(--grid)", rim: "var(--page)"};
const PAPER = {ink: "#1d2430", quiet: "#4a5361", grid: "#e3e7ec", rim: "#ffffff"};

/* Java's rule of which points have markers: LineChart.isMarker. */
const marked = (count, slot, i) => {
  if (slot >= 8) return false;
  const every = count <= 40 ? 1 : Math.floor(count / 12);
  return i % every === Math.floor(slot * every / 8);
};

function layoutOf(panel, state) {
  const view = Math.min(state.view, panel.views.length - 1);
  const wanted = {
    view,
    logX: panel.x.switchable ? state.logX : panel.x.log,
    logY: panel.views[view].y.switchable ? state.logY : panel.views[view].y.log,
    baseline: state.baseline && panel.views[view].reference.length > 0
  };
  return panel.layouts.find(layout => Object.keys(wanted).every(key => layout[key] === wanted[key])) ?? panel.layouts[0];
}

const shown = (value, scale) => value !== null && (!scale.log || value > 0);
const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));

function rows(lines, layout) {
  return lines.flatMap(line => line.x.map((x, i) => {
    const fits = shown(x, layout.x) && shown(line.y[i], layout.y);
    const sd = line.sd ? line.sd[i] : null;
    const row = {series: line.name, x: shown(x, layout.x) ? x : null, y: fits ? line.y[i] : null};
    if (line.sd) {
      row.low = fits && sd !== null ? clamp(line.y[i] - sd, layout.y.domain) : null;
      row.high = fits && sd !== null ? clamp(line.y[i] + sd, layout.y.domain) : null;
    }
    if (fits && marked(line.x.length, line.slot, i)) row.marked = true;
    return row;
  }));
}

function scale({log, domain}) {
  return {type: log ? "log" : "linear", domain, nice: false, zero: false, clamp: true};
}

const labels = ({ticks, labels: names}) => `${JSON.stringify(names)}[indexof(${JSON.stringify(ticks)}, datum.value)]`;

/* A place given in pixels of the panel. */
const pixel = field => ({field, type: "quantitative", scale: null, axis: null});

/* The layers of one panel, in the page (laid out to the pixel) or on paper (a specification to keep and restyle). */
function panelSpec(figure, panel, layout, hidden, style, paper) {
  const view = panel.views[layout.view];
  const lines = view.series.filter(line => !hidden.has(line.name));
  const names = view.series.map(line => line.name);
  const byName = (name, range) => ({field: "series", type: "nominal", title: null, scale: {domain: names, range}, legend: paper ? {symbolSize: 60, symbolOpacity: 1} : null});
  const colour = byName("colour", view.series.map(line => paper ? figure.colours[line.slot] : `var(--c${line.slot})`));
  const dash = byName("dash", view.series.map(line => DASHES[line.style]));
  const shape = byName("shape", view.series.map(line => SHAPES[line.slot % 8]));
  const [left, top, right, bottom] = layout.box;
  const text = {labelFontSize: 11, titleFontSize: 11.5, labelColor: style.quiet, titleColor: style.quiet, titleFontWeight: "normal", labelOverlap: false, labelBound: false, labelFlush: false, labelLimit: 0, titleLimit: 0};
  const xAxis = {...text, title: panel.x.title, values: layout.x.ticks, labelExpr: labels(layout.x), grid: false, domainColor: style.quiet, tickColor: style.quiet, tickSize: 4, labelAngle: 0};
  const yAxis = {...text, title: view.y.title, values: layout.y.ticks, labelExpr: labels(layout.y), gridColor: style.grid, domain: false, ticks: false, labelPadding: 6};
  if (!paper) {
    Object.assign(xAxis, {labelBaseline: "alphabetic", labelPadding: 13, titleY: 34, titleBaseline: "alphabetic"});
    Object.assign(yAxis, {titleX: 12 - left, titleBaseline: "alphabetic"});
  }
  const x = {field: "x", type: "quantitative", scale: scale(layout.x), axis: xAxis};
  const y = {field: "y", type: "quantitative", scale: scale(layout.y), axis: yAxis};
  const layer = [];
  if (layout.baseline) {
    layer.push({data: {values: rows(view.reference, layout)}, mark: {type: "line", color: style.quiet, strokeWidth: 1.2, strokeDash: [2, 3]}, encoding: {x, y, detail: {field: "series"}}});
    const last = view.reference.map(line => ({series: line.name, x: line.x[line.x.length - 1], y: line.y[line.y.length - 1]})).filter(row => shown(row.y, layout.y));
    layer.push({data: {values: last}, mark: {type: "text", align: "right", dx: -2, dy: -4, baseline: "alphabetic", color: style.quiet, fontSize: 11}, encoding: {x, y, text: {field: "series"}}});
  }
  if (lines.some(line => line.sd)) {
    layer.push({transform: [{filter: "isValid(datum.low)"}], mark: {type: "area", opacity: lines.filter(line => line.sd).length > 4 ? 0.07 : 0.16}, encoding: {x, y: {...y, field: "low"}, y2: {field: "high"}, color: colour}});
  }
  layer.push({mark: {type: "line", strokeWidth: 1.7, strokeJoin: "round"}, encoding: {x, y, color: colour, strokeDash: dash}});
  layer.push({transform: [{filter: "datum.marked"}], mark: {type: "point", filled: true, size: 46, opacity: 1, stroke: style.rim, strokeWidth: 0.6}, encoding: {x, y, color: colour, shape}});
  const ends = paper ? [] : layout.ends.filter(end => !hidden.has(end.name));
  if (ends.length) {
    const values = ends.map(end => ({series: end.name, fromX: end.x - left + 5, fromY: end.y - top, toX: right - left + 12, toY: end.at - top}));
    layer.push({data: {values}, mark: {type: "rule", color: style.quiet, strokeWidth: 0.7, opacity: 0.7}, encoding: {x: pixel("fromX"), x2: {field: "toX"}, y: pixel("fromY"), y2: {field: "toY"}}});
    layer.push({data: {values}, mark: {type: "text", align: "left", baseline: "alphabetic", dx: 2, dy: 4, x: {expr: "datum.toX"}, y: {expr: "datum.toY"}, fontSize: 11.5, fontWeight: 650}, encoding: {text: {field: "series"}, color: colour}});
  }
  const size = {width: right - left, height: bottom - top};
  const spec = {...size, data: {values: rows(lines, layout)}, layer};
  if (paper) {
    return {...spec, title: panel.title, width: Math.max(340, size.width), height: Math.max(240, size.height)};
  }
  return {...spec, padding: {left, top, right: figure.width - right, bottom: figure.height - bottom}, autosize: {type: "none"}, background: null, description: panel.description};
}

const config = (style, font) => ({
  font, aria: false, view: {stroke: null}, mark: {invalid: "break-paths-filter-domains"},
  title: {anchor: "start", fontSize: 14, color: style.ink}, legend: {labelColor: style.ink, labelFontSize: 11, labelLimit: 0, orient: "bottom", columns: 4}
});

/* A figure as a specification of its own: light, with titles and legends, everything inside. */
function paperSpec(figure, state) {
  const panels = figure.panels.map(panel => panelSpec(figure, panel, layoutOf(panel, state), state.hidden, PAPER, true));
  const same = figure.panels.length > 1 && {resolve: {scale: {color: "independent", shape: "independent", strokeDash: "independent", x: "independent", y: "independent"}}};
  const body = panels.length === 1 ? panels[0] : {concat: panels, columns: figure.columns, spacing: 30, ...same};
  return {$schema: "https://vega.github.io/schema/vega-lite/v6.json", background: "#ffffff", padding: 12, ...body, config: config(PAPER, PAPER_FONT)};
}

function viewOf(spec, options) {
  const runtime = vega.parse(vegaLite.compile(spec, {logger: quiet}).spec, null, {ast: true});
  return new vega.View(runtime, {expr: vegaInterpreter, logLevel: vega.Error, ...options});
}
const quiet = {warn() { return this; }, info() { return this; }, debug() { return this; }, error(...text) { console.error(...text); return this; }, level() { return this; }};

/* ‖A‖_F with a real subscript: Vega's text marks know none. The pattern is that of RichText in Java. */
function lower(svg) {
  for (const text of svg.querySelectorAll("text")) {
    const parts = text.textContent.split(/(?<=[‖²σλθΔ]|(?<![\p{L}\d._/-])\p{L})_([\p{L}\d]{1,2})(?![\p{L}\d_])/u);
    if (parts.length < 2) continue;
    text.replaceChildren(...parts.flatMap((part, i) => {
      const span = document.createElementNS(svg.namespaceURI, "tspan");
      span.textContent = part;
      if (i % 2) { span.setAttribute("dy", "3.5"); span.setAttribute("class", "small"); }
      else if (i) span.setAttribute("dy", "-3.5");
      return part ? [span] : [];
    }));
  }
}

/* One panel: drawing, hover, keyboard. */
class Panel {
  constructor(figure, panel, state, element) {
    Object.assign(this, {figure, panel, state, element, chart: element.querySelector(".chart")});
    this.overlay = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.overlay.setAttribute("viewBox", `0 0 ${figure.width} ${figure.height}`);
    this.overlay.setAttribute("class", "overlay");
    this.overlay.setAttribute("aria-hidden", "true");
    this.chart.append(this.overlay);
    this.chart.tabIndex = 0;
    this.chart.setAttribute("role", "application");
    this.chart.setAttribute("aria-roledescription", "chart");
    this.chart.setAttribute("aria-label", panel.description + ". Left and right arrows read the values.");
    this.chart.addEventListener("pointermove", event => this.hover(event));
    this.chart.addEventListener("pointerleave", () => { this.leave(); document.dispatchEvent(new CustomEvent("layer-hover", {detail: null})); });
    this.chart.addEventListener("keydown", event => this.key(event));
    this.chart.addEventListener("blur", () => this.leave());
  }

  get layout() { return layoutOf(this.panel, this.state); }

  get lines() { return this.panel.views[this.layout.view].series.filter(line => !this.state.hidden.has(line.name)); }

  async draw() {
    const turn = this.turn = (this.turn ?? 0) + 1;
    const layout = this.layout;
    const target = document.createElement("div");
    target.className = "vega";
    const spec = {...panelSpec(this.figure, this.panel, layout, this.state.hidden, PAGE, false), config: config(PAGE, FONT)};
    const view = viewOf(spec, {renderer: "svg", container: target, hover: false});
    await view.runAsync();
    if (turn !== this.turn) {
      view.finalize();
      return;
    }
    const svg = target.querySelector("svg");
    lower(svg);
    svg.setAttribute("aria-hidden", "true");
    this.view?.finalize();
    this.view = view;
    [...this.chart.children].forEach(child => { if (child !== this.overlay) child.remove(); });
    this.chart.prepend(target);
    this.element.dataset.drawn = "vega";
  }

  /* Pixel of a value, as AxisScale in Java. */
  pixel(value, scale, from, to) {
    const [low, high] = scale.domain;
    const share = scale.log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return from + share * (to - from);
  }

  abscissae() {
    const layout = this.layout;
    return [...new Set(this.lines.flatMap(line => line.x.filter(x => shown(x, layout.x))))].sort((a, b) => a - b);
  }

  hover(event) {
    const box = this.chart.getBoundingClientRect();
    const layout = this.layout;
    const at = (event.clientX - box.left) * this.figure.width / box.width;
    let best = null, distance = Infinity;
    for (const x of this.abscissae()) {
      const away = Math.abs(this.pixel(x, layout.x, layout.box[0], layout.box[2]) - at);
      if (away < distance) { best = x; distance = away; }
    }
    if (best === null) return;
    this.show(best, event.clientX, event.clientY);
    if (this.panel.x.title === "Layer") document.dispatchEvent(new CustomEvent("layer-hover", {detail: String(best)}));
  }

  key(event) {
    const all = this.abscissae();
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (event.key === "Escape") this.leave();
    if (!step || !all.length) return;
    event.preventDefault();
    const now = all.indexOf(this.x);
    const x = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : clamp(now + step, [0, all.length - 1])];
    const box = this.chart.getBoundingClientRect();
    const pixel = this.pixel(x, this.layout.x, this.layout.box[0], this.layout.box[2]);
    this.show(x, box.left + pixel * box.width / this.figure.width, box.top + box.height / 3);
    say(tip.innerText.replace(/\s+/g, " "));
    if (this.panel.x.title === "Layer") document.dispatchEvent(new CustomEvent("layer-hover", {detail: String(x)}));
  }

  values(x) {
    return this.lines.map(line => ({line, i: line.x.indexOf(x)}))
      .filter(({line, i}) => i >= 0 && line.y[i] !== null)
      .map(({line, i}) => ({line, y: line.y[i], sd: line.sd ? line.sd[i] : null}))
      .sort((a, b) => b.y - a.y);
  }

  mark(x) {
    this.x = x;
    const layout = this.layout;
    const [left, top, right, bottom] = layout.box;
    const make = (name, attributes) => {
      const part = document.createElementNS(this.overlay.namespaceURI, name);
      Object.entries(attributes).forEach(([key, value]) => part.setAttribute(key, value));
      return part;
    };
    const px = this.pixel(x, layout.x, left, right);
    const dots = this.values(x).filter(({y}) => shown(y, layout.y)).map(({line, y}) =>
      make("circle", {class: `dot s${line.slot}`, r: 4.5, cx: px, cy: this.pixel(y, layout.y, bottom, top)}));
    this.overlay.replaceChildren(make("path", {class: "hair", d: `M${px},${top}V${bottom}`}), ...dots);
  }

  show(x, clientX, clientY) {
    this.mark(x);
    const head = document.createElement("b");
    head.textContent = `${this.panel.x.title} ${number(x)}`;
    const table = document.createElement("table");
    for (const {line, y, sd} of this.values(x)) {
      const row = table.insertRow();
      const swatch = row.insertCell();
      swatch.innerHTML = `<svg width="14" height="8" viewBox="0 0 14 8"><path class="line s${line.slot} ${line.style.toLowerCase()}" d="M0,4H14"/></svg>`;
      row.insertCell().textContent = line.name;
      const cell = row.insertCell();
      cell.textContent = number(y) + (sd === null ? "" : " ± " + number(sd));
      cell.dataset.v = y;
    }
    tip.replaceChildren(head, table);
    tip.hidden = false;
    const width = tip.offsetWidth, height = tip.offsetHeight;
    tip.style.left = Math.max(4, clientX + 16 + width > innerWidth ? clientX - 16 - width : clientX + 16) + "px";
    tip.style.top = clamp(clientY - height / 2, [4, Math.max(4, innerHeight - height - 4)]) + "px";
  }

  leave() {
    tip.hidden = true;
    this.x = undefined;
    this.overlay.replaceChildren();
  }
}

function number(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-3 ? value.toExponential(3) : Number.isInteger(value) ? String(value) : value.toPrecision(5);
  return text.replace("e+", "e").replaceAll("-", "−");
}

/* Downloads of a figure. */
function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function csv(figure, state) {
  const cell = text => /[",\n\r]/.test(text) ? `"${String(text).replaceAll('"', '""')}"` : text;
  const lines = [["panel", "series", "x", "y", "sd"]];
  for (const panel of figure.panels) {
    for (const line of panel.views[layoutOf(panel, state).view].series) {
      line.x.forEach((x, i) => lines.push([panel.title, line.name, x ?? "", line.y[i] ?? "", line.sd?.[i] ?? ""]));
    }
  }
  return lines.map(line => line.map(cell).join(",")).join("\n") + "\n";
}

const savers = {
  SVG: async (id, figure, state) => save(id + ".svg", new Blob([await viewOf(paperSpec(figure, state), {renderer: "none"}).toSVG()], {type: "image/svg+xml"})),
  PNG: async (id, figure, state) => (await viewOf(paperSpec(figure, state), {renderer: "none"}).toCanvas(3)).toBlob(blob => save(id + ".png", blob)),
  CSV: (id, figure, state) => save(id + ".csv", new Blob([csv(figure, state)], {type: "text/csv"})),
  "Vega-Lite": (id, figure, state) => save(id + ".vl.json", new Blob([JSON.stringify(paperSpec(figure, state), null, 1)], {type: "application/json"}))
};

function button(text, pressed, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  if (pressed !== null) made.setAttribute("aria-pressed", String(pressed));
  made.addEventListener("click", () => act(made));
  return made;
}

/* One of several, as buttons of which one is pressed. */
function segments(label, names, current, act) {
  const group = document.createElement("div");
  group.className = "segments";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  names.forEach((name, i) => group.append(button(name, i === current, made => {
    [...group.children].forEach(other => other.setAttribute("aria-pressed", String(other === made)));
    act(i);
  })));
  return group;
}

const all = [];
for (const element of document.querySelectorAll("[data-figure]")) {
  const id = element.dataset.figure;
  const figure = figures[id];
  const views = figure.panels.flatMap(panel => panel.views);
  const first = views.find(view => view.y.switchable);
  const firstX = figure.panels.find(panel => panel.x.switchable);
  const state = {view: 0, logX: firstX ? firstX.x.log : false, logY: first ? first.y.log : false, baseline: false, hidden: new Set()};
  const panels = figure.panels.map((panel, i) => new Panel(figure, panel, state, element.querySelectorAll("[data-panel]")[i]));
  all.push(...panels);
  const redraw = () => Promise.all(panels.map(panel => { panel.leave(); return panel.draw(); }));
  const controls = element.querySelector("[data-switches]");
  const longest = figure.panels.reduce((a, b) => b.views.length > a.views.length ? b : a, figure.panels[0]);
  if (longest && longest.views.length > 1) {
    controls.append(segments("Convention", longest.views.map((view, i) => i ? view.label : "As in the paper"), 0, i => { state.view = i; redraw(); }));
  }
  if (views.some(view => view.reference.length)) {
    const baseline = button("Baseline", false, made => {
      state.baseline = !state.baseline;
      made.setAttribute("aria-pressed", String(state.baseline));
      redraw();
    });
    baseline.className = "on";
    controls.append(baseline);
  }
  if (firstX) controls.append(segments("Horizontal axis", ["x linear", "x log"], Number(state.logX), i => { state.logX = i === 1; redraw(); }));
  if (first) controls.append(segments("Vertical axis", firstX ? ["y linear", "y log"] : ["Linear", "Log"], Number(state.logY), i => { state.logY = i === 1; redraw(); }));
  const menu = document.createElement("details");
  menu.className = "menu";
  menu.innerHTML = `<summary>Save</summary><div class="sheet"></div>`;
  for (const [name, act] of Object.entries(savers)) {
    menu.lastElementChild.append(button(name, null, () => { menu.open = false; act(id, figure, state); }));
  }
  controls.append(menu);
  for (const toggle of element.querySelectorAll("[data-toggle]")) {
    toggle.addEventListener("click", () => {
      const name = toggle.dataset.toggle;
      const hide = !state.hidden.has(name);
      state.hidden[hide ? "add" : "delete"](name);
      element.querySelectorAll("[data-toggle]").forEach(other => { if (other.dataset.toggle === name) other.setAttribute("aria-pressed", String(!hide)); });
      redraw();
    });
  }
}

/* A layer lit elsewhere is marked in every figure over layers. */
document.addEventListener("layer", event => {
  for (const panel of all) {
    if (panel.panel.x.title !== "Layer" || panel.chart.matches(":hover")) continue;
    const x = Number(event.detail);
    if (event.detail !== null && panel.abscissae().includes(x)) panel.mark(x);
    else panel.overlay.replaceChildren();
  }
});

/* The library takes over from the drawing that came with the page, for panels on the screen or near it. */
const waiting = new Map(all.map(panel => [panel.element, panel]));
let queue = Promise.resolve();
const near = new IntersectionObserver(entries => {
  for (const {isIntersecting, target} of entries) {
    if (isIntersecting) {
      const panel = waiting.get(target);
      near.unobserve(target);
      queue = queue.then(() => new Promise(done => setTimeout(done))).then(() => panel.view ? null : panel.draw());
    }
  }
  queue.then(() => {
    if (document.body.dataset.drawn) return;
    performance.mark("drawn");
    document.body.dataset.drawn = "true";
  });
}, {rootMargin: "400px 0px"});
waiting.forEach((panel, element) => near.observe(element));
if (!waiting.size) document.body.dataset.drawn = "true";
})();
