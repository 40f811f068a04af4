// Package job does work later and repeatedly: a small durable queue in the site's own database, and the group in
// which the program's background loops run. Goroutines start here and in web, nowhere else.
//
// A job is enqueued in the transaction of whoever causes it, so it exists exactly if its cause does. A Worker claims
// jobs that are due, a batch in one statement, and holds each under a lease that it renews. A worker that dies stops
// renewing; after the lease another worker claims the job again. So a job runs at least once: a handler must be able
// to run twice, or call Claim.Finish inside its own write, which makes the effect and the end of the job one.
//
// A job that fails is tried again after a pause that doubles, from 10 s to an hour. After its last attempt it is dead:
// it stays, is listed by Dead, and staff let it run again (Retry) or remove it (Drop). A scheduled job
// (Handler.Every) never dies: it keeps its last error and waits for its next time.
//
// A key makes a job unique among those that wait: enqueueing it again moves the waiting one to the earlier time and
// gives it the newer payload. While a job of that key runs, another may be enqueued and waits for its end.
//
// Table: job.
package job
