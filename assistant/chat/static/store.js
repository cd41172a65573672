// What is kept in the browser's own storage: conversations, the settings panel's choices, the colours.

const CONVERSATIONS = "pilcrow.conversations";
const MOST = 100;

export function read(name, fallback) {
  try {
    return JSON.parse(localStorage.getItem(`pilcrow.${name}`)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function write(name, value) {
  try {
    localStorage.setItem(`pilcrow.${name}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function conversations() {
  const kept = read("conversations", []);
  return Array.isArray(kept) ? kept : [];
}

// Keep a conversation as the newest. Where the storage is full, the oldest others go; gives how many went, or -1
// where even this one alone does not fit.
export function keep(conversation) {
  const others = conversations().filter((other) => other.id !== conversation.id);
  const kept = [{ ...conversation, updated: Date.now() }, ...others].slice(0, MOST);
  for (let dropped = 0; kept.length; dropped += 1) {
    try {
      localStorage.setItem(CONVERSATIONS, JSON.stringify(kept));
      return dropped;
    } catch {
      kept.pop();
    }
  }
  return -1;
}

export function forget(id) {
  write("conversations", conversations().filter((other) => other.id !== id));
}
