// The dialogs: documents, settings, conversations, export, judgement.

import { call, send, stream } from "./server.js";
import { conversations, read, write } from "./store.js";
import { download, save } from "./talk.js";

const $ = (id) => document.getElementById(id);

export function dialogs() {
  for (const dialog of document.querySelectorAll("#pilcrow dialog")) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
  }
}

export class Settings {
  constructor({ changed }) {
    this.changed = changed;
    this.kept = { left_out: [], after: "", before: "", mode: null, model: null, passages: null, ...read("settings", {}) };
    this.form = $("choices");
    this.form.addEventListener("input", () => this.take());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("reset", (event) => {
      event.preventDefault();
      this.kept = { left_out: [], after: "", before: "", mode: null, model: null, passages: null };
      this.store();
      this.draw();
    });
  }

  update(overview) {
    this.overview = overview;
    const ids = overview.documents.map((item) => item.document_id);
    this.kept.left_out = this.kept.left_out.filter((id) => ids.includes(id));
    if (!overview.can_ask_a_model) this.kept.mode = this.kept.mode === "llm" ? null : this.kept.mode;
    if (!overview.models.includes(this.kept.model)) this.kept.model = null;
    this.draw();
  }

  draw() {
    const { overview, kept, form } = this;
    $("chosen").replaceChildren(...overview.documents.map((item) => choice(item, !kept.left_out.includes(item.document_id))));
    form.after.value = kept.after;
    form.before.value = kept.before;
    form.mode.value = kept.mode ?? overview.mode;
    const llm = form.querySelector("[value=llm]");
    llm.disabled = !overview.can_ask_a_model;
    $("model-note").textContent = overview.can_ask_a_model
      ? "What its paragraph does not bear out is not shown as supported."
      : "Not set up here: needs OPENAI_API_KEY or OPENAI_BASE_URL where the chat was started.";
    form.model.replaceChildren(...overview.models.map((name) => new Option(name, name)));
    if (kept.model) form.model.value = kept.model;
    form.passages.max = overview.most_passages;
    form.passages.value = kept.passages ?? overview.passages;
    this.show();
  }

  take() {
    const { form, overview } = this;
    this.kept = {
      left_out: [...form.querySelectorAll("[name=document]:not(:checked)")].map((box) => box.value),
      after: form.after.value,
      before: form.before.value,
      mode: form.mode.value === overview.mode ? null : form.mode.value,
      model: form.model.value && form.model.value !== overview.model ? form.model.value : null,
      passages: Number(form.passages.value) === overview.passages ? null : Number(form.passages.value),
    };
    this.store();
    this.show();
  }

  store() {
    write("settings", this.kept);
  }

  show() {
    this.form.querySelector(".model").hidden = this.mode !== "llm";
    this.form.querySelector("output").textContent = this.form.passages.value;
    this.changed(this);
  }

  get mode() {
    return this.kept.mode ?? this.overview.mode;
  }

  get mode_line() {
    return this.mode === "llm" ? `Written by ${this.kept.model ?? this.overview.models[0]}, each claim checked` : "The documents’ own sentences, no model";
  }

  get scope_line() {
    const all = this.overview.documents.length;
    const count = all - this.kept.left_out.length;
    const dates = [this.kept.after && `from ${this.kept.after}`, this.kept.before && `to ${this.kept.before}`].filter(Boolean);
    const documents = count === all ? (all === 1 ? "1 document" : `all ${all} documents`) : `${count} of ${all} documents`;
    return `Searches ${[documents, ...dates].join(" ")}`;
  }

  // What goes with a question.
  options() {
    const { left_out: leftOut, after, before, mode, model, passages } = this.kept;
    const ids = this.overview.documents.map((item) => item.document_id);
    const chosen = { documents: leftOut.length ? ids.filter((id) => !leftOut.includes(id)) : null, after: after || null, before: before || null, mode, model: this.mode === "llm" ? model : null, passages };
    return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== null));
  }
}

