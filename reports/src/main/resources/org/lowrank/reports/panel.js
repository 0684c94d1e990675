/* One panel of a figure: drawing, hover, keyboard. */
const data = JSON.parse(document.getElementById("figures").textContent);
const markup = new RegExp(data.markup, "gu");
const say = text => { document.getElementById("said").textContent = text; };
const tip = document.getElementById("tip");
const quiet = {warn() { return this; }, info() { return this; }, debug() { return this; }, error(...text) { console.error(...text); return this; }, level() { return this; }};

function viewOf(spec, options) {
  const runtime = vega.parse(vegaLite.compile(spec, {logger: quiet}).spec, null, {ast: true});
  return new vega.View(runtime, {expr: vegaInterpreter, logLevel: vega.Error, ...options});
}

/* Text on, below (−1) and above (1) the line: ‖A‖_F as RichText of Java has it, by the same pattern. */
function runsOf(text) {
  const runs = [];
  let from = 0;
  for (const match of text.matchAll(markup)) {
    const {mark, group, low, high} = match.groups;
    runs.push([text.slice(from, match.index), 0]);
    runs.push([group?.replace(/(?<=\S)[_^](?=\S)/g, "") ?? low ?? high, mark === "^" || high ? 1 : -1]);
    from = match.index + match[0].length;
  }
  runs.push([text.slice(from), 0]);
  return runs.filter(([part]) => part);
}

/* Vega's text marks know no subscripts. */
function setMarks(svg) {
  for (const text of svg.querySelectorAll("text")) {
    const runs = runsOf(text.textContent);
    if (runs.length < 2) continue;
    const size = parseFloat(text.getAttribute("font-size")) || 11;
    let before = 0;
    text.replaceChildren(...runs.map(([part, shift]) => {
      const span = document.createElementNS(svg.namespaceURI, "tspan");
      span.textContent = part;
      span.setAttribute("dy", (before - shift) * size * 0.33);
      if (shift) span.setAttribute("font-size", size * 0.74);
      before = shift;
      return span;
    }));
  }
}

function write(element, text) {
  element.replaceChildren(...runsOf(text).map(([part, shift]) => {
    if (!shift) return part;
    const raised = document.createElement(shift > 0 ? "sup" : "sub");
    raised.textContent = part;
    return raised;
  }));
}

class Panel {
  constructor(figure, panel, state, element) {
    Object.assign(this, {figure, panel, state, element, chart: element.querySelector(".chart")});
    this.overlay = document.createElementNS("http://www.w3.org/2000/svg", "svg");
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
    const target = document.createElement("div");
    target.className = "vega";
    const spec = {...panelSpec(this.figure, this.panel, this.layout, this.state.hidden, PAGE, false), config: config(PAGE, FONT)};
    const view = viewOf(spec, {renderer: "svg", container: target, hover: false});
    await view.runAsync();
    if (turn !== this.turn) {
      view.finalize();
      return;
    }
    const svg = target.querySelector("svg");
    setMarks(svg);
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

  pixelX(x) { return this.pixel(x, this.layout.x, this.layout.box[0], this.layout.box[2]); }

  abscissae() {
    const layout = this.layout;
    return [...new Set(this.lines.flatMap(line => line.x.filter(x => shown(x, layout.x))))].sort((a, b) => a - b);
  }

  hover(event) {
    const box = this.chart.getBoundingClientRect();
    const at = (event.clientX - box.left) * this.layout.width / box.width;
    let best = null, distance = Infinity;
    for (const x of this.abscissae()) {
      const away = Math.abs(this.pixelX(x) - at);
      if (away < distance) { best = x; distance = away; }
    }
    if (best === null) return;
    this.show(best, event.clientX, event.clientY);
    this.tell(best);
  }

  key(event) {
    const all = this.abscissae();
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (event.key === "Escape") this.leave();
    if (!step || !all.length) return;
    event.preventDefault();
    const now = all.indexOf(this.x);
    const x = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : clamp(now + step, 0, all.length - 1)];
    const box = this.chart.getBoundingClientRect();
    this.show(x, box.left + this.pixelX(x) * box.width / this.layout.width, box.top + box.height / 3);
    say(tip.innerText.replace(/\s+/g, " "));
    this.tell(x);
  }

  /* A layer pointed at lights up in the other figures and tables. */
  tell(x) {
    if (this.panel.x.title === "Layer") document.dispatchEvent(new CustomEvent("layer-hover", {detail: String(x)}));
  }

  values(x) {
    /* thin lines beside one of their name would fill the table */
    const lines = this.lines.filter(line => line.style !== "FORBIDDEN"
      && !(line.style === "THIN" && this.lines.some(other => other.style !== "THIN" && other.name === line.name)));
    return lines.map(line => ({line, i: line.x.indexOf(x)}))
      .filter(({line, i}) => i >= 0 && line.y[i] !== null)
      .map(({line, i}) => ({line, y: line.y[i], sd: line.sd ? line.sd[i] : null, band: bandOf(line, i)}))
      .sort((a, b) => b.y - a.y);
  }

  mark(x) {
    this.x = x;
    const layout = this.layout;
    const [, top, , bottom] = layout.box;
    const make = (name, attributes) => {
      const part = document.createElementNS(this.overlay.namespaceURI, name);
      Object.entries(attributes).forEach(([key, value]) => part.setAttribute(key, value));
      return part;
    };
    const px = this.pixelX(x);
    const dots = this.values(x).filter(({y}) => shown(y, layout.y)).map(({line, y}) =>
      make("circle", {class: `dot s${line.slot}`, r: 4.5, cx: px, cy: this.pixel(y, layout.y, bottom, top)}));
    this.overlay.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
    this.overlay.replaceChildren(make("path", {class: "hair", d: `M${px},${top}V${bottom}`}), ...dots);
  }

  show(x, clientX, clientY) {
    this.mark(x);
    const head = document.createElement("b");
    write(head, `${this.panel.x.title} ${number(x)}`);
    const table = document.createElement("table");
    for (const {line, y, sd, band} of this.values(x)) {
      const row = table.insertRow();
      const swatch = row.insertCell();
      swatch.innerHTML = `<svg width="14" height="8" viewBox="0 0 14 8"><path class="line s${line.slot} ${line.style.toLowerCase()}" d="M0,4H14"/></svg>`;
      write(row.insertCell(), line.name);
      const cell = row.insertCell();
      const reach = band && sd === null ? number(band[0]) + " to " + number(band[1]) : "";
      cell.textContent = line.style === "AREA" && reach ? reach : number(y) + (sd !== null ? " ± " + number(sd) : reach ? ` (${reach})` : "");
      cell.dataset.v = y;
    }
    tip.replaceChildren(head, table);
    tip.hidden = false;
    const width = tip.offsetWidth, height = tip.offsetHeight;
    tip.style.left = Math.max(4, clientX + 16 + width > innerWidth ? clientX - 16 - width : clientX + 16) + "px";
    tip.style.top = clamp(clientY - height / 2, 4, Math.max(4, innerHeight - height - 4)) + "px";
  }

  leave() {
    tip.hidden = true;
    this.x = undefined;
    this.overlay.replaceChildren();
  }
}

/* As NumberText in Java: five digits, powers of ten where the number is far from one. */
function number(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e6 && size >= 1e-3) {
    return (Number.isInteger(value) ? String(value) : value.toPrecision(5)).replace("-", "−");
  }
  const [mantissa, exponent] = value.toExponential(3).split("e");
  const raised = [...String(Number(exponent))].map(digit => digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");
  return `${mantissa.replace("-", "−")} × 10${raised}`;
}
