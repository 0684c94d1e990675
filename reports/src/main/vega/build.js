/* Bundles Vega, lowers it to ES5 (Rhino has no classes, no async functions, no rest and spread) and minifies it. */
import { transformSync } from "@babel/core";
import { buildSync, transformSync as minify } from "esbuild";
import { writeFileSync } from "node:fs";

const TARGET = "../resources/org/lowrank/reports/vega/vega-rhino.js";
const BANNER = "/*! vega 6.4.0 and vega-lite 6.4.3, BSD-3-Clause, lowered to ES5; made by src/main/vega. See LICENSE-vega.txt. */\n";

const bundle = buildSync({ entryPoints: ["rhino.js"], bundle: true, format: "iife", write: false, legalComments: "none" });
const lowered = transformSync(bundle.outputFiles[0].text, {
  configFile: false, compact: true, comments: false, sourceType: "script",
  presets: [["@babel/preset-env", { targets: { ie: "11" }, modules: false }]]
});
writeFileSync(TARGET, BANNER + minify(lowered.code, { minify: true, target: "es5" }).code);
