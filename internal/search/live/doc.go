// Package live keeps one search index of a site in the memory of this process, in step with the change log, and is what
// pages search with. What memory cannot answer the database's own index answers, with the same results (search.Database).
//
// Following. Every process follows the log by itself, from a number it keeps in memory: each listing that changed is
// read again through search.Source, in batches, and put into the index or taken out of it. So a listing is found within
// a second of its publication and gone within a second of its removal on every process, if Step is called as its
// comment asks. Before each batch the entry at the number is compared with the one that was applied: a database
// that was restored to another history is noticed, and the index is made anew.
//
// Beginning. The index is loaded when somebody first searches (or at once: Config.Eager), from the newest snapshot that
// can be trusted, or else made from the database: the ids come from the database's index, the documents from the
// source, and then the log is followed from where the database's index stood. Until it is in step, the database answers.
//
// Snapshots are one file a site, readable by its owner only. It is written beside and renamed, so a crash leaves the
// old one or none. It holds a SHA-256 of everything in it, whose it is, how it was analysed, and the entries of the log
// between which its documents were read, with their digests. One that is damaged, of another site, another
// analysis, another history of the log or too far behind is deleted and made anew; it never answers. Small indexes have none:
// making them takes no longer than reading.
//
// Refusal. An index that would take more memory than Config.Most_bytes allows is dropped, and the database answers; State
// says why. It is tried again when the limit is raised, or after a day.
//
// Change of settings. Switched off, memory and snapshot are given up. New synonyms show at once. Under a new analysis a
// second index is made while the first one still answers; for that time both take memory.
//
// A search never waits for the follower. When the follower rests, as it does for a site that nobody uses, a search looks
// once whether the log has moved on, and leaves the answer to the database if it has. An error of memory, or a panic in
// it, makes the database answer that query; it is counted, and logged once a minute.
//
// Nothing here starts a goroutine: the caller runs Step in one, Tidy in another, and calls Close.
//
// Tables: none. Files: <Config.Directory>/<database's name>.index, and the same with .part while it is written.
package live
