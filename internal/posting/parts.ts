/** An answer of the server that a script asked for: parts of the page, or words about what went wrong. */
export class Refusal extends Error {
  constructor(readonly status: number, words: string) {
    super(words);
  }
}

/** Sends a form and returns the parts of the answer. A connection that is down is a TypeError. */
export async function send(address: string, body: FormData | undefined, more: RequestInit = {}): Promise<HTMLElement | null> {
  const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers: { "X-Parts": "1" }, ...more });
  const text = await answer.text();
  if (!answer.ok) throw new Refusal(answer.status, wordsOf(answer.headers.get("Content-Type") ?? "", text));
  return read(text);
}

/** The words of a refusal; a page of words is not for here. */
export function wordsOf(type: string, text: string): string {
  return type.startsWith("text/plain") ? text.trim() : "";
}

export function read(text: string): HTMLElement | null {
  return new DOMParser().parseFromString(text, "text/html").body.firstElementChild as HTMLElement | null;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Puts a part into the page where the one with its id was, and keeps the focus and what was typed meanwhile. */
export function swap(part: Element, typed: Set<string>): void {
  const old = document.getElementById(part.id);
  if (!old || old.isEqualNode(part)) return;
  const focus = document.activeElement as HTMLElement | null;
  const inside = focus && old.contains(focus) ? focus : null;
  for (const control of part.querySelectorAll<Control>("input, select, textarea")) {
    const before = old.querySelector<Control>(`[name="${CSS.escape(control.name)}"]`);
    if (before && typed.has(control.name) && before.type !== "radio") control.value = before.value;
  }
  old.replaceWith(part);
  if (inside) twin(part, inside)?.focus({ preventScroll: true });
}

/** The control in a new part that stands for one in the old part. */
function twin(part: Element, old: HTMLElement): HTMLElement | null {
  if (old.id) return part.querySelector(`#${CSS.escape(old.id)}`);
  const { name, value } = old as HTMLButtonElement;
  if (!name) return part as HTMLElement;
  const alike = [...part.querySelectorAll<HTMLButtonElement>(`[name="${CSS.escape(name)}"]`)];
  return alike.find((one) => one.value === value && !one.disabled) ?? (part as HTMLElement);
}

/** Fills the gaps of a sentence. */
export function fill(words: string, values: Record<string, string | number>): string {
  return words.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap));
}
