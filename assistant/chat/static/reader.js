// The reader: shows a whole document, marks a quote by its offsets, finds words in it.

import { CallError, call } from "./server.js";

const $ = (id) => document.getElementById(id);
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Reader {
  constructor({ tell, askAbout, refresh }) {
    this.refresh = refresh;
    this.documents = [];
    this.pages = new Map();
    this.shown = null;
    this.cited = new Map();
    this.matches = [];
    this.match = -1;
    this.origin = null;
    this.open = null;
    $("which").addEventListener("change", () => this.show($("which").value));
    $("find").addEventListener("input", () => this.find());
    $("find").addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
      if (event.key === "Escape") { $("find").value = ""; this.find(); }
    });
    $("reader").addEventListener("click", (event) => {
      const paragraph = event.target.closest("[data-reference]");
      if (event.target.closest(".ask-about")) askAbout(paragraph.dataset.reference);
      if (event.target.closest(".copy-reference")) copy(paragraph.dataset.reference, tell, "Reference copied.");
    });
    this.tell = tell;
  }

  // Another list of documents; pages of an older generation of the index are forgotten.
  update(documents, generation) {
    if (generation !== this.generation) this.pages.clear();
    this.generation = generation;
    this.documents = documents;
    const picked = this.shown;
    $("which").replaceChildren(
      ...documents.map((item) => new Option(`${item.document_id} · ${item.date ?? "no date"} · ${item.title}`, item.document_id)),
    );
    if (documents.some((item) => item.document_id === picked)) $("which").value = picked;
    else this.shown = null;
  }

  async show(id) {
    if (!this.pages.has(id)) {
      const page = await fetched(id);
      if (page.error) {
        this.tell(page.error);
        return false;
      }
      this.pages.set(id, page.html);
    }
    if (this.shown !== id) {
      this.shown = id;
      $("reader").innerHTML = this.pages.get(id);
      $("reader").scrollTop = 0;
      $("which").value = id;
      this.unquote();
      this.margin();
      this.find();
    }
    return true;
  }

  // Open a reference, and mark the characters from `start` to `end` of its paragraph, where they are given.
  async quote(reference, { start = null, end = null, quote = null, origin = null } = {}) {
    const named = () => this.documents.find((item) => reference.startsWith(`${item.document_id} `));
    if (!named()) await this.refresh(); // it may have come since
    const document_ = named();
    if (!document_) {
      this.tell(`${reference} is not in the index.`);
      return false;
    }
    if (!(await this.show(document_.document_id))) return false;
    this.unmark();
    const paragraph = this.paragraph(reference);
    if (!paragraph) {
      this.tell(`There is no ${reference}.`);
      return false;
    }
    const text = paragraph.querySelector("[data-text]");
    let marks = start === null ? [] : mark(text, start, end);
    if (quote !== null && marks.map((item) => item.textContent).join("") !== quote) {
      this.unmark();
      marks = [];
      this.tell(`${reference} has changed since this answer: the quote no longer stands there. Ask again.`);
    }
    paragraph.classList.add("here");
    this.origin = origin;
    this.open = { reference, start, end };
    $("back").hidden = false;
    $("back").querySelector("[data-do=back]").hidden = !origin;
    $("quoted").textContent = marks.length ? `Quoted from ${reference}` : reference;
    paragraph.focus({ preventScroll: true });
    (marks[0] ?? paragraph).scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
    history.replaceState(null, "", link(this.open));
    return true;
  }

  unmark() {
    for (const found of [...$("reader").querySelectorAll("mark")]) {
      const parent = found.parentNode;
      found.replaceWith(...found.childNodes);
      parent.normalize();
    }
    $("reader").querySelector(".here")?.classList.remove("here");
  }

  unquote() {
    this.open = null;
    this.origin = null;
    $("back").hidden = true;
  }

  back() {
    const origin = this.origin;
    this.unmark();
    this.unquote();
    return origin;
  }

  // Paragraphs that the answer cites carry its numbers in the margin: reference -> numbers.
  cite(cited) {
    this.cited = cited;
    this.margin();
  }

  margin() {
    for (const old of $("reader").querySelectorAll(".margin")) old.remove();
    for (const paragraph of $("reader").querySelectorAll("[data-reference]")) {
      const numbers = this.cited.get(paragraph.dataset.reference);
      paragraph.classList.toggle("cited", Boolean(numbers));
      if (!numbers) continue;
      const note = document.createElement("span");
      note.className = "margin";
      note.title = "Cited by the answer";
      note.textContent = numbers.join(" ");
      const unseen = document.createElement("span");
      unseen.className = "unseen";
      unseen.textContent = "Cited as ";
      note.prepend(unseen);
      paragraph.prepend(note);
    }
  }

  paragraph(reference) {
    return [...$("reader").querySelectorAll("[data-reference]")].find((item) => item.dataset.reference === reference);
  }

  find() {
    const words = $("find").value.trim().toLowerCase();
    this.matches = [];
    this.match = -1;
    if (words) for (const text of $("reader").querySelectorAll("[data-text], h2, h3")) this.matches.push(...ranges(text, words));
    this.paint();
    if (this.matches.length) this.step(1, { quietly: true });
  }

  step(by, { quietly = false } = {}) {
    if (!this.matches.length) return;
    this.match = (this.match + by + this.matches.length) % this.matches.length;
    this.paint();
    const range = this.matches[this.match];
    range.startContainer.parentElement.scrollIntoView({ block: quietly ? "nearest" : "center" });
    const at = range.getBoundingClientRect();
    const box = $("reader").getBoundingClientRect();
    if (at.top < box.top || at.bottom > box.bottom) $("reader").scrollBy(0, at.top - box.top - box.height / 2);
  }

  paint() {
    const none = !this.matches.length;
    for (const button of document.querySelectorAll("[data-do=previous],[data-do=next]")) button.disabled = none;
    $("found").textContent = $("find").value.trim() ? (none ? "no match" : `${this.match + 1} of ${this.matches.length}`) : "";
    if (!window.CSS?.highlights) return;
    CSS.highlights.set("found", new Highlight(...this.matches));
    CSS.highlights.set("found-now", new Highlight(...this.matches.slice(this.match, this.match + 1)));
  }
}

