// Package part finds a photo again after somebody cut its edges off, when the hash of the whole photo (package pdq) has become quite
// another one.
//
// Of describes a photo by its parts: at most Most places that stand out from what is around them, at whatever size, each with the
// hash of its neighbourhood. The field calls them local features. A place stays where it is when the frame moves, so a cropped copy
// has some of the same parts, all moved and enlarged alike. Match compares two photos: enough parts must be near each other, their
// places must agree on one shift and one enlargement, and most of what both photos could show must be there in both. A caption or a
// background that two photos share is therefore no copy. Index finds, among many photos, those that match one.
//
// Places are extrema of differences of Gaussians in place and width (Lowe, Distinctive Image Features from Scale-Invariant Keypoints,
// 2004). A neighbourhood is hashed by the signs of the same 256 frequencies that PDQ takes. Matching by parts and geometry follows Ke,
// Sukthankar and Huston, Efficient Near-duplicate Detection and Sub-image Retrieval, 2004. Segments (Steinebach, Liu and Yannikos,
// Efficient Cropping-Resistant Robust Image Hashing, 2014) were the alternative: docs/decisions/0024-cropped-photos.md.
//
// Mirrored copies are found too; turned ones are not. A photo with little in it has few parts or none, and matches nothing.
//
// A part takes 38 bytes in memory and as bytes, a photo some 600. The package knows no files and no database.
package part
