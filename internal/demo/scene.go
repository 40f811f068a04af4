package demo

import "math/rand/v2"

// ground is the two tones that everything stands on.
type ground struct {
	wall, floor ink
	shuns       string // colours that would drown in it
}

func grounds() []ground {
	return []ground{
		{hex(0xdfe7d9), hex(0xc6d3c0), "green turquoise"},
		{hex(0xebdcc9), hex(0xd8c4ae), "beige orange yellow brown"},
		{hex(0xd8e3ec), hex(0xbccbd8), "blue turquoise grey"},
		{hex(0xecdad8), hex(0xdabfbc), "pink red"},
		{hex(0xe6e0f0), hex(0xcec7df), ""},
		{hex(0xf3e8c9), hex(0xe2d2a4), "yellow beige orange white"},
		{hex(0xd6e9e3), hex(0xb7d2c9), "turquoise green"},
		{hex(0xe5e4e0), hex(0xcfccc5), "white grey"},
		{hex(0xe8d0c2), hex(0xd3b29f), "orange red pink brown beige"},
	}
}

func colours() map[string]ink {
	return map[string]ink{
		"black": hex(0x3c4048), "white": hex(0xf4f1ea), "grey": hex(0x949ba3), "blue": hex(0x3d6a96), "green": hex(0x5a8a68),
		"red": hex(0xc24e3b), "yellow": hex(0xd9ab42), "orange": hex(0xd5793b), "brown": hex(0x8b5e42), "beige": hex(0xcdb290),
		"pink": hex(0xd8949d), "turquoise": hex(0x479897),
	}
}

// chosen are the colours a seed chooses from when the listing names none.
func chosen() []string {
	return []string{"orange", "blue", "yellow", "green", "red", "turquoise", "pink", "blue", "orange"}
}

func newLook(colour string, seed uint64) *look {
	r := rand.New(rand.NewPCG(seed, 17))
	all := colours()
	first := chosen()[r.IntN(9)]
	second := chosen()[r.IntN(9)]
	if _, known := all[colour]; known {
		first = colour
	}
	for second == first {
		second = chosen()[r.IntN(9)]
	}
	woods := []ink{hex(0xb98555), hex(0xc99b68), hex(0x94633f), hex(0xd6b081)}
	return &look{r: r, main: all[first], second: all[second], wood: woods[r.IntN(4)], metal: hex(0xaeb4ba),
		black: hex(0x34373f), warm: hex(0xfbe9b7), glass: hex(0xbcd3df)}
}

// groundFor picks the ground of one view: no two views in a row have the same, and the thing stands out.
func groundFor(l *look, at int) ground {
	all := grounds()
	for i := range all {
		g := all[(at*4+i)%len(all)]
		if !drowns(l.main, g) {
			return g
		}
	}
	return all[4]
}

func drowns(main ink, g ground) bool {
	for name, colour := range colours() {
		if colour == main && contains(g.shuns, name) {
			return true
		}
	}
	return main == hex(0xf4f1ea) && g.wall.r > .92
}

// scene paints wall and floor, and one of four kinds of light or backdrop.
func scene(c *canvas, g ground, d drawing, kind int) {
	horizon := map[setting]float64{onFloor: 628, outside: 610, onTable: 590, onWall: 770, whole: 900}[d.setting]
	c.grade(g.wall.light(.28), g.wall, box(0, 0, Width, horizon, 0))
	switch {
	case d.setting == whole:
		return
	case d.setting == outside && kind != 3:
		lake(c, g, kind, horizon)
	case kind == 1:
		windowLight(c, g)
	case kind == 2:
		panels(c, g, horizon)
	case kind == 3:
		c.fill(g.wall.light(.4).fade(.75), dot(600, 400, 330))
	}
	c.grade(g.floor.light(.06), g.floor.dark(.05), box(0, horizon, Width, Height-horizon, 0))
	if d.setting != outside || kind == 3 {
		c.fill(g.floor.dark(.10).fade(.7), box(0, horizon-3, Width, 6, 0))
		c.grade(g.floor.dark(.25).fade(.25), g.floor.fade(0), box(0, horizon+3, Width, 46, 0))
	}
}

// windowLight falls slanting on the wall through four panes.
func windowLight(c *canvas, g ground) {
	light := g.wall.light(.62).fade(.75)
	for i := range 2 {
		for j := range 2 {
			x, y := 180+float64(i)*170+float64(j)*46, 70+float64(j)*210
			c.fill(light, poly(x, y, x+150, y+34, x+190, y+224, x+40, y+190))
		}
	}
}

// panels are the wooden lower part of a wall.
func panels(c *canvas, g ground, horizon float64) {
	c.grade(g.wall.to(g.floor, .45), g.wall.to(g.floor, .6), box(0, horizon-190, Width, 190, 0))
	c.fill(g.floor.dark(.08).fade(.8), box(0, horizon-196, Width, 8, 0))
	for x := 90.; x < Width; x += 204 {
		c.stroke(g.floor.dark(.1).fade(.45), 4, box(x, horizon-160, 150, 124, 4))
	}
}

// lake is the view across the water to the mountains.
func lake(c *canvas, g ground, kind int, horizon float64) {
	far, near := g.floor.light(.32), g.floor.light(.1)
	shore := horizon - 92
	ranges := [3][2]string{
		{"M 0 360 L 120 300 L 210 340 L 330 230 L 420 300 L 520 250 L 640 340 L 760 280 L 860 330 L 980 240 L 1090 320 L 1200 280 L 1200 620 L 0 620 Z",
			"M 0 430 L 160 380 L 300 440 L 470 380 L 640 460 L 830 400 L 1010 450 L 1200 390 L 1200 620 L 0 620 Z"},
		{"M 0 300 L 150 250 L 300 350 L 450 390 L 700 420 L 900 380 L 1040 290 L 1200 220 L 1200 620 L 0 620 Z",
			"M 0 400 L 200 450 L 420 470 L 700 480 L 960 440 L 1200 360 L 1200 620 L 0 620 Z"},
		{"M 0 400 C 200 330 330 330 500 390 C 680 450 820 330 1200 350 L 1200 620 L 0 620 Z",
			"M 0 450 C 240 400 420 470 640 450 C 860 420 1000 400 1200 440 L 1200 620 L 0 620 Z"},
	}
	c.fill(hex(0xfffaf0).fade(.7), dot(900-float64(kind)*260, 190, 62))
	c.grade(far, g.wall, path(ranges[kind][0]))
	c.grade(near, g.wall.to(g.floor, .4), path(ranges[kind][1]))
	c.grade(g.wall.light(.5).to(hex(0xb9d2de), .45), g.floor.to(hex(0xa9c4d2), .45), box(0, shore, Width, 100, 0))
	for i := range 5 {
		c.fill(hex(0xffffff).fade(.3), box(90+float64(i*237%1000), shore+18+float64(i*13), 120, 4, 2))
	}
	c.fill(g.floor.dark(.12), box(0, horizon-8, Width, 10, 0))
}

func contains(list, word string) bool {
	for i := 0; i+len(word) <= len(list); i++ {
		if list[i:i+len(word)] == word {
			return true
		}
	}
	return false
}
