import "./common.ts";
import "./gallery.ts";

// Most public pages need no htmx: it is fetched only where a page asks for partial updates.
if (document.querySelector("[hx-get],[hx-post],[hx-boost]")) void import("htmx.org/dist/htmx.esm.js");
