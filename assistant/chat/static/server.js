// Calls of the chat's events: a name and its data in, values out as they come.

let calls = 0;

export class CallError extends Error {}

// The last value of an event that gives one.
export async function call(name, ...data) {
  let last;
  for await (const value of stream(name, data)) last = value;
  return last;
}

// Every value of an event. Aborting the signal ends the event on the server too.
export async function* stream(name, data, signal) {
  const session = `page-${Date.now().toString(36)}-${(calls += 1)}-${Math.random().toString(36).slice(2)}`;
  const posted = await reach(`gradio_api/call/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data, session_hash: session }),
    signal,
  });
  const { event_id: id } = await posted.json();
  signal?.addEventListener("abort", () => cancel(name, session, id), { once: true });
  const response = await reach(`gradio_api/call/${name}/${id}`, { signal });
  for await (const { event, value } of messages(response.body)) {
    if (event === "error") throw new CallError("The server failed on this. Its log says why; try again.");
    if (event === "generating") yield value[0];
    if (event === "complete") {
      if (value?.length) yield value[0];
      return;
    }
  }
  throw new CallError("The connection broke off. Try again.");
}

// Send files; gives the places where they arrived. `progress` is told a share from 0 to 1.
export function send(files, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    for (const file of files) form.append("files", file);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      if (request.status === 200) resolve(JSON.parse(request.responseText));
      else reject(new CallError(request.status === 413 ? "A file is larger than what may be sent." : unreached(request.status)));
    };
    request.onerror = () => reject(new CallError(unreached(0)));
    request.onabort = () => reject(new DOMException("", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.open("POST", "gradio_api/upload");
    request.send(form);
  });
}

async function reach(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new CallError(unreached(0));
  }
  if (response.status === 401) window.location.reload();
  if (!response.ok) throw new CallError(unreached(response.status));
  return response;
}

function unreached(status) {
  if (status === 503) return "Too many questions are waiting. Try again in a moment.";
  if (status === 0) return "The server cannot be reached. Is `pilcrow chat` still running?";
  return `The server refused this (${status}). Reload the page.`;
}

function cancel(name, session, id) {
  const found = window.gradio_config?.dependencies?.find((item) => item.api_name === name);
  fetch("gradio_api/cancel", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ session_hash: session, fn_index: found?.id ?? 0, event_id: id }),
    keepalive: true,
  }).catch(() => {});
}

// Server-sent events of a body: https://html.spec.whatwg.org/multipage/server-sent-events.html
async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
        if (fields.data !== undefined) yield { event: fields.event, value: JSON.parse(fields.data) };
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
