import { say } from "../ui/scripts/dom.ts";

// The page of preferences: telling somebody in this browser. Everything begins with a press of the button; before it,
// the script only looks whether this browser is among those that are told already.

const form = document.querySelector<HTMLFormElement>("form[data-push]");
const note = document.querySelector<HTMLElement>("[data-push-says]");

function tell(text: string | undefined): void {
  if (note) note.textContent = text ?? "";
}

function able(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

async function present(): Promise<PushSubscription | null> {
  const worker = await navigator.serviceWorker.getRegistration("/");
  return (await worker?.pushManager.getSubscription()) ?? null;
}

/** The name under which the page knows a subscription: the beginning of its endpoint's hash. */
async function markOf(subscription: PushSubscription): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  return Array.from(new Uint8Array(hash, 0, 12), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}

function text(key: ArrayBuffer | null): string {
  const letters = Array.from(new Uint8Array(key ?? new ArrayBuffer(0)), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Subscribes anew when the browser is tied to another key than the site has now. */
async function subscribe(key: string): Promise<PushSubscription> {
  const worker = await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  await navigator.serviceWorker.ready;
  const before = await worker.pushManager.getSubscription();
  if (before && text(before.options.applicationServerKey) === key) return before;
  await before?.unsubscribe();
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
}

async function add(form: HTMLFormElement): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") return tell(form.dataset.denied);
  const subscription = await subscribe(form.dataset.push ?? "");
  for (const [name, value] of [
    ["endpoint", subscription.endpoint],
    ["p256dh", text(subscription.getKey("p256dh"))],
    ["auth", text(subscription.getKey("auth"))],
  ] as const) {
    const input = form.elements.namedItem(name);
    if (input instanceof HTMLInputElement) input.value = value;
  }
  form.submit();
}

async function show(form: HTMLFormElement): Promise<void> {
  const subscription = await present();
  const mark = subscription ? await markOf(subscription) : "";
  const mine = mark ? document.querySelector(`[data-device="${mark}"]`) : null;
  mine?.querySelector("[data-this]")?.removeAttribute("hidden");
  form.hidden = mine !== null;
  mine?.querySelector("form[data-device-end]")?.addEventListener("submit", () => void subscription?.unsubscribe());
}

if (form && !able()) tell(form.dataset.unable);
if (form && able()) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell("");
    add(form).catch(() => tell(form.dataset.failed));
  });
  show(form).catch(() => say(form.dataset.failed ?? ""));
}
