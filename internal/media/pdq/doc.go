// Package pdq computes the perceptual hash PDQ of a photo: 256 bits that hardly change when a photo is made smaller,
// compressed again or brightened, so that a copy is found although not one byte of its file is the same.
//
// Of reports a photo's hash and quality, Dihedral the eight hashes it has when turned and mirrored. Two photos match
// when their hashes differ in at most Near bits and both have at least Enough quality; below that a photo has too few
// features to be told from others.
//
// The hash looks only at pixels. Whether the file asks to be turned (EXIF) is the caller's business: who wants copies
// of both found, hashes both.
//
// The package knows no files, no database and no lists of hashes; package bank keeps those. Edits and the measure of what
// survives them are in the folder edit.
package pdq
