// Package automation does what staff asked for in advance: when a record is created, changed or deleted, when a date is
// reached, or at set times, and a condition holds, it sets fields, makes a record, assigns an owner, writes to staff or
// calls a webhook.
//
// A Flow acts on behalf of the person who switched it on, and can do no more than they. It is tested on sample records
// before it is switched on, and again after each change (Try, Switch).
//
// How it runs. A reader of the change log finds the flows a change concerns and enqueues one job for each; dates and
// times are looked at every minute. The job reads the record anew, evaluates the condition, and carries all actions out
// in one write with the row of the run log: everything or nothing. A job that fails is tried again and ends in the log.
//
// Loops. What a flow writes may concern flows again. Each such write remembers how long its chain is; after MostSteps the
// chain stops and the log says so.
//
// Mail goes to staff only: the public gets mail they agreed to (promise 6), which is not for a flow to know.
//
// Tables: automation_flow, automation_run, automation_due, automation_chain.
package automation
