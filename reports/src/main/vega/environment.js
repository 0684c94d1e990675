/* What Vega expects around it and Rhino lacks. Vega clones plain data only, and never waits when it draws to a string. */
globalThis.structuredClone = value => (value === undefined ? value : JSON.parse(JSON.stringify(value)));
globalThis.setTimeout = globalThis.clearTimeout = () => {};
