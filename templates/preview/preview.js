// The preview's page: which issue, which view, and what was saved. Everything it shows is text or a sandboxed frame.
"use strict";

const VIEWS = ["Mail", "Text", "Findings", "Headers", "Feed", "Web"];
const DESKTOP = 760; // pixels of a reading pane; the style sheet has it too
const state = { issues: [], name: "", view: 0, dark: false, images: true, sheet: null, problems: [], title: "" };
const $ = (id) => document.getElementById(id);

const make = (tag, attributes = {}, ...inside) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
};

const ask = async (address) => {
  const answer = await fetch(address);
  return answer.json();
};

// ---- what was saved --------------------------------------------------------

async function load({ quietly = false } = {}) {
  const places = quietly ? remember() : null;
  const all = await ask("/api/issues");
  state.issues = all.issues || [];
  state.problems = all.problems || [];
  state.title = all.title || "Preview";
  if (!state.issues.some((one) => one.id === state.name)) {
    const wanted = decodeURIComponent(location.hash.slice(1));
    const found = state.issues.find((one) => [one.id, String(one.number), one.path].includes(wanted));
    state.name = (found || { id: all.newest || "" }).id;
  }
  state.sheet = state.name ? await ask(`/api/issue?name=${encodeURIComponent(state.name)}`) : null;
  show();
  if (places) restore(places);
}

const remember = () => ({ top: scrollY });
const restore = ({ top }) => scrollTo(0, top);

function listen() {
  const events = new EventSource("/events");
  events.addEventListener("open", () => say("watching", false));
  events.addEventListener("saved", async () => {
    await load({ quietly: true });
    say(`saved ${new Date().toLocaleTimeString()}`, false, true);
  });
  events.addEventListener("error", () => say("the preview has ended", true));
}

function say(words, lost, now = false) {
  const place = $("saved");
  place.textContent = words;
  place.className = lost ? "lost" : "";
  if (now) requestAnimationFrame(() => { place.className = "now"; });
}

// ---- the page --------------------------------------------------------------

function show() {
  document.title = state.sheet && state.sheet.subject ? `${state.sheet.subject} · preview` : `${state.title} · preview`;
  $("publication").textContent = state.title;
  $("issues").replaceChildren(...state.issues.map(item));
  if (!state.sheet || !state.sheet.issue) return showNothing();
  const { issue, subject, preheader, refused } = state.sheet;
  $("where").textContent = `${issue.path} · ${issue.date} · ${issue.state}`;
  $("subject").textContent = subject;
  $("preheader").textContent = preheader;
  $("facts").replaceChildren(...facts());
  $("refused").hidden = !refused;
  $("refused").textContent = refused;
  showView();
}

function showNothing() {
  for (const id of ["where", "subject", "preheader"]) $(id).textContent = "";
  const lines = [...state.problems, ...((state.sheet && state.sheet.problems) || [])];
  $("facts").replaceChildren();
  $("view").replaceChildren(...(lines.length ? lines.map(finding) : [make("p", { class: "empty" }, "No issue yet.")]));
}

function item(one) {
  const link = make("a", { href: `#${encodeURIComponent(one.id)}` },
    make("span", { class: "number" }, one.number === null ? "" : String(one.number)), make("span", {}, one.title),
    make("span", { class: "day" }, `${one.date} · ${one.state}`));
  if (one.id === state.name) link.setAttribute("aria-current", "page");
  return make("li", {}, link);
}

function facts() {
  const { size, limit, findings } = state.sheet;
  const share = size / limit;
  const meter = make("meter", { min: 0, max: limit, high: limit * 0.9, low: limit * 0.75, optimum: 0, value: size, "aria-label": "Size of the HTML part" });
  const budget = make("span", { class: "budget" }, meter, `${(size / 1024).toFixed(1)} of ${limit / 1024} KB, ${Math.round(share * 100)} %`);
  const counts = ["error", "warning", "info"].map((kind) => [kind, findings.filter((one) => one.severity === kind).length]);
  const words = { error: "errors", warning: "warnings", info: "remarks" };
  const said = counts.filter(([, count]) => count).map(([kind, count]) => make("span", { class: kind }, `${count} ${count === 1 ? words[kind].slice(0, -1) : words[kind]}`));
  return [budget, ...(said.length ? said : [make("span", { class: "fine" }, "nothing to mend")])];
}

