/** htmx is used for its effect on the page; nothing of ours calls it. */
declare module "htmx.org/dist/htmx.esm.js";

/** What the events of htmx carry, as far as ours look at it. */
interface HtmxDetail {
  ctx: { sourceElement?: Element; target?: Element | string; request: { body?: FormData; action?: string; headers?: Record<string, string> }; text?: string; response?: { status: number } };
}
