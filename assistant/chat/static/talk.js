// The conversation: asks, shows claims as they come, and keeps what was said in the browser's storage.

import { CallError, call, stream } from "./server.js";
import { conversations, forget, keep, read, write } from "./store.js";
import { copy, link } from "./reader.js";

const $ = (id) => document.getElementById(id);

const ICONS = {
  good: '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M5 7l3-5.5c1.3 0 2 .9 1.7 2.2L9.2 6H13c.9 0 1.5.8 1.3 1.7l-1 5c-.1.7-.7 1.3-1.4 1.3H5M5 7H2v7h3z"/></svg>',
  poor: '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M5 9l3 5.5c1.3 0 2-.9 1.7-2.2L9.2 10H13c.9 0 1.5-.8 1.3-1.7l-1-5C13.200 2.600 12.600 2 11.900 2H5M5 9H2V2h3z"/></svg>',
};

export class Talk {
  constructor({ reader, tell, options, judge, toSource }) {
    Object.assign(this, { reader, tell, options, judge, toSource });
    this.conversation = fresh();
    this.running = null;
    $("ask").addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask($("question").value);
    });
    $("question").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.ask($("question").value);
      }
    });
    $("question").addEventListener("input", grow);
    $("stop").addEventListener("click", () => this.stop());
    $("turns").addEventListener("click", (event) => this.pressed(event));
    const last = conversations().find((item) => item.id === read("current", null));
    if (last) this.conversation = last;
    this.draw();
  }

  get turns() {
    return this.conversation.turns;
  }

  // Ask, unless a question is still being answered. `from` is the number of turns that stay before it.
  async ask(question, { from = this.turns.length } = {}) {
    question = question.trim();
    if (!question) return $("question").focus();
    if (this.running) return this.tell("An answer is still being written. Stop it first.");
    this.turns.length = from;
    const turn = { question, state: "asked", claims: [], html: "", text: "", references: [] };
    this.turns.push(turn);
    $("question").value = "";
    grow.call($("question"));
    this.draw();
    this.reader.cite(new Map());
    this.running = new AbortController();
    this.busy(true);
    try {
      await this.follow(turn, this.running.signal);
    } catch (error) {
      if (error.name === "AbortError") turn.state = "stopped";
      else this.failed(turn, error);
    }
    this.running = null;
    this.busy(false);
    this.finish(turn);
  }

  async follow(turn, signal) {
    const article = $("conversation").lastElementChild;
    const reply = article.querySelector(".reply");
    for await (const events of stream("ask", [turn.question, this.history(turn), this.options()], signal)) {
      for (const event of events) {
        if (event.kind === "progress") reply.querySelector(".waiting").textContent = event.text;
        if (event.kind === "claim") {
          turn.claims.push(event.html);
          reply.querySelector(".waiting").insertAdjacentHTML("beforebegin", event.html);
          say(event.text);
        }
        if (event.kind === "answer") Object.assign(turn, { state: event.status, claims: [], html: event.html, text: event.text, references: event.references, bundle: event.bundle });
        if (event.kind === "error") throw new CallError(event.text);
      }
      this.follow_down(article);
    }
  }

  failed(turn, error) {
    if (!(error instanceof CallError)) console.error(error);
    Object.assign(turn, { state: "failed", error: error instanceof CallError ? error.message : "The page failed on this. Reload it and try again." });
  }

  finish(turn) {
    const number = this.turns.indexOf(turn);
    if (number < 0) return;
    const article = $("conversation").children[number];
    article.replaceWith(this.article(turn, number));
    this.follow_down($("conversation").children[number]);
    this.mark_margin(turn);
    say({ answered: `Answer complete: ${sources(turn)}.`, partial: `Answer complete, in part: ${sources(turn)}.`, abstained: "The documents do not say.", stopped: "Stopped.", failed: turn.error }[turn.state]);
    this.conversation.title ||= turn.question;
    const dropped = keep(this.conversation);
    write("current", this.conversation.id);
    if (dropped > 0) this.tell("The browser's storage is full: the oldest conversations were dropped.");
    if (dropped < 0) this.tell("The browser's storage takes no more: export this conversation to keep it.");
  }

  stop() {
    this.running?.abort();
    $("question").focus();
  }

  // Earlier questions with what was answered, for a follow-up.
  history(turn) {
    return this.turns.slice(0, this.turns.indexOf(turn)).filter((item) => item.bundle).map((item) => [item.question, item.text]);
  }

  busy(is) {
    $("stop").hidden = !is;
    $("send").hidden = is;
    $("turns").setAttribute("aria-busy", String(is));
  }

  start(conversation = fresh()) {
    this.running?.abort();
    this.conversation = conversation;
    write("current", conversation.id);
    this.draw();
    this.reader.cite(new Map());
    if (this.turns.length) this.mark_margin(this.turns.at(-1));
    $("question").focus();
  }

  drop(id) {
    forget(id);
    if (id === this.conversation.id) this.start();
  }

  draw() {
    $("welcome").hidden = this.turns.length > 0;
    $("after").hidden = !this.turns.some((turn) => turn.bundle);
    $("conversation").replaceChildren(...this.turns.map((turn, number) => this.article(turn, number)));
    const last = $("conversation").lastElementChild;
    if (last) this.follow_down(last);
  }

  article(turn, number) {
    const article = document.createElement("article");
    article.className = `turn ${turn.state}`;
    article.dataset.number = number;
    article.setAttribute("aria-label", `Question ${number + 1}`);
    const over = turn.state !== "asked";
    article.innerHTML =
      '<div class="asked"><h2></h2><button type="button" class="quiet" data-turn="edit">Edit</button></div><div class="reply"></div>';
    article.querySelector("h2").textContent = turn.question;
    article.querySelector("[data-turn=edit]").hidden = !over;
    const reply = article.querySelector(".reply");
    reply.innerHTML = turn.html || turn.claims.join("");
    if (!over) reply.insertAdjacentHTML("beforeend", '<p class="waiting">Reading the documents …</p>');
    if (turn.state === "stopped") reply.insertAdjacentHTML("beforeend", '<p class="halted">Stopped. What stands above was checked; the rest was not written.</p>');
    if (turn.state === "failed") {
      const line = document.createElement("p");
      line.className = "halted failed";
      line.textContent = turn.error;
      reply.append(line);
    }
    if (over) article.append(this.actions(turn));
    if (over && turn.bundle) $("after").hidden = false;
    return article;
  }

  actions(turn) {
    const acts = document.createElement("div");
    acts.className = "acts";
    const judged = (good) => String(turn.judged === good);
    acts.innerHTML =
      '<button type="button" class="quiet" data-turn="retry">Ask again</button>' +
      (turn.bundle
        ? '<button type="button" class="quiet" data-turn="copy">Copy</button>' +
          '<button type="button" class="quiet" data-turn="evidence">Evidence</button><span class="gap"></span>' +
          `<button type="button" class="icon" data-turn="good" aria-label="Good answer" aria-pressed="${judged(true)}">${ICONS.good}</button>` +
          `<button type="button" class="icon" data-turn="poor" aria-label="Poor answer" aria-pressed="${judged(false)}">${ICONS.poor}</button>`
        : "");
    return acts;
  }

  pressed(event) {
    const button = event.target.closest("button");
    const article = event.target.closest(".turn");
    if (!button || !article) return;
    const number = Number(article.dataset.number);
    const turn = this.turns[number];
    if (button.matches(".copy-link")) return copy(new URL(link(place(button)), document.baseURI).href, this.tell, "Link copied.");
    if (button.dataset.reference) {
      this.mark_margin(turn);
      for (const old of $("turns").querySelectorAll("[aria-current]")) old.removeAttribute("aria-current");
      button.setAttribute("aria-current", "true");
      return this.toSource({ ...place(button), quote: quote(turn, place(button)), origin: button });
    }
    const does = {
      edit: () => this.edit(article, turn, number),
      retry: () => this.ask(turn.question, { from: number }),
      copy: () => copy(turn.text, this.tell, "Answer copied."),
      evidence: () => save(this.tell, [turn.bundle], "json"),
      good: () => this.judge(turn, true, () => this.judged(turn, number, true)),
      poor: () => this.judge(turn, false, () => this.judged(turn, number, false)),
    };
    return does[button.dataset.turn]?.();
  }

  judged(turn, number, good) {
    turn.judged = good;
    keep(this.conversation);
    const old = $("conversation").children[number].querySelector(".acts");
    old.replaceWith(this.actions(turn));
    $("conversation").children[number].querySelector(good ? "[data-turn=good]" : "[data-turn=poor]").focus();
  }

  edit(article, turn, number) {
    const form = document.createElement("form");
    form.className = "edit";
    form.innerHTML =
      '<label>Change the question <textarea rows="2" maxlength="4000"></textarea></label><div class="row">' +
      `<p class="small">${number + 1 < this.turns.length ? "What was asked after it goes." : ""}</p>` +
      '<button type="button" class="quiet">Leave it</button><button type="submit" class="main">Ask</button></div>';
    const asked = article.querySelector(".asked");
    const text = form.querySelector("textarea");
    text.value = turn.question;
    const leave = () => {
      form.replaceWith(asked);
      asked.querySelector("button").focus();
    };
    form.querySelector("button").addEventListener("click", leave);
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
      if (event.key === "Enter" && !event.shiftKey && event.target === text) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(text.value, { from: number });
    });
    asked.replaceWith(form);
    text.focus();
  }

  // The reader shows in its margin what this answer cites.
  mark_margin(turn) {
    const cited = new Map();
    for (const [at, reference] of turn.references.entries()) cited.set(reference, [...(cited.get(reference) ?? []), at + 1]);
    this.reader.cite(cited);
  }

  // Keep the newest in sight, beginning with its question.
  follow_down(article) {
    const box = $("turns");
    box.scrollTop = Math.min(article.offsetTop - box.offsetTop - 8, box.scrollHeight);
  }
}

