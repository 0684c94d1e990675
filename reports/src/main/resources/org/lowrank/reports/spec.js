/*
 * A figure as Vega-Lite specifications: of a panel in the page, and of what is saved. The same functions run in the page
 * and, for --format svg,png, in Java; so they keep to what Rhino knows (no classes, no rest or spread of arguments).
 */
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";
const PAPER_FONT = "'DejaVu Sans', Verdana, 'Segoe UI', Arial, sans-serif";
const SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"];
/* Points and areas have no line: a dash of no length. */
const DASHES = {SOLID: [1, 0], DASHED: [5, 3], DOTTED: [1.5, 3], POINTS: [0, 1e4], AREA: [0, 1e4], FORBIDDEN: [0, 1e4], THIN: [1, 0]};
const isArea = line => line.style === "AREA" || line.style === "FORBIDDEN";
const PAGE = {ink: "var(--ink)", quiet: "var(--quiet)", grid: "var(--grid)", rim: "var(--page)", odd: "var(--bad)"};
const PAPER = {ink: "#1d2430", quiet: "#4a5361", grid: "#e3e7ec", rim: "#ffffff", odd: "#b3261e"};

/* Slots from 8 on are the ramp: many lines, told apart by colour alone. */
const isMarked = slot => slot < 8;

/* Java's rule of which points have markers: LineChart.isMarker. */
const marked = (count, slot, i) => {
  if (!isMarked(slot)) return false;
  const every = count <= 40 ? 1 : Math.floor(count / 12);
  return i % every === Math.floor(slot * every / 8);
};

/* How a figure opens. */
function openingState(figure) {
  const y = figure.panels.map(panel => panel.views.find(view => view.y.switchable)).find(view => view);
  const x = figure.panels.find(panel => panel.x.switchable);
  return {views: {}, logX: x ? x.x.log : false, logY: y ? y.y.log : false, baseline: true, narrow: false, hidden: new Set()};
}

/* Panels that offer the same readings are switched together, by the names of these. */
const readings = panel => panel.views.map(view => view.label).join("|");

function layoutOf(panel, state) {
  const view = Math.min(state.views[readings(panel)] || 0, panel.views.length - 1);
  const wanted = {
    view,
    logX: panel.x.switchable ? state.logX : panel.x.log,
    logY: panel.views[view].y.switchable ? state.logY : panel.views[view].y.log,
    baseline: state.baseline && panel.views[view].reference.length > 0
  };
  const fits = panel.layouts.filter(layout => Object.keys(wanted).every(key => layout[key] === wanted[key]));
  return fits.find(layout => layout.narrow === state.narrow) ?? fits[0] ?? panel.layouts[0];
}

const shown = (value, scale) => value !== null && (!scale.log || value > 0);
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/* From where to where the band of a line reaches, null where there is none. */
function bandOf(line, i) {
  if (line.sd) return line.sd[i] === null || line.y[i] === null ? null : [line.y[i] - line.sd[i], line.y[i] + line.sd[i]];
  return line.low && line.low[i] !== null && line.high[i] !== null ? [line.low[i], line.high[i]] : null;
}

function rows(lines, layout) {
  const low = layout.y.domain[0], high = layout.y.domain[1];
  return lines.flatMap((line, number) => line.x.map((x, i) => {
    const fits = shown(x, layout.x) && shown(line.y[i], layout.y);
    const band = fits ? bandOf(line, i) : null;
    const row = {series: line.name, line: number, x: shown(x, layout.x) ? x : null, y: fits ? line.y[i] : null};
    if (line.sd || line.low) {
      row.low = band ? clamp(band[0], low, high) : null;
      row.high = band ? clamp(band[1], low, high) : null;
    }
    if (line.style === "THIN") row.thin = true;
    if (fits && line.style !== "THIN" && !isArea(line) && (line.style === "POINTS" || marked(line.x.length, line.slot, i))) row.marked = true;
    if (fits && line.ringed && line.ringed.indexOf(i) >= 0) row.ringed = true;
    return row;
  }));
}

const scale = axis => ({type: axis.log ? "log" : "linear", domain: axis.domain, nice: false, zero: false, clamp: true});
const labels = axis => `${JSON.stringify(axis.labels)}[indexof(${JSON.stringify(axis.ticks)}, datum.value)]`;

/* A place given in pixels of the panel. */
const pixel = field => ({field, type: "quantitative", scale: null, axis: null});

