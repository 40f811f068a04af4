/** The first ancestor-or-self of an event's target that matches, if any. */
export function hit<E extends Element = HTMLElement>(event: Event, selector: string): E | null {
  return event.target instanceof Element ? event.target.closest<E>(selector) : null;
}

/** Whether a key press belongs to the page: not typed into a field, not part of a system shortcut. */
export function isBareKey(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return false;
  return !hit(event, "input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable], dialog[open]");
}

let timer = 0;

/** Says a short thing at the foot of the page, for eyes and screen readers, for three seconds. */
export function say(text: string): void {
  let box = document.querySelector<HTMLElement>(".says");
  if (!box) {
    box = document.createElement("p");
    box.className = "says";
    box.role = "status";
    document.body.append(box);
  }
  box.hidden = false;
  box.textContent = text;
  clearTimeout(timer);
  timer = window.setTimeout(() => (box.hidden = true), 3000);
}