// Write answers as a file, which the browser then keeps.
export async function save(tell, bundles, form) {
  const file = await call("export", bundles, form);
  if (file.error) return tell(file.error);
  const bytes = Uint8Array.from(atob(file.content), (letter) => letter.charCodeAt(0));
  download(new Blob([bytes], { type: file.kind }), file.name);
  return tell(`Saved as ${file.name}.`);
}

export function download(blob, name) {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
}

// Tell it to screen readers alone.
function say(text) {
  const line = document.createElement("p");
  line.textContent = text ?? "";
  $("live").append(line);
  while ($("live").children.length > 20) $("live").firstElementChild.remove();
}

function sources(turn) {
  const count = turn.references.length;
  return count === 1 ? "1 source" : `${count} sources`;
}

function place(button) {
  const { reference, start, end } = button.dataset;
  return { reference, start: start === undefined ? null : Number(start), end: end === undefined ? null : Number(end) };
}

// What an answer quotes at a place, to see whether it still stands there.
function quote(turn, { reference, start, end }) {
  const citations = turn.bundle ? JSON.parse(turn.bundle).answer.citations : [];
  return citations.find((item) => item.reference === reference && item.start === start && item.end === end)?.quote ?? null;
}

function fresh() {
  return { id: Date.now().toString(36) + Math.random().toString(36).slice(2, 6), title: "", turns: [] };
}

function grow() {
  this.style.height = "auto";
  this.style.height = `${Math.min(this.scrollHeight + 2, 220)}px`;
}