function axes(panel, view, layout, style, paper) {
  const left = layout.box[0];
  const text = {labelFontSize: 11, titleFontSize: 11.5, labelColor: style.quiet, titleColor: style.quiet, titleFontWeight: "normal", labelOverlap: false, labelBound: false, labelFlush: false, labelLimit: 0, titleLimit: 0};
  const x = {...text, title: panel.x.title, values: layout.x.ticks, labelExpr: labels(layout.x), grid: false, domainColor: style.quiet, tickColor: style.quiet, tickSize: 4, labelAngle: 0};
  const y = {...text, title: view.y.title, values: layout.y.ticks, labelExpr: labels(layout.y), gridColor: style.grid, domain: false, ticks: false, labelPadding: 6};
  return paper ? {x, y} : {
    x: {...x, labelBaseline: "alphabetic", labelPadding: 13, titleY: 34, titleBaseline: "alphabetic"},
    y: {...y, titleX: 12 - left, titleBaseline: "alphabetic"}
  };
}

/* The baseline of a view, dotted, with its names where Java placed them. */
function baseline(view, layout, x, y, style) {
  const names = layout.baselines.map(name => ({series: name.name, atX: name.x - layout.box[0], atY: name.y - layout.box[1]}));
  return [
    {data: {values: rows(view.reference, layout)}, mark: {type: "line", color: style.quiet, strokeWidth: 1.2, strokeDash: [2, 3]}, encoding: {x, y, detail: {field: "series"}}},
    {data: {values: names}, mark: {type: "text", align: "right", baseline: "alphabetic", x: {expr: "datum.atX"}, y: {expr: "datum.atY"}, color: style.quiet, fontSize: 11}, encoding: {text: {field: "series"}}}
  ];
}

/* Names at the ends of lines, where Java placed them. */
function ends(layout, hidden, colour, style) {
  const left = layout.box[0], top = layout.box[1], right = layout.box[2];
  const values = layout.ends.filter(end => !hidden.has(end.name))
    .map(end => ({series: end.name, fromX: end.x - left + 5, fromY: end.y - top, toX: right - left + 12, toY: end.at - top}));
  return values.length === 0 ? [] : [
    {data: {values}, mark: {type: "rule", color: style.quiet, strokeWidth: 0.7, opacity: 0.7}, encoding: {x: pixel("fromX"), x2: {field: "toX"}, y: pixel("fromY"), y2: {field: "toY"}}},
    {data: {values}, mark: {type: "text", align: "left", baseline: "alphabetic", dx: 2, dy: 4, x: {expr: "datum.toX"}, y: {expr: "datum.toY"}, fontSize: 11.5, fontWeight: 650}, encoding: {text: {field: "series"}, color: colour}}
  ];
}

/* The lines of all panels, each name once: what panels under one legend tell apart by the same colours. */
function everyLine(figure, layout, hidden) {
  const all = figure.panels.flatMap(panel => panel.views[Math.min(layout.view, panel.views.length - 1)].series)
    .filter(line => !hidden.has(line.name));
  return all.filter((line, i) => all.findIndex(other => other.name === line.name && other.style === line.style) === i);
}

