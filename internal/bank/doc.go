// Package bank keeps banks of photo hashes and finds the photos that match them. It never keeps a photo.
//
// # Banks
//
// There are five, each for one use:
//
//	illegal     known illegal photos. Severe: a hit is sealed as evidence in the write that keeps the verdict, the photo is
//	            veiled for everybody at once, and no queue ever shows it
//	intimate    intimate photos whose removal somebody asked for; veiled as well
//	prohibited  photos of what is never sold here, and of known scams
//	removed     photos that this site removed itself; they come by Learn, so that identical copies are found
//	stock       photos that are harmless wherever they appear. They restrict nothing, and what is among them does not count
//	            as prohibited or removed
//
// An entry is a PDQ hash, a SHA-256, or both, with source, reason and author. Entries are never deleted: removing one notes
// who, when and why, and lifts the hits it made.
//
// # Promises
//
//   - Every process answers from memory, by a linear scan, and sees what itself added or removed at once and what others did
//     within a second. When the banks cannot be read, or are larger than Config.Most_bytes, Match is an error: the rule that
//     asked holds.
//   - Hashes that many photos share (all zero, all one, patterns) and hashes of poor quality enter no bank, from whatever
//     list they come.
//   - A photo with a severe hit, or whose SHA-256 is in a severe bank, is Severe from then on: the gate of package media and the
//     console ask that before they show any photo. Removing the entry, which needs a reason and leaves a trace, is what lifts it.
//   - A photo that staff look up is hashed and dropped.
//   - Pages show hashes, counts and reasons, and no photo.
//
// # Memory
//
// A PDQ hash takes 33 bytes, a SHA-256 about 40. A query compares the photo in its eight turned and mirrored forms (pdq.Hash.Turned),
// because a mirrored copy has quite another hash.
//
// # Use
//
// Match answers rules (safety.Banks). Note is called in the write that keeps a verdict: it writes hits, remembers which record shows
// which photo, and has severe hits sealed. Learn and Unlearn follow decisions. After hashes came in, the job bank.sweep compares
// them with the photos of records kept earlier. Copies finds the records that show a photo, for take-downs. Lists come as files
// (the job bank.import) or from a Provider under contract (bank.pull); none is shipped.
//
// Tables: hash_bank, hash_entry, hash_import, hash_provider, hash_hit, photo_seen, hash_state.
//
// Change-log objects: hash_entry, hash_import, hash_hit.
//
// Routes:
//
//	GET  /console/safety/hashes                            banks, look-up, newest hits        hashes.see
//	POST /console/safety/hashes/lookup                     hashes a photo, names the nearest  hashes.see
//	GET  /console/safety/hashes/{bank}                     entries and imports of a bank      hashes.see
//	POST /console/safety/hashes/{bank}/entries             adds an entry                      hashes.edit
//	POST /console/safety/hashes/{bank}/imports             takes a list                       hashes.edit
//	GET  /console/safety/hashes/imports/{import}           how far an import is, its report   hashes.see
//	GET  /console/safety/hashes/imports/{import}/progress  the fragment of it                 hashes.see
//	POST /console/safety/hashes/{bank}/removals/{entry}    removes an entry                   hashes.edit
package bank
