/* The page around the figures: header, tables, heat maps. */
const $ = (selector, root = document) => [...root.querySelectorAll(selector)];
const data = id => JSON.parse(document.getElementById(id).textContent);
const say = text => { document.getElementById("said").textContent = text; };

function save(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], {type}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/* Header: downloads, print, theme, the section in view. */
const downloads = data("downloads");
$("[data-download]").forEach(button => button.addEventListener("click", () => {
  const file = downloads[button.dataset.download];
  save(file.name, file.type, file.content);
  button.closest("details").open = false;
}));
$("[data-print]").forEach(button => button.addEventListener("click", () => {
  const menu = button.closest("details");
  if (menu) menu.open = false;
  print();
}));
document.addEventListener("click", event =>
  $("details.menu[open]").forEach(menu => { if (!menu.contains(event.target)) menu.open = false; }));
document.addEventListener("keydown", event => {
  if (event.key === "Escape") $("details.menu[open]").forEach(menu => { menu.open = false; menu.firstElementChild.focus(); });
});
$("[data-theme-button]").forEach(button => button.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  say(dark ? "Light theme" : "Dark theme");
}));
const sections = new IntersectionObserver(entries => entries.forEach(entry => {
  const link = $("nav a").find(part => part.getAttribute("href") === "#" + entry.target.id);
  if (!link) return;
  if (entry.isIntersecting) {
    $("nav a").forEach(other => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
  } else {
    link.removeAttribute("aria-current");
  }
}), {rootMargin: "-20% 0px -70% 0px"});
$("main > section").forEach(section => sections.observe(section));

/* Copy buttons. A file opened from disk may lack the clipboard API. */
$("[data-copy]").forEach(button => button.addEventListener("click", async () => {
  const code = button.previousElementSibling;
  let copied = true;
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    getSelection().selectAllChildren(code);
    copied = document.execCommand("copy");
  }
  button.textContent = copied ? "Copied" : "Selected";
  say(button.textContent);
  setTimeout(() => { button.textContent = "Copy"; }, 1600);
}));

/* Tables: sort by the value behind the text, filter by every word. */
const value = cell => {
  const number = parseFloat(cell.dataset.v ?? cell.textContent);
  return cell.classList.contains("n") && !Number.isNaN(number) ? number : cell.textContent;
};
const order = new Intl.Collator("en", {numeric: true});
const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b
  : typeof a === "number" ? -1 : typeof b === "number" ? 1 : order.compare(a, b);
$("[data-sort]").forEach(button => button.addEventListener("click", () => {
  const head = button.parentElement;
  const body = head.closest("table").tBodies[0];
  const down = head.getAttribute("aria-sort") === "ascending";
  $("th", head.parentElement).forEach(other => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = [...body.rows].map(row => [value(row.cells[head.cellIndex]), row]);
  rows.sort((a, b) => (down ? -1 : 1) * compare(a[0], b[0]));
  body.append(...rows.map(pair => pair[1]));
  say("Sorted by " + button.textContent + (down ? ", largest first" : ", smallest first"));
}));
$("[data-filter]").forEach(input => input.addEventListener("input", () => {
  const part = input.closest(".data");
  const rows = [...part.querySelector("tbody").rows];
  const layer = /\blayer (\d+)\b/i.exec(input.value);
  const words = input.value.replace(/\blayer \d+\b/i, "").toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const text = [...row.cells].map(cell => cell.textContent.toLowerCase());
    const fits = (!layer || row.dataset.x === layer[1]) && words.every(word => text.some(cell => cell.includes(word)));
    row.hidden = !fits;
    shown += fits;
  }
  part.querySelector("[data-count]").textContent =
    shown === rows.length ? rows.length + " rows" : shown + " of " + rows.length + " rows";
}));

/* Heat maps: one quantity at a time. */
$("[data-heat]").forEach(heat => $("[data-map]", heat).forEach(button => button.addEventListener("click", () => {
  $("[data-map]", heat).forEach(other => other.setAttribute("aria-pressed", String(other === button)));
  $(".map", heat).forEach(map => { map.hidden = map.dataset.index !== button.dataset.map; });
})));

/* A layer under the pointer lights up everywhere. */
let lit = null;
function light(x) {
  if (x === lit) return;
  lit = x;
  $(".lit").forEach(part => part.classList.remove("lit"));
  if (x !== null) $("[data-x]").forEach(part => { if (part.dataset.x === x) part.classList.add("lit"); });
  document.dispatchEvent(new CustomEvent("layer", {detail: x}));
}
document.addEventListener("pointerover", event => {
  const part = event.target.closest("[data-x]");
  if (part) light(part.dataset.x);
  else if (!event.target.closest(".chart")) light(null);
});
/* Cells too small for their number tell it where they are pointed at. */
const tip = document.getElementById("tip");
document.addEventListener("pointerover", event => {
  const cell = event.target.closest(".tiny td[data-x]");
  if (!cell) {
    if (event.target.closest(".heat")) tip.hidden = true;
    return;
  }
  const name = document.createElement("b");
  name.textContent = cell.parentElement.cells[0].textContent + ", layer " + cell.dataset.x;
  tip.replaceChildren(name, cell.textContent);
  tip.hidden = false;
  const box = cell.getBoundingClientRect();
  tip.style.left = Math.min(box.right + 8, innerWidth - tip.offsetWidth - 4) + "px";
  tip.style.top = Math.max(4, box.top - tip.offsetHeight - 6) + "px";
});
$(".heat").forEach(heat => heat.addEventListener("pointerleave", () => { tip.hidden = true; }));
document.addEventListener("layer-hover", event => light(event.detail));

if (!$("[data-figure]").length) document.body.dataset.drawn = "true";
document.body.dataset.ready = "true";