export class Documents {
  constructor({ tell, open, changed }) {
    Object.assign(this, { tell, open, changed });
    this.running = null;
    $("files").addEventListener("change", () => {
      this.add([...$("files").files]);
      $("files").value = "";
    });
    const dragged = (event) => event.dataTransfer?.types?.includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!dragged(event)) return;
      event.preventDefault();
      if (!$("documents").open) $("documents").showModal();
      $("drop").classList.add("over");
    });
    document.addEventListener("dragleave", (event) => event.relatedTarget || $("drop").classList.remove("over"));
    document.addEventListener("drop", (event) => {
      if (!dragged(event)) return;
      event.preventDefault();
      $("drop").classList.remove("over");
      this.add([...event.dataTransfer.files]);
    });
    document.querySelector("[data-do=cancel-upload]").addEventListener("click", () => this.running?.abort());
    $("shelf").addEventListener("click", (event) => this.pressed(event));
  }

  update(overview) {
    this.overview = overview;
    const { bytes, files, kinds } = overview.limits;
    $("limits").textContent = `Takes ${kinds}; up to ${bytes / 2 ** 20} MB each, ${files} at a time.`;
    $("shelf").replaceChildren(...overview.documents.map(shelved));
  }

  async add(files) {
    if (this.running) return this.tell("Another upload is under way. Wait for it, or cancel it.");
    const { bytes, files: most } = this.overview.limits;
    const skipped = files.filter((file) => file.size > bytes || file.size === 0).map((file) => ({
      name: file.name,
      skipped: file.size ? `${(file.size / 2 ** 20).toFixed(1)} MB, and ${bytes / 2 ** 20} MB is the most. Split it.` : "an empty file.",
    }));
    const good = files.filter((file) => file.size && file.size <= bytes);
    if (good.length > most) return this.report({ error: `${good.length} files are too many: ${most} go at a time. Send fewer.` });
    if (!good.length) return this.report({ files: skipped });
    return this.work(async (signal) => {
      this.stage(`Sending ${good.length === 1 ? good[0].name : `${good.length} files`}`, 0);
      const paths = await send(good, (share) => this.stage(null, share), signal);
      return { ...(await this.follow("add_documents", [paths], signal)), more: skipped };
    });
  }

  remove(id) {
    return this.work((signal) => this.follow("remove_document", [id], signal));
  }

  async work(job) {
    this.running = new AbortController();
    $("work").hidden = false;
    $("report").replaceChildren();
    try {
      const { more = [], ...done } = await job(this.running.signal);
      this.report({ ...done, files: [...(done.files ?? []), ...more] });
    } catch (error) {
      this.report({ error: error.name === "AbortError" ? "Cancelled. The index is as it was." : error.message });
    }
    this.running = null;
    $("work").hidden = true;
    await this.changed();
  }

  async follow(name, data, signal) {
    let total = null;
    for await (const event of stream(name, data, signal)) {
      if (event.stage) {
        total = event.total;
        this.stage(event.stage, total ? 0 : null);
      }
      if (event.done && total) this.stage(null, event.done / total);
      if (event.error) return { error: event.error };
      if (event.report) return event.report;
    }
    return { error: "The server said nothing of the outcome. Look at the list below." };
  }

  stage(text, share) {
    if (text) $("stage").textContent = `${text} …`;
    if (share === null) $("progress").removeAttribute("value");
    else $("progress").value = share;
  }

  report({ error, files = [], removed = [] }) {
    const lines = [];
    if (error) lines.push(entry("failed", "Not done", error));
    for (const id of removed) lines.push(entry("done", "Removed", id));
    for (const file of files) {
      if (file.skipped) {
        lines.push(entry("failed", "Skipped", `${file.name}: ${file.skipped}`));
        continue;
      }
      for (const item of file.documents) {
        const count = item.paragraphs === 1 ? "1 paragraph" : `${item.paragraphs} paragraphs`;
        lines.push(entry("done", { added: "Read", replaced: "Read, in place of what was there", unchanged: "Already there" }[item.state], `${file.name}: ${item.title}, ${count}`, item.document_id, () => this.open(item.document_id)));
      }
      for (const note of file.notes) lines.push(entry("note", "Note", `${file.name}: ${note}`));
    }
    $("report").replaceChildren(...lines);
  }

  pressed(event) {
    const row = event.target.closest("li");
    const does = event.target.closest("button")?.dataset.shelf;
    if (does === "open") this.open(row.dataset.id);
    if (does === "remove") {
      row.querySelector(".confirm").hidden = false;
      row.querySelector("[data-shelf=keep]").focus();
    }
    if (does === "keep") {
      row.querySelector(".confirm").hidden = true;
      row.querySelector("[data-shelf=remove]").focus();
    }
    if (does === "confirm") this.running ? this.tell("Another change is under way. Wait for it.") : this.remove(row.dataset.id);
  }
}

export class Conversations {
  constructor({ talk }) {
    this.talk = talk;
    $("kept").addEventListener("click", (event) => {
      const id = event.target.closest("li")?.dataset.id;
      const does = event.target.closest("button")?.dataset.kept;
      if (does === "open") {
        talk.start(conversations().find((item) => item.id === id));
        $("conversations").close();
      }
      if (does === "delete") {
        talk.drop(id);
        this.draw();
        document.querySelector("#conversations [data-close]").focus();
      }
    });
  }

