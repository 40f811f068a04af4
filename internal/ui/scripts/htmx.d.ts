/** htmx is used for its effect on the page; a page of results asks through it. */
declare module "htmx.org/dist/htmx.esm.js" {
  const htmx: { ajax(verb: string, path: string, how: Record<string, unknown>): Promise<void> };
  export default htmx;
}

/** What the events of htmx carry, as far as ours look at it. */
interface HtmxDetail {
  ctx: { sourceElement?: Element; target?: Element | string; request: { body?: FormData }; text?: string; response?: { status: number } };
}
