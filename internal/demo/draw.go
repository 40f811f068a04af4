package demo

// Picture names one drawing exactly: the same Picture gives the same pixels.
type Picture struct {
	Drawing string // one of Drawings()
	Colour  string // slug of a colour of the catalogue, "" for one that the seed chooses
	Seed    uint64 // of the thing: proportions, materials
	View    int    // from 0; views of one thing differ in light, side and nearness
}
