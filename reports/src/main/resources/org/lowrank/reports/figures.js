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
  const lines = [["panel", "series", "x", "y", "sd"]];
  for (const panel of figure.panels) {
    for (const line of panel.views[layoutOf(panel, state).view].series) {
      line.x.forEach((x, i) => lines.push([panel.title, line.name, x ?? "", line.y[i] ?? "", line.sd?.[i] ?? ""]));
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

const savers = {
  SVG: async (id, figure, state) => save(id + ".svg", await paperSvg(figure, state)),
  PNG: async (id, figure, state) => save(id + ".png", await paperPng(figure, state)),
  CSV: (id, figure, state) => save(id + ".csv", new Blob([csv(figure, state)], {type: "text/csv"})),
  "Vega-Lite": (id, figure, state) => save(id + ".vl.json", new Blob([JSON.stringify(paperSpec(figure, {...state, narrow: false}), null, 1)], {type: "application/json"}))
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

function switches(figure, state, redraw) {
  const parts = [];
  const views = figure.panels.flatMap(panel => panel.views);
  const longest = figure.panels.reduce((a, b) => b.views.length > a.views.length ? b : a);
  if (longest.views.length > 1) {
    parts.push(segments("Quantity", longest.views.map(view => view.label), 0, i => { state.view = i; redraw(); }));
  }
  if (views.some(view => view.reference.length)) {
    const baseline = button("Baseline", false, made => {
      state.baseline = !state.baseline;
      made.setAttribute("aria-pressed", String(state.baseline));
      redraw();
    });
    baseline.className = "on";
    parts.push(baseline);
  }
  const bothAxes = figure.panels.some(panel => panel.x.switchable);
  if (bothAxes) {
    parts.push(segments("Horizontal axis", ["x linear", "x log"], Number(state.logX), i => { state.logX = i === 1; redraw(); }));
  }
  if (views.some(view => view.y.switchable)) {
    const names = bothAxes ? ["y linear", "y log"] : ["Linear", "Log"];
    parts.push(segments("Vertical axis", names, Number(state.logY), i => { state.logY = i === 1; redraw(); }));
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
  const redraw = () => Promise.all(panels.map(panel => { panel.leave(); return panel.draw(); }));
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