  draw() {
    const kept = conversations();
    $("kept").replaceChildren(
      ...kept.map((item) => {
        const row = document.createElement("li");
        row.dataset.id = item.id;
        const open = button("open", "", "kept");
        open.classList.add("source");
        open.innerHTML = "<b></b><small></small>";
        open.firstChild.textContent = item.title;
        const count = item.turns.length === 1 ? "1 question" : `${item.turns.length} questions`;
        open.lastChild.textContent = `${new Date(item.updated).toLocaleString()} · ${count}`;
        const remove = button("delete", "Delete", "kept");
        remove.setAttribute("aria-label", `Delete the conversation ${item.title}`);
        row.append(open, remove);
        return row;
      }),
    );
    if (!kept.length) $("kept").innerHTML = '<li class="small">None yet.</li>';
  }
}

// The dialog for a judgement; `kept` is called when the server has it.
export function judging({ tell, references }) {
  const dialog = $("feedback");
  const form = dialog.querySelector("form");
  let now = null;
  document.querySelector("[data-do=gold]").addEventListener("click", async () => {
    const gold = await call("gold");
    if (!gold.questions) return tell("No judgement says enough for a gold question yet: a right answer with its paragraphs.");
    download(new Blob([gold.lines], { type: "application/jsonl" }), "questions-from-feedback.jsonl");
    return tell(`${gold.questions} gold questions saved; ${gold.left_out} judgements say too little.`);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { turn, good, kept } = now;
    const { answer } = JSON.parse(turn.bundle);
    const given = {
      question: turn.question,
      history: now.history,
      answer: turn.text,
      quotes: answer.citations.map((item) => item.quote),
      references: [...new Set(turn.references)],
      status: answer.status,
      good,
      reason: good ? "right" : form.reason.value || "other",
      comment: form.comment.value,
      right_answer: good ? "" : form.right_answer.value,
      right_references: good ? [] : form.right_references.value.split(/[,;]/).map((item) => item.trim()).filter(Boolean),
      mode: answer.mode,
      model: answer.model,
      generation: answer.index.generation,
    };
    const reply = await call("feedback", given);
    if (reply.error) return tell(reply.error);
    dialog.close();
    kept();
    return tell("Kept.");
  });
  return (turn, good, kept, history) => {
    now = { turn, good, kept, history };
    form.reset();
    $("feedback-title").textContent = good ? "A good answer" : "A poor answer";
    for (const part of form.querySelectorAll(".reasons, .right")) part.hidden = good;
    $("references").replaceChildren(...references().map((name) => new Option(name)));
    dialog.showModal();
  };
}

export function exporting({ tell, talk }) {
  $("keep").addEventListener("click", async (event) => {
    const form = event.target.closest("[data-form]")?.dataset.form;
    if (!form) return;
    await save(tell, talk.turns.filter((turn) => turn.bundle).map((turn) => turn.bundle), form);
    $("keep").close();
  });
}

function choice(item, chosen) {
  const label = document.createElement("label");
  label.className = "choice";
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "document", value: item.document_id, checked: chosen });
  const text = document.createElement("span");
  const [title, small] = [document.createElement("b"), document.createElement("small")];
  title.textContent = item.title;
  small.textContent = [item.document_id, item.date ?? "no date", item.kind].join(" · ");
  text.append(title, small);
  label.append(box, text);
  return label;
}

function shelved(item) {
  const row = document.createElement("li");
  row.dataset.id = item.document_id;
  row.innerHTML =
    '<div class="item"><b></b><small></small></div><button type="button" class="quiet" data-shelf="open">Open</button>' +
    '<button type="button" class="quiet" data-shelf="remove">Remove</button><div class="confirm" role="alertdialog" hidden>' +
    '<p></p><button type="button" data-shelf="keep">Keep it</button><button type="button" class="danger" data-shelf="confirm">Remove</button></div>';
  row.querySelector("b").textContent = item.title;
  const count = item.paragraphs === 1 ? "1 paragraph" : `${item.paragraphs} paragraphs`;
  row.querySelector("small").textContent = [item.document_id, item.date ?? "no date", item.kind, count, item.source].join(" · ");
  row.querySelector(".confirm p").textContent = `Remove ${item.document_id} for everybody who uses this index?`;
  row.querySelector(".confirm").setAttribute("aria-label", `Remove ${item.document_id}?`);
  row.querySelector("[data-shelf=open]").setAttribute("aria-label", `Open ${item.document_id}`);
  row.querySelector("[data-shelf=remove]").setAttribute("aria-label", `Remove ${item.document_id}`);
  return row;
}

function entry(kind, label, text, name, open) {
  const line = document.createElement("p");
  line.className = `entry ${kind}`;
  const mark = document.createElement("b");
  mark.textContent = `${label}:`;
  line.append(mark, ` ${text} `);
  if (open) {
    const press = button("", `Open ${name}`, "report");
    press.addEventListener("click", open);
    line.append(press);
  }
  return line;
}

function button(does, text, kind) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: text });
  made.dataset[kind] = does;
  return made;
}
