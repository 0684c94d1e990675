/* Vega for Rhino: one function from a Vega-Lite specification to SVG, text measured by the caller. */
import "./environment.js";
import * as vega from "vega";
import { compile } from "vega-lite";

globalThis.vegaSvg = (specification, width, done) => {
  vega.textMetrics.width = (item, text) => width(String(text), item.fontSize ?? 11, String(item.fontWeight ?? ""));
  const { spec } = compile(specification, { logger: vega.logger(vega.Error) });
  new vega.View(vega.parse(spec), { renderer: "none", logLevel: vega.Error }).toSVG().then(done);
};
