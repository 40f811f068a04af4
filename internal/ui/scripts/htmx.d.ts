/** htmx is used for its effect on the page; nothing of ours calls it. */
declare module "htmx.org/dist/htmx.esm.js";
