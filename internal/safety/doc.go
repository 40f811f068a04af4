// Package safety decides whether content may be public. It is the only way to a Clearance, and nothing is public without
// one (promise 1); its provider pack bars what is never sold here (promise 2).
//
// # How a subject is screened
//
// Normalise folds what people write into the form in which it is compared, and remembers where every byte came from, so
// that the console can mark the words that fired. The text is cut into words once. All term lists are searched in one
// walk over them; stretched, disguised, joined and spelt-out words are read as the words they stand for. Signals find
// telephone numbers, mail addresses, links, handles and sums, also when they are written in words.
//
// Rules are conditions in CEL over what was found: terms.LIST, in_title.LIST, phones, hidden.phones, price, category and
// the other names in names.go; and over what memory knows: velocity, distinct, in_list, label, photo_match and cluster,
// each asked when it is needed and once a subject (docs/safety-rules.md). From each condition follows what it needs to be anything but false; a rule whose needs are
// not met is passed over. The strictest outcome of the rules that fired is the verdict, and all of them are recorded.
//
// # Promises
//
//   - Only Gate.Screen makes a Clearance. Its fields cannot be written from outside, its zero value covers nothing, and its
//     seal is an HMAC under the site's key over id, object, record and content hash: copied to another record or content,
//     or written by hand with SQL, it does not check.
//   - An error, a cost overrun, a panic, a late signal, a context that ends, a text too long to read: hold, never pass.
//   - A site's rules are added to the provider's and can only make a verdict stricter. Compile refuses a pack that changes
//     a mandatory rule, its list or its mode, and a rule whose own examples disagree with it.
//   - A Review, which only a member of staff can record and only for one content of one record, clears what was held.
//     It never clears what a mandatory rule rejects, nor what could not be checked to the end.
//
// # What is remembered
//
// Gate.Remember gives the gate a Memory; without one, a rule that asks it holds. Keep writes a sighting of each screening
// under keyed hashes, and the inputs of what is held, and of one allowed subject in twenty, for Replay and FiresOn. Recent
// is the Sightings of a site: Load when it is opened, Poll where several processes write, Tidy once a day. ForgetInputs
// belongs to the erasure of a record. WholePack needs a memory; ProviderPack is the part of it that does not.
//
// # What it does not do
//
// The gate trusts the content hash it is given: whoever owns the content hashes everything the public would see, and puts
// all texts of it into the Subject. It does not look at photos, but asks Banks about their hashes.
//
// Tables: clearance, screening, review, sighting, screening_input. A table that shows content refers to clearance (id, record, content_hash).
//
// The provider's rules are data, in pack/*.yaml and pack/memory/*.yaml. Each file is one ground; a list names its terms and the phrases in which
// they mean nothing. Rules reject only what is certain and hold what a person should read.
package safety