function showTabs() {
  $("tabs").replaceChildren(...VIEWS.map((name, at) => {
    const tab = make("button", { role: "tab", id: `tab-${at + 1}`, "aria-selected": String(at === state.view), "aria-controls": "view", tabindex: at === state.view ? 0 : -1 }, name, make("kbd", { "aria-hidden": "true" }, String(at + 1)));
    tab.addEventListener("click", () => choose(at));
    return tab;
  }));
  $("view").setAttribute("aria-labelledby", `tab-${state.view + 1}`);
  $("dark").setAttribute("aria-pressed", String(state.dark));
  $("images").setAttribute("aria-pressed", String(state.images));
  $("switches").hidden = ![0, 5].includes(state.view);
}

function showView() {
  showTabs();
  const { text, headers, feed_json: json, feed_atom: atom, refused } = state.sheet;
  const views = [
    () => (refused ? [make("p", { class: "empty" }, "There is no mail to show until this is mended.")] : devices()),
    () => [make("pre", { class: "letter" }, text)],
    findings,
    () => [make("pre", {}, headers)],
    () => [make("h2", {}, "JSON Feed"), make("pre", {}, json), make("h2", {}, "Atom"), make("pre", {}, atom)],
    () => [frameIn("page", "desktop", "Web page")],
  ];
  $("view").replaceChildren(...views[state.view]());
}

const devices = () => [make("div", { class: "devices" }, frameIn("mail", "phone", "Phone, 375 px"), frameIn("mail", "desktop", `Desktop, ${DESKTOP} px`, true))];

function frameIn(kind, device, label, scaled = false) {
  const query = new URLSearchParams({ name: state.name, scheme: state.dark ? "dark" : "light", images: state.images ? "on" : "off", at: Date.now() });
  const frame = make("iframe", { src: `/frame/${kind}?${query}`, title: label, sandbox: "allow-popups allow-popups-to-escape-sandbox", referrerpolicy: "no-referrer" });
  const caption = make("figcaption", {}, label);
  if (!scaled) return make("figure", { class: `device ${device}` }, caption, frame);
  const figure = make("figure", { class: `device ${device} scaled` }, caption, make("div", { class: "pane" }, frame));
  new ResizeObserver(([seen]) => figure.style.setProperty("--scale", Math.min(1, seen.contentRect.width / DESKTOP))).observe(figure);
  return figure;
}

// ---- findings beside their lines -------------------------------------------

function findings() {
  const { findings: found, source, issue } = state.sheet;
  const here = found.filter((one) => one.path === issue.path && one.line);
  const whole = found.filter((one) => !here.includes(one));
  const rows = source.split(/\r\n|\n|\r/).flatMap((text, at) => {
    const mine = here.filter((one) => one.line === at + 1);
    return [row(text, at + 1, mine), ...mine.map(finding)];
  });
  return [make("div", { class: "whole" }, ...whole.map(finding)), make("pre", { class: "source" }, ...rows)];
}

function row(text, line, mine) {
  const worst = ["error", "warning", "info"].find((kind) => mine.some((one) => one.severity === kind));
  const element = make("div", { class: worst ? `row at ${worst}` : "row" }, make("i", {}, String(line)), make("span", {}, text || " "));
  return element;
}

const finding = (one) => make("div", { class: `finding ${one.severity}` }, make("b", {}, one.severity === "info" ? "remark" : one.severity), ` ${one.message}`,
  make("span", {}, [one.rule, one.column && `column ${one.column}`].filter(Boolean).join(", ")));

// ---- hands -----------------------------------------------------------------

function choose(view) {
  state.view = view;
  if (state.sheet && state.sheet.issue) showView();
  $(`tab-${view + 1}`).focus({ preventScroll: true });
}

function move(by) {
  const at = state.issues.findIndex((one) => one.id === state.name) + by;
  if (state.issues[at]) location.hash = encodeURIComponent(state.issues[at].id);
}

const toggle = (what) => { state[what] = !state[what]; if (state.sheet && state.sheet.issue) showView(); };
const KEYS = { j: () => move(1), k: () => move(-1), d: () => toggle("dark"), i: () => toggle("images"), ...Object.fromEntries(VIEWS.map((_, at) => [String(at + 1), () => choose(at)])) };

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
  const tab = event.target.closest("[role=tab]") && { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (tab) choose((state.view + tab + VIEWS.length) % VIEWS.length);
  else if (KEYS[event.key]) KEYS[event.key]();
});
addEventListener("hashchange", () => {
  state.name = decodeURIComponent(location.hash.slice(1));
  $("list").classList.remove("open");
  $("open-list").setAttribute("aria-expanded", "false");
  load();
});
$("dark").addEventListener("click", () => toggle("dark"));
$("images").addEventListener("click", () => toggle("images"));
$("open-list").addEventListener("click", () => {
  const open = $("list").classList.toggle("open");
  $("open-list").setAttribute("aria-expanded", String(open));
});

load().then(listen);
