// The page: fills the frame that Gradio drew, and joins conversation, reader and panels.

import { call } from "./server.js";
import { read, write } from "./store.js";
import { Reader, copy, link, unlink } from "./reader.js";
import { Talk } from "./talk.js";
import { Conversations, Documents, Settings, dialogs, exporting, judging } from "./panels.js";

const $ = (id) => document.getElementById(id);
const OTHERS_CHANGE = 60_000; // milliseconds between looks at whether the documents changed elsewhere

let overview = null;
let reader = null;
let talk = null;
let settings = null;
let documents = null;

async function start(frame) {
  colours(read("theme", null));
  const [page, first] = await Promise.all([fetch("pilcrow/page.html").then((reply) => reply.text()), call("overview"), styled()]);
  frame.innerHTML = page;
  if (first.error) return tell(first.error);
  dialogs();
  reader = new Reader({ tell, askAbout, refresh });
  settings = new Settings({ changed: described });
  const judge = judging({ tell, references: () => [...document.querySelectorAll("#reader [data-reference]")].map((item) => item.dataset.reference) });
  talk = new Talk({ reader, tell, options: () => settings.options(), judge: (turn, good, kept) => judge(turn, good, kept, talk.history(turn)), toSource });
  documents = new Documents({ tell, open: openDocument, changed: refresh });
  const kept = new Conversations({ talk });
  exporting({ tell, talk });
  buttons(kept);
  tabs();
  await take(first);
  if (talk.turns.length) talk.mark_margin(talk.turns.at(-1));
  if (!(await follow(location.hash))) await reader.show(overview.documents[0].document_id);
  addEventListener("hashchange", () => follow(location.hash));
  setInterval(() => document.hidden || refresh(), OTHERS_CHANGE);
  frame.dataset.ready = "true";
}

async function refresh() {
  const newest = await call("overview").catch(() => null);
  if (!newest || newest.error) return;
  if (newest.generation !== overview.generation) await take(newest);
}

async function take(newest) {
  overview = newest;
  settings.update(overview);
  documents.update(overview);
  const shown = reader.shown;
  reader.update(overview.documents, overview.generation);
  if (shown && !reader.shown) await reader.show(overview.documents[0].document_id);
  $("examples").replaceChildren(
    ...overview.examples.map((question) => {
      const row = document.createElement("li");
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: question, className: "example" });
      button.addEventListener("click", () => talk.ask(question));
      row.append(button);
      return row;
    }),
  );
  const noted = overview.documents.filter((item) => item.note);
  $("edition").hidden = !noted.length;
  $("edition").replaceChildren(
    ...noted.map((item) => Object.assign(document.createElement("p"), { textContent: `${item.document_id}: ${item.note}` })),
  );
}

function described(of) {
  $("mode").textContent = of.mode_line;
  $("scope").textContent = of.scope_line;
}

// Open a link such as `#06SEOUL1789-¶3@10-42`; false where it names nothing.
async function follow(hash) {
  const place = hash.length > 1 && unlink(hash, overview.documents);
  return Boolean(place) && toSource(place);
}

function toSource({ reference, ...place }) {
  view("source");
  return reader.quote(reference, place);
}

async function openDocument(id) {
  $("documents").close();
  view("source");
  await reader.show(id);
  $("reader").focus();
}

function askAbout(reference) {
  view("talk");
  const box = $("question");
  box.value = `What does ${reference} say about `;
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

function back() {
  const origin = reader.back();
  history.replaceState(null, "", location.pathname + location.search);
  view("talk");
  (origin?.isConnected ? origin : $("question")).focus();
}

function buttons(kept) {
  const does = {
    new: () => talk.start(),
    theme: () => colours(document.documentElement.dataset.theme === "dark" ? "light" : "dark", { keep: true }),
    export: () => $("keep").showModal(),
    previous: () => reader.step(-1),
    next: () => reader.step(1),
    back,
    "copy-link": () => copy(new URL(link(reader.open), location.href).href, tell, "Link copied."),
  };
  $("pilcrow").addEventListener("click", (event) => {
    const button = event.target.closest("button, [data-skip]");
    if (!button) return;
    if (button.dataset.skip) {
      event.preventDefault();
      if (button.dataset.skip === "reader") view("source");
      $(button.dataset.skip).focus();
    }
    does[button.dataset.do]?.();
    if (button.dataset.open === "conversations") kept.draw();
    if (button.dataset.open) $(button.dataset.open).showModal();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.target.closest("#reader") && reader.open) back();
    else if (talk.running && event.target.closest("#talk")) talk.stop();
  });
}

// On a narrow screen the two panes are tabs.
function tabs() {
  const both = [$("tab-talk"), $("tab-source")];
  for (const tab of both) {
    tab.addEventListener("click", () => view(tab.id.slice(4)));
    tab.addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      const other = both[1 - both.indexOf(tab)];
      view(other.id.slice(4));
      other.focus();
    });
  }
}

function view(name) {
  document.querySelector(".panes").dataset.view = name;
  for (const tab of [$("tab-talk"), $("tab-source")]) {
    const chosen = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
}

function colours(theme, { keep = false } = {}) {
  const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.querySelector("[data-do=theme]")?.setAttribute("aria-pressed", String(dark));
  if (keep) write("theme", theme);
}

let fading = 0;

function tell(text) {
  const line = $("told");
  const dialog = document.querySelector("dialog[open]");
  (dialog ?? $("pilcrow")).append(line);
  line.textContent = text;
  line.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => {
    line.hidden = true;
  }, 6_000);
}

// The style sheet, so that nothing is shown bare.
function styled() {
  const sheet = document.querySelector('link[href$="chat.css"]');
  return !sheet || sheet.sheet ? null : new Promise((resolve) => ["load", "error"].forEach((name) => sheet.addEventListener(name, resolve)));
}

// Gradio draws the frame when it is ready, or a login page in its place.
function framed() {
  const frame = $("pilcrow");
  if (frame) return Promise.resolve(frame);
  return new Promise((resolve) => {
    const watcher = new MutationObserver(() => {
      const found = $("pilcrow");
      if (!found) return;
      watcher.disconnect();
      resolve(found);
    });
    watcher.observe(document.documentElement, { childList: true, subtree: true });
  });
}

start(await framed());
