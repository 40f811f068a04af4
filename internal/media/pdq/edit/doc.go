// Package edit changes photos the way people do before they post them again, and measures which of these changes the hash of
// package pdq survives.
//
// All lists the edits; each is a pure function of the picture. Scene draws a photo-like picture from a seed, Reference reads the
// different photos among the reference vectors. Measure applies every edit to every photo and says how many copies are still
// found at pdq.Near, by the hash alone and by its eight turned and mirrored forms, and whether two photos that have nothing to do
// with each other were ever mistaken for one.
//
// The hash survives compression, scaling, blur, grey and brightness almost always, mirrors and quarter turns when those forms are looked
// up, thin borders and small banners often. It does not survive crops of more than about 1 % a side (package part does) or turns of more than a degree: the
// same photo cropped must be found by what else a copy has in common.
//
// Tests and `fairground bench` use it; nothing that serves a site does.
package edit
