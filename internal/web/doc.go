// Package web is the HTTP plumbing: routes, requests, pages, forms, limits, the server and its metrics. It knows
// nothing of listings or accounts; features bring handlers and guards.
//
// A Router is the whole of a server's surface. Its promises:
//   - A route cannot be unguarded by omission: Handle panics without a Guard, and Routes lists every route beside its
//     guard, for a test and for the docs.
//   - A handler returns its error. The router maps the kind to a status, logs faults of the program with their cause
//     under the id of the request, and gives OnError an error without a cause: what a person must not see never
//     reaches the page. 404, 405, panics and time-outs take the same way.
//   - Every answer has a strict Content-Security-Policy and its companions. A POST from another origin is refused.
//   - Bodies, headers, time and connections are bounded. Input that is not valid UTF-8, or has NUL in it, is refused.
//   - The access log has the pattern, a path without secrets, and a client shortened to its network (/24, /48). Query
//     values and mail addresses are not logged.
//
// The order inside: id and client → security headers → recovery, log, metrics → route → body and time limits →
// cross-origin check → steps (site, session) → guard → handler.
//
// Answers are held until 1 kB is written, so that an error after the first line still gets its own page. Pages of more
// than 1 kB are compressed by gzip at its fastest level: about 0.2 ms of CPU for a page of 30 kB. Pages carry no
// anti-forgery secrets, so compression gives none away.
//
// Goroutines are started here (Serve) and in job, nowhere else.
package web
