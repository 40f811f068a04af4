// Package evidence preserves what a severe decision or a request of an authority was about, so that it can be shown
// later, unaltered, and cannot be erased meanwhile.
//
// A Vault belongs to one site. Preserve runs in the transaction of the decision: from its commit on, a hold exists, and a
// job collects everything concerned through the Collector that app fulfils. The job packs it (a tar file with
// manifest.json), encrypts it with age, stores it as a file of the site under evidence/, and writes the SHA-256 of what it
// stored into the change log, so that the seal of the log covers the package.
//
// Promises:
//   - A hold exists exactly if its decision does. Held and HeldUntil are what every erasure has to ask.
//   - One preservation has one package, however often the job is interrupted or runs beside itself. An interrupted job
//     leaves the hold, and begins again.
//   - Sealed means that the stored file was read back and is the one that was written.
//   - Nobody opens a package alone. One custodian proposes with a purpose, another confirms; the table refuses the same
//     one twice. Once two people have made keys this is cryptography too: each key opens an envelope in which there
//     is one more, for the other (see lock.go), and both keys lie under passphrases that are nowhere stored.
//   - Until then the site's own secret seals, so that nothing has to wait; the pages say so. When the second person has
//     made a key, a job seals those packages anew.
//   - Every look is a row of evidence_view and an entry of the change log, written before anything is shown.
//   - No photo of a package is ever shown inside a page. Names are listed; a part leaves as a download only.
//   - A hold ends by two people, or by its time: a year for severe decisions, 90 days for requests, both renewable. The
//     package is destroyed 30 days after a hold ran out, at once after a release. Its row, manifest and hash stay.
//   - Who asks to be erased while something of theirs is held is erased as far as nothing held is concerned. The rest is
//     remembered (AwaitErasure) and erased by a job as soon as the last hold has ended: by its time, or by two people.
//
// Who forgets the passphrase makes a new key; it opens packages sealed or opened since. So name three custodians
// or more: with two, one forgotten passphrase closes what is sealed for good. docs/proof.md tells how a package is opened with the
// program age alone.
//
// Jobs: evidence.collect, evidence.reseal, evidence.destroy, evidence.erase, evidence.tidy (hourly).
//
// Tables: evidence, evidence_member, evidence_custodian, evidence_envelope, evidence_order, evidence_view, evidence_erasure.
//
// Routes, all guarded by the name at the end:
//
//	GET  /console/safety/evidence                 what is preserved                     staff who may evidence.see
//	GET  /console/safety/evidence/keys            who can open, and one's own key       staff who may evidence.unseal
//	POST /console/safety/evidence/keys            makes one's own key, or takes it back staff who may evidence.unseal, limited
//	GET  /console/safety/evidence/{id}            one: manifest, looks; the look is logged  staff who may evidence.see
//	POST /console/safety/evidence/{id}/propose    to open or to release it              staff who may evidence.unseal, limited
//	POST /console/safety/evidence/{id}/confirm    by another                            staff who may evidence.unseal, limited
//	POST /console/safety/evidence/{id}/withdraw   takes a proposal back                 staff who may evidence.unseal, limited
//	POST /console/safety/evidence/{id}/extend     renews the hold                       staff who may evidence.unseal, limited
//	POST /console/safety/evidence/{id}/download   one part, or the whole package        staff who may evidence.unseal, limited
package evidence
