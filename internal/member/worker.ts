// The service worker: it shows what the site pushes, leads to it, and has a page for when there is no connection. It
// keeps nothing else and answers for nothing else, so pages are never older than the site.

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const shelf = "offline-1";
const offline = "/offline";

interface Notice {
  title: string;
  text: string;
  href: string;
  tag?: string;
  lang?: string;
}

async function keepOffline(): Promise<void> {
  const cache = await caches.open(shelf);
  await cache.add(new Request(offline, { credentials: "omit", cache: "reload" })); // as a stranger: it says nothing of anybody
}

async function takeOver(): Promise<void> {
  await worker.registration.navigationPreload?.enable();
  for (const name of await caches.keys()) if (name !== shelf) await caches.delete(name);
  await worker.clients.claim();
}

async function open(event: FetchEvent): Promise<Response> {
  try {
    return ((await event.preloadResponse) as Response | undefined) ?? (await fetch(event.request));
  } catch (error) {
    const kept = await caches.match(offline);
    if (kept) return kept;
    throw error;
  }
}

function read(data: PushMessageData | null): Notice {
  try {
    const notice = data?.json() as Partial<Notice> | undefined;
    if (notice?.title) return { title: notice.title, text: notice.text ?? "", href: notice.href ?? "/", tag: notice.tag, lang: notice.lang };
  } catch {
    // What cannot be read still has to be shown: browsers take the permission away from who stays silent.
  }
  return { title: worker.location.host, text: "", href: "/account/alerts" };
}

function show(notice: Notice): Promise<void> {
  const { title, text, href, tag, lang } = notice;
  const icon = "/theme/icon-192.png";
  const options = { body: text, data: { href }, tag, renotify: tag !== undefined, lang, dir: "auto" as const, icon } as NotificationOptions;
  return worker.registration.showNotification(title, options);
}

/** Leads to a page of this site and to nowhere else, in a window that is open already if there is one. */
async function lead(href: unknown): Promise<void> {
  const url = new URL(typeof href === "string" ? href : "/", worker.location.origin);
  const target = url.origin === worker.location.origin ? url.href : worker.location.origin;
  const windows = await worker.clients.matchAll({ type: "window" });
  const shown = windows.find((window) => window.focused) ?? windows[0];
  if (shown) {
    await shown.focus();
    if (await shown.navigate(target).catch(() => null)) return;
  }
  await worker.clients.openWindow(target);
}

/** Hands over the new subscription when the browser replaces one by itself, as the page of preferences does. */
async function renew(event: PushSubscriptionChangeEvent): Promise<void> {
  const options = event.oldSubscription?.options;
  const fresh = event.newSubscription ?? (options && (await worker.registration.pushManager.subscribe(options)));
  const { endpoint, keys } = fresh?.toJSON() ?? {};
  if (!endpoint || !keys?.p256dh || !keys.auth) return;
  const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
  await fetch("/account/devices", { method: "POST", body, redirect: "manual" });
}

worker.addEventListener("install", (event) => event.waitUntil(keepOffline().then(() => worker.skipWaiting())));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead((event.notification.data as { href?: unknown } | null)?.href));
});
worker.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
worker.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") event.respondWith(open(event));
});

export {};
