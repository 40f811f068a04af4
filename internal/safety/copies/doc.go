// Package copies finds listings that are copies of each other, however they were changed, and tells which of them
// together look like the work of one organisation. It is pure: no files, no database, no clock; whoever owns an Index
// feeds it and keeps its snapshot.
//
// # How a document is read
//
// The text is brought into the compared form of package safety, its telephone numbers, mail addresses, links, handles and
// sums are taken out and leave an empty slot, and its words are folded so that stretched letters, digits that stand for
// letters and letters written one by one come out as the plain word.
//
// # How copies are found
//
// Four stages look for documents seen before. Each is incremental, and each gives edges with a weight from 0 to 1.
//
//   - A, text: MinHash of runs of five letters, 32 bands of 4. It finds what is nearly the same.
//   - B, phrases: pairs of neighbouring words and of words with one between them. It finds what was rewritten. A phrase tells
//     the less the more clusters know it, and a whole cluster counts once: what everybody writes ties nobody, and a large
//     campaign does not hide behind its own size.
//   - C, photo: PDQ at a distance of at most 31 bits, or parts in common (package part), so that a cropped photo is found too.
//   - D, entity: the same telephone number, mail address, handle, link or account.
//
// An edge of text says how much of what is said in the shorter document is said in the other; a word that everybody uses
// says little. What one finds in common between two shops that greet their customers alike is therefore no edge.
//
// # How clusters grow
//
// A document joins a cluster on sufficient evidence, and the evidence needed grows with the cluster. One that stands alone is
// looked at again when a document that it is tied to joins a cluster. Two big clusters are joined only when several members
// of both are tied to each other: one edge never does it. A cluster that has doubled is looked through again: its edges are
// weighed by what is known by then, and what too little holds together is parted. One of more than 256 members is
// looked through for gaps only when a thirtieth of it has left. No cluster outgrows
// Options.Most. A cluster keeps its id as long as it lives; when two become one, the older id stays and Match.Merged, as
// well as Options.Event, tells the other; when a removal tears one apart, the largest part keeps the id.
//
// # What is told
//
// Summary is for a gate: it follows the cluster, and costs the same for three members and for thousands. Cluster gives
// members, edges with reasons and a score from 0 to 1 of how organised it looks: several accounts, shared telephones and
// photos, several places, many listings in a day, new accounts. One account's own listings are a cluster, and its score is
// low. Template gives the text all members have in common, with slots, what each member puts into them, and how much of each
// member it covers; of the members' texts the one is chosen that describes all of them in the fewest bits. A score is a
// reason for a person to look, never a decision.
//
// Package trick makes campaigns, and the ways in which people hide them, from a seed.
package copies
