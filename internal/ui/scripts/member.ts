// The pages of people signed in update in part as they work.
void import("htmx.org/dist/htmx.esm.js");

export {};