// A document as HTML, asked for once more where the first call fails; or an error to tell.
async function fetched(id, again = true) {
  try {
    return await call("document", id);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return again ? fetched(id, false) : { error: error.message };
  }
}

// `#06SEOUL1789-¶3@10-42`: document, anchor, and where the quote stands, if one does.
export function link({ reference, start, end }) {
  const [id, ...anchor] = reference.split(" ");
  return `#${id}-${anchor.join("-")}${start === null || start === undefined ? "" : `@${start}-${end}`}`;
}

// What such a link names, or null; document ids may hold dashes.
export function unlink(hash, documents) {
  let plain;
  try {
    plain = decodeURIComponent(hash.replace(/^#/, ""));
  } catch {
    return null;
  }
  const place = /@(\d+)-(\d+)$/.exec(plain);
  const named = place ? plain.slice(0, place.index) : plain;
  const found = documents.filter((item) => named.startsWith(`${item.document_id}-`)).sort((a, b) => b.document_id.length - a.document_id.length)[0];
  if (!found) return null;
  const anchor = named.slice(found.document_id.length + 1).replace(/-/g, " ");
  return { reference: `${found.document_id} ${anchor}`, start: place ? Number(place[1]) : null, end: place ? Number(place[2]) : null };
}

export async function copy(text, tell, done) {
  try {
    await navigator.clipboard.writeText(text);
    tell(done);
  } catch {
    tell(text);
  }
}

// Wrap the characters (code points) from `start` to `end` of an element's text in <mark>; gives the marks in order.
function mark(element, start, end) {
  const characters = Array.from(element.textContent);
  const from = characters.slice(0, start).join("").length;
  const to = from + characters.slice(start, end).join("").length;
  const marks = [];
  let at = 0;
  for (const node of texts(element)) {
    const [first, last] = [Math.max(from - at, 0), Math.min(to - at, node.length)];
    at += node.length;
    if (first >= last) continue;
    const range = document.createRange();
    range.setStart(node, first);
    range.setEnd(node, last);
    const wrapped = document.createElement("mark");
    range.surroundContents(wrapped);
    marks.push(wrapped);
  }
  return marks;
}

function texts(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

// Every place where words stand in an element, as a Range.
function ranges(element, words) {
  const nodes = texts(element);
  const whole = nodes.map((node) => node.data).join("").toLowerCase();
  const found = [];
  for (let at = whole.indexOf(words); at >= 0; at = whole.indexOf(words, at + words.length)) {
    const range = document.createRange();
    range.setStart(...place(nodes, at, false));
    range.setEnd(...place(nodes, at + words.length, true));
    found.push(range);
  }
  return found;
}

function place(nodes, offset, atEnd) {
  for (const node of nodes) {
    if (offset < node.length || (atEnd && offset === node.length)) return [node, offset];
    offset -= node.length;
  }
  return [nodes.at(-1), nodes.at(-1).length];
}
