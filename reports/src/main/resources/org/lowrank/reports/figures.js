/* Figures: switches, downloads, and the library taking over from the SVG the page came with. */
function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function csv(figure, state) {
  const cell = text => /[",\n\r]/.test(text) ? `"${String(text).replaceAll('"', '""')}"` : text;
  const lines = [["panel", "series", "x", "y", "sd", "low", "high"]];
  for (const panel of figure.panels) {
    for (const line of panel.views[layoutOf(panel, state).view].series) {
      if (line.style === "FORBIDDEN") continue;
      line.x.forEach((x, i) => lines.push([panel.title, line.name, x ?? "", line.y[i] ?? "", line.sd?.[i] ?? "", ...(bandOf(line, i) ?? ["", ""])]));
    }
  }
  return lines.map(line => line.map(cell).join(",")).join("\n") + "\n";
}

/* A figure as a file: on paper, so never narrow and always light. */
async function paperSvg(figure, state) {
  const text = await viewOf(paperSpec(figure, {...state, narrow: false}), {renderer: "none"}).toSVG();
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  setMarks(svg);
  return new Blob([new XMLSerializer().serializeToString(svg)], {type: "image/svg+xml"});
}

async function paperPng(figure, state) {
  const picture = new Image();
  picture.src = URL.createObjectURL(await paperSvg(figure, state));
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.width * 3;
  canvas.height = picture.height * 3;
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(picture.src);
  return new Promise(done => canvas.toBlob(done));
}

const fileName = id => (data.file ? data.file + "-" : "") + id;

const savers = {
  SVG: async (id, figure, state) => save(fileName(id) + ".svg", await paperSvg(figure, state)),
  PNG: async (id, figure, state) => save(fileName(id) + ".png", await paperPng(figure, state)),
  CSV: (id, figure, state) => save(fileName(id) + ".csv", new Blob([csv(figure, state)], {type: "text/csv"})),
  "Vega-Lite": (id, figure, state) => save(fileName(id) + ".vl.json", new Blob([JSON.stringify(paperSpec(figure, {...state, narrow: false}), null, 1)], {type: "application/json"}))
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
  group.show = chosen => [...group.children].forEach((other, i) => other.setAttribute("aria-pressed", String(i === chosen)));
  names.forEach((name, i) => group.append(button(name, i === current, () => {
    group.show(i);
    act(i);
  })));
  return group;
}

/*
 * What the page shows is one state, kept in its address behind the anchor: which readings, whether the baseline, which scale.
 * #layers?baseline=0&log=1&show=Squared%20(literature)
 */
const states = [];
const shows = [];
const redraws = [];
const changed = {};

function address() {
  const [id] = location.hash.slice(1).split("?");
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(changed)) {
    if (key === "show") Object.values(value).forEach(label => query.append("show", label));
    else query.set(key, value);
  }
  const text = query.toString();
  history.replaceState(null, "", "#" + id + (text ? "?" + text : ""));
}

function everywhere(change) {
  states.forEach(change);
  shows.forEach(show => show());
  address();
  return Promise.all(redraws.map(redraw => redraw()));
}

const setBaseline = on => { changed.baseline = Number(on); return everywhere(state => { state.baseline = on; }); };
const setLog = on => { changed.log = Number(on); return everywhere(state => { state.logY = on; }); };
function setReading(key, labels, i) {
  changed.show = {...changed.show, [key]: labels[i]};
  return everywhere(state => { state.views = {...state.views, [key]: i}; });
}

/* Takes over what the address says; true where it said anything. */
function fromAddress() {
  const [id, text] = location.hash.slice(1).split("?");
  const query = new URLSearchParams(text ?? "");
  if (query.has("baseline")) setBaseline(query.get("baseline") !== "0");
  if (query.has("log")) setLog(query.get("log") === "1");
  for (const label of query.getAll("show")) {
    const panel = Object.values(data.figures).flatMap(figure => figure.panels)
      .find(one => one.views.length > 1 && one.views.some(view => view.label === label));
    if (panel) setReading(readings(panel), panel.views.map(view => view.label), panel.views.findIndex(view => view.label === label));
  }
  if (text === undefined) address();
  else document.getElementById(id)?.scrollIntoView();
}

function switches(figure, state, redraw) {
  const parts = [];
  const views = figure.panels.flatMap(panel => panel.views);
  const kinds = new Map(figure.panels.filter(panel => panel.views.length > 1).map(panel => [readings(panel), panel]));
  for (const [key, panel] of kinds) {
    const labels = panel.views.map(view => view.label);
    const name = kinds.size > 1 ? "Reading of " + panel.title : "Quantity";
    const group = segments(name, labels, 0, i => setReading(key, labels, i));
    shows.push(() => group.show(state.views[key] || 0));
    parts.push(group);
  }
  if (views.some(view => view.reference.length)) {
    const baseline = button("Baseline", state.baseline, () => setBaseline(!state.baseline));
    baseline.className = "on";
    shows.push(() => baseline.setAttribute("aria-pressed", String(state.baseline)));
    parts.push(baseline);
  }
  const bothAxes = figure.panels.some(panel => panel.x.switchable);
  if (bothAxes) {
    parts.push(segments("Horizontal axis", ["x linear", "x log"], Number(state.logX), i => { state.logX = i === 1; redraw(); }));
  }
  if (views.some(view => view.y.switchable)) {
    const names = bothAxes ? ["y linear", "y log"] : ["Linear", "Log"];
    const group = segments("Vertical axis", names, Number(state.logY), i => setLog(i === 1));
    shows.push(() => group.show(Number(state.logY)));
    parts.push(group);
  }
  return parts;
}

function saveMenu(id, figure, state) {
  const menu = document.createElement("details");
  menu.className = "menu";
  menu.innerHTML = `<summary>Save</summary><div class="sheet"></div>`;
  for (const [name, act] of Object.entries(savers)) {
    menu.lastElementChild.append(button(name, null, () => { menu.open = false; act(id, figure, state); }));
  }
  return menu;
}

const narrow = matchMedia("(max-width: 560px)");
const all = [];
for (const element of document.querySelectorAll("[data-figure]")) {
  const id = element.dataset.figure;
  const figure = data.figures[id];
  if (!figure.panels.length) continue;
  const state = {...openingState(figure), narrow: narrow.matches};
  const panels = figure.panels.map((panel, i) => new Panel(figure, panel, state, element.querySelectorAll("[data-panel]")[i]));
  all.push(...panels);
  figure.footer = data.footer;
  const redraw = () => Promise.all(panels.filter(panel => panel.view).map(panel => { panel.leave(); return panel.draw(); }));
  states.push(state);
  redraws.push(redraw);
  element.querySelector("[data-switches]").append(...switches(figure, state, redraw), saveMenu(id, figure, state));
  narrow.addEventListener("change", () => { state.narrow = narrow.matches; redraw(); });
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

if (location.hash.includes("?")) fromAddress();
addEventListener("hashchange", fromAddress);

/* On paper two panels stand side by side, as small as on a telephone; the drawing is done before the printing begins. */
const onPaper = yes => all.filter(panel => panel.figure.columns === 2 || !panel.view).forEach(panel => {
  panel.state.narrow = yes ? panel.figure.columns === 2 : narrow.matches;
  panel.draw();
});
addEventListener("beforeprint", () => onPaper(true));
addEventListener("afterprint", () => onPaper(false));

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