/* The layers of one panel, in the page (laid out to the pixel) or on paper (a specification to keep and restyle). */
function panelSpec(figure, panel, layout, hidden, style, paper) {
  const view = panel.views[layout.view];
  const lines = view.series.filter(line => !hidden.has(line.name));
  const shared = paper && figure.oneLegend && figure.panels.length > 1;
  const named = shared ? figure.panels.every(one => one.layouts[0].ends.length > 0) : layout.ends.length > 0 || view.series.length < 2;
  const legendOf = shared ? everyLine(figure, layout, hidden) : lines;
  const told = legendOf.filter(line => line.style !== "THIN");
  const many = lines.length > 12 && lines.every(line => !isMarked(line.slot));
  const some = many ? {values: [0, 1, 2, 3, 4].map(i => lines[Math.round(i * (lines.length - 1) / 4)].name)}
    : told.length < legendOf.length ? {values: told.map(line => line.name)} : {};
  const legend = paper && !named ? {...some, symbolSize: 70, symbolOpacity: 1, symbolDash: [1, 0], symbolStrokeWidth: lines.every(line => isMarked(line.slot)) ? 0 : 1.7, columns: legendColumns(figure, told, layout)} : null;
  const singles = told.concat(legendOf.filter(line => line.style === "THIN" && !told.some(other => other.name === line.name)));
  const bySeries = of => ({field: "series", type: "nominal", title: null, scale: {domain: singles.map(line => line.name), range: singles.map(of)}, legend});
  const colour = bySeries(line => paper ? figure.colours[line.slot] : `var(--c${line.slot})`);
  const dash = {...bySeries(line => DASHES[line.style]), legend: null};
  const detail = {field: "line"};
  const thin = lines.some(line => line.style === "THIN") ? {strokeOpacity: {condition: {test: "datum.thin", value: 0.3}, value: 1}, strokeWidth: {condition: {test: "datum.thin", value: 1.1}, value: 1.7}} : {};
  const shape = bySeries(line => isMarked(line.slot) ? SHAPES[line.slot] : line.style === "FORBIDDEN" ? "square" : "stroke");
  const axis = axes(panel, view, layout, style, paper);
  const x = {field: "x", type: "quantitative", scale: scale(layout.x), axis: axis.x};
  const y = {field: "y", type: "quantitative", scale: scale(layout.y), axis: axis.y};
  const bands = lines.filter(line => line.sd || line.low).length;
  const layer = (layout.baseline ? baseline(view, layout, x, y, style) : [])
    .concat(bands === 0 ? [] : [{transform: [{filter: "isValid(datum.low)"}], mark: {type: "area", opacity: bands > 4 ? 0.07 : 0.16}, encoding: {x, y: {...y, field: "low"}, y2: {field: "high"}, color: colour, detail}}])
    .concat([
      {mark: {type: "line", strokeWidth: 1.7, strokeJoin: "round"}, encoding: Object.assign({x, y, color: colour, strokeDash: dash, detail}, thin)},
      {transform: [{filter: "datum.marked"}], mark: {type: "point", filled: true, size: 46, opacity: 1, stroke: style.rim, strokeWidth: 0.6}, encoding: {x, y, color: colour, shape}}
    ])
    .concat(lines.some(line => line.ringed) ? [{transform: [{filter: "datum.ringed"}], mark: {type: "point", shape: "circle", filled: false, size: 190, opacity: 1, color: style.odd, strokeWidth: 1.8}, encoding: {x, y}}] : [])
    .concat(ends(layout, hidden, colour, style));
  const box = layout.box;
  const spec = {width: box[2] - box[0], height: box[3] - box[1], data: {values: rows(lines, layout)}, layer};
  return paper ? {...spec, title: titled(panel.title)} : {
    ...spec,
    padding: {left: box[0], top: box[1], right: layout.width - box[2], bottom: layout.height - box[3]},
    autosize: {type: "none"}, background: null, description: panel.description
  };
}

/* A title too long for its panel goes on in a second line. */
function titled(text) {
  const parts = text.split(" — ");
  return text.length < 60 || parts.length < 2 ? text : {text: parts[0], subtitle: parts.slice(1).join(" — ")};
}

/* As many names in a row as fit under what the legend belongs to: the panel, or all panels where they share it. */
function legendColumns(figure, lines, layout) {
  const longest = Math.max.apply(null, lines.map(line => line.name.length));
  const width = layout.width * (figure.oneLegend ? Math.min(figure.columns, figure.panels.length) : 1);
  return Math.max(1, Math.floor(width / (longest * 6.5 + 32)));
}

const config = (style, font) => ({
  font, aria: false, view: {stroke: null}, mark: {invalid: "break-paths-filter-domains"},
  title: {anchor: "start", frame: "group", fontSize: 13, color: style.ink, subtitleFontSize: 11.5, subtitleColor: style.quiet, subtitlePadding: 4}, legend: {labelColor: style.ink, labelFontSize: 11, labelLimit: 0, orient: "bottom"}
});

/* A figure, or one panel of it, as a specification of its own: light, with titles and legends, everything inside. */
function paperSpec(figure, state, only) {
  const chosen = only === undefined ? figure.panels : figure.panels.filter(panel => panel.id === only);
  const alone = chosen.length === 1;
  const around = alone ? {...figure, oneLegend: false} : figure;
  const panels = chosen.map(panel => panelSpec(around, panel, layoutOf(panel, state), state.hidden, PAPER, true));
  const apart = {x: "independent", y: "independent"};
  const scales = around.oneLegend ? apart : {...apart, color: "independent", shape: "independent", strokeDash: "independent"};
  const footer = figure.footer ? {title: {text: figure.footer, orient: "bottom", anchor: "start", fontSize: 9.5, fontWeight: "normal", color: PAPER.quiet, offset: 10}} : {};
  const body = alone && !figure.footer ? panels[0] : {...footer, concat: panels, columns: figure.columns, spacing: 30, resolve: {scale: scales}};
  return {$schema: "https://vega.github.io/schema/vega-lite/v6.json", background: "#ffffff", padding: 12, ...body, config: config(PAPER, PAPER_FONT)};
}
