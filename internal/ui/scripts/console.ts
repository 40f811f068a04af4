import "htmx.org/dist/htmx.esm.js";
import "./common.ts";
import "./keys.ts";
