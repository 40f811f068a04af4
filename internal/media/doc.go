// Package media keeps photos and files, and turns what people send as a photo into what visitors may safely see.
//
// # Blobs
//
// Blobs are named bytes on a local disk (LocalBlobs) or in a bucket that speaks the S3 protocol (S3Blobs). Both obey
// the same conformance test. A key is a lower-case path such as photo/ab/abcd-800.webp; a key that could leave its
// directory cannot be written down. One site has one Blobs: its own directory, or its own prefix in a bucket.
//
// # Photos
//
// Photos.Process reads a JPEG, PNG, GIF or WebP, refuses what is too large, cut off, moving or not only a photo, turns
// it upright, and keeps up to three WebP sizes (long side 320, 800, 1600 pixels, never enlarged) on a white ground.
// Every refusal is a value.Error of kind Invalid on the field "photo" that says what to do; its Key is "media." and
// the reason, for the message catalogue.
//
// The original is never kept. Each size is drawn anew from pixels alone, so place, time, camera and names that a
// telephone hides in a file do not reach the public (promise 8), and neither does anything that was hidden in it.
//
// Keys are made from the SHA-256 of the original, so the same photo sent twice is decoded and stored once, and an
// address never changes its content. Whoever deletes a photo must first know that no other listing shows it.
//
// Turn and Crop make another photo out of the largest size of one, for that is the best there is. Turning always begins
// at the photo that was sent, so four quarters are that photo again and nothing fades on the way; what was cropped away
// is gone. The photo it was made from stays until somebody deletes it, so that a change can be taken back.
//
// # Hashes
//
// Every photo taken in is hashed by what it shows (package pdq) while its pixels are in memory: once as it was sent, and
// once more as it is shown if its file asks to be turned. So that it is found again when somebody cropped it, its parts (package part) are
// taken from the middle size. All that is kept in the record beside the sizes. A record from before that is hashed from the
// largest size when it is next asked for (Hashed, Hash). Print hashes a photo that must not be kept.
//
// HEIC and AVIF are refused with advice. The decoders at hand cost 1.5 MB, yet cannot be stopped by time or by
// memory, and a site that strangers write to needs both. Browsers on telephones convert to JPEG by themselves when
// the file input accepts only image/jpeg, image/png, image/gif and image/webp (Accept).
//
// # Limits
//
// A file has at most 20 MB and 50 million pixels, its sides differ at most tenfold, the shorter one has at least 32
// pixels. Dimensions are read before anything is decoded. Decoders bounds how many photos a process decodes at once
// and how much memory they may take together; make one for the process and share it between sites. Before that, only so
// many originals are read into memory, and when 64 for each decoder wait, further ones are turned away at once.
//
// # Routes
//
// Handler answers GET and HEAD /media/<key>. A Gate, which app fulfils, says for each request whether the public may
// see the photo, only this person, or nobody: otherwise an address would show a photo that no clearance covers
// (promise 1). Public answers may be kept for a year and are never asked for again.
//
// # Archives
//
// OpenArchive reads the photos of a ZIP file given beside an import. Names are only looked up, never written to disk.
package media
