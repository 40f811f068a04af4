package demo

import (
	"image"
	"math/rand/v2"
	"sort"
)

// Picture names one drawing exactly: the same Picture gives the same pixels.
type Picture struct {
	Drawing string // one of Drawings()
	Colour  string // slug of a colour of the catalogue, "" for one that the seed chooses
	Seed    uint64 // of the thing: proportions, materials
	View    int    // from 0; views of one thing differ in light, side and nearness
}

// setting says where a thing is shown.
type setting int

const (
	onFloor setting = iota // in a room, standing at y = 715
	outside                // in front of the lake, standing at y = 715
	onTable                // small, lying at y = 690
	onWall                 // hanging around y = 400
	whole                  // fills the picture by itself
)

// drawing is one kind of thing. Draw paints it between x = 130 and 1070, above its ground line.
type drawing struct {
	setting setting
	shadow  float64 // half the width of what touches the ground
	draw    func(*canvas, *look)
}

// look is how one particular thing looks.
type look struct {
	r                  *rand.Rand // the same for every view
	main, second, wood ink
	metal, black       ink
	warm, glass        ink
	wall, floor        ink // of the scene, for things one can see through
}

// chance draws a number between two.
func (l *look) chance(low, high float64) float64 { return low + l.r.Float64()*(high-low) }

// either is true in half of all things.
func (l *look) either() bool { return l.r.IntN(2) == 0 }

// Drawings returns the names of all kinds of thing that can be drawn, sorted.
func Drawings() []string {
	var names []string
	for name := range drawings() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func drawings() map[string]drawing {
	all := map[string]drawing{}
	for _, group := range []map[string]drawing{
		wheels(), motors(), homes(), furniture(), decor(), household(), devices(), outdoors(), playthings(), fashion(), trades(),
	} {
		for name, d := range group {
			all[name] = d
		}
	}
	return all
}

// Draw draws a picture, Width by Height pixels, opaque. A drawing that is not known shows an empty room.
func Draw(p Picture) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	DrawInto(img, p)
	return img
}

// DrawInto draws a picture into an image of at least Width by Height pixels that starts at 0, 0. Whoever draws many
// saves memory by using one image again.
func DrawInto(img *image.RGBA, p Picture) {
	for y := range Height { // blending keeps the opacity as it is
		row := img.Pix[y*img.Stride:][:Width*4]
		for x := 3; x < len(row); x += 4 {
			row[x] = 255
		}
	}
	c := newCanvas(img)
	d := drawings()[p.Drawing]
	seed := mix(p.Seed)
	l := newLook(p.Colour, seed)
	view := rand.New(rand.NewPCG(seed, mix(uint64(p.View)+99)))
	frame(c, d, l, view, p)
}

// frame sets the scene and paints the thing into it, whole or near.
func frame(c *canvas, d drawing, l *look, view *rand.Rand, p Picture) {
	g := groundFor(l, int(mix(p.Seed)%64)+p.View)
	l.wall, l.floor = g.wall, g.floor
	if d.draw == nil {
		scene(c, g, d, 0)
		return
	}
	if p.View%4 == 3 {
		c.apply(matrix{a: -1, d: 1, e: Width})
	}
	scene(c, g, d, view.IntN(4))
	if p.View%4 == 2 && d.setting != whole {
		x, y := 400+view.Float64()*400, 480+view.Float64()*90
		c.apply(matrix{a: 1.7, d: 1.7, e: 600 - 1.7*x, f: 470 - 1.7*y})
	}
	grounded(c, g, d)
	d.draw(c, l)
	c.m = matrix{a: 1, d: 1}
	c.glow(hex(0xfff6e0).fade(.16), 260, 120, 800, 640)
}

// grounded lays the shadow where the thing touches the ground.
func grounded(c *canvas, g ground, d drawing) {
	dark := g.floor.dark(.75)
	switch d.setting {
	case onFloor, outside:
		c.glow(dark.fade(.34), 600, 722, d.shadow*1.12, 36)
		c.glow(dark.fade(.30), 610, 716, d.shadow*.92, 14)
	case onTable:
		c.glow(dark.fade(.30), 610, 694, d.shadow*1.18, 40)
		c.glow(dark.fade(.32), 604, 690, d.shadow*.96, 16)
	}
}
