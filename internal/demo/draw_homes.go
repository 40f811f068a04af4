package demo

func homes() map[string]drawing {
	return map[string]drawing{
		"facade-flats": {outside, 380, facadeFlats},
		"facade-town":  {outside, 400, facadeTown},
		"house":        {outside, 400, house},
		"chalet":       {outside, 430, chalet},
		"room-bed":     {whole, 0, roomBed},
		"room-living":  {whole, 0, roomLiving},
	}
}

// stucco are the quiet colours of house walls.
func stucco(l *look) ink {
	tones := []ink{hex(0xf2e6d0), hex(0xe9cfae), hex(0xe3bfa6), hex(0xd9dfd3), hex(0xefe9dd), hex(0xd6b8a3)}
	return tones[l.r.IntN(len(tones))]
}

func bush(c *canvas, x, y, r float64) {
	green := hex(0x6f9470)
	c.fill(green.dark(.06), dot(x-r*.7, y-r*.5, r*.62), dot(x+r*.7, y-r*.52, r*.6))
	c.fill(green, dot(x, y-r*.75, r*.8), box(x-r*1.3, y-r*.7, r*2.6, r*.7, r*.3))
	c.fill(green.light(.14).fade(.7), dot(x-r*.2, y-r*.98, r*.42))
}

func tree(c *canvas, x, y, h float64) {
	c.fill(hex(0x8a6344), box(x-9, y-h*.5, 18, h*.5, 6))
	green := hex(0x6f9470)
	c.grade(green.light(.12), green.dark(.08), oval(x, y-h*.66, h*.27, h*.36))
	c.fill(green.light(.2).fade(.5), oval(x-h*.08, y-h*.76, h*.12, h*.18))
}

// casement is a window with a frame, and shutters when asked.
func casement(c *canvas, l *look, x, y, w, h float64, shutters bool) {
	c.fill(hex(0xfffaf0), box(x-6, y-6, w+12, h+12, 4))
	c.pane(l.glass.dark(.16), x, y, w, h, 2)
	c.fill(hex(0xfffaf0), box(x+w/2-3, y, 6, h, 0))
	c.shade(.16, box(x-10, y+h+6, w+20, 8, 2))
	if shutters {
		for _, left := range []float64{x - 12 - w*.5, x + w + 12} {
			c.body(l.main, box(left, y-4, w*.5, h+8, 3))
			for i := range 5 {
				c.fill(l.main.dark(.2).fade(.6), box(left+6, y+8+float64(i)*h/5.2, w*.5-12, 4, 2))
			}
		}
	}
}

func facadeFlats(c *canvas, l *look) {
	wall := stucco(l)
	c.grade(wall.light(.12), wall.dark(.06), box(250, 130, 700, 585, 6))
	c.fill(wall.dark(.22), box(238, 116, 724, 22, 4))
	c.fill(wall.dark(.10).fade(.7), box(250, 600, 700, 115, 0))
	for floor := range 3 {
		y := 176 + float64(floor)*144
		for i := range 4 {
			x := 300 + float64(i)*164
			if i == 0 || i == 3 {
				casement(c, l, x+10, y, 84, 90, false)
				continue
			}
			c.fill(hex(0xfffaf0), box(x-6, y-6, 116, 112, 4))
			c.pane(l.glass.dark(.16), x, y, 104, 106, 2)
			c.fill(l.main.light(.1), box(x-12, y+52, 128, 58, 4))
			c.shade(.18, box(x-16, y+108, 136, 9, 2))
			for j := range 5 {
				c.shade(.10, box(x+4+float64(j)*25, y+56, 4, 50, 0))
			}
			if (floor+i)%2 == 0 {
				c.fill(hex(0x6f9470), dot(x+14, y+48, 16), dot(x+36, y+44, 18))
			}
		}
	}
	c.fill(hex(0xfffaf0), box(546, 606, 108, 109, 4))
	c.pane(l.glass.dark(.2), 554, 614, 44, 101, 2)
	c.body(l.main.dark(.1), box(602, 614, 44, 101, 2))
	casement(c, l, 310, 628, 150, 54, false)
	casement(c, l, 740, 628, 150, 54, false)
	bush(c, 205, 715, 44)
	tree(c, 1016, 715, 280)
}

func facadeTown(c *canvas, l *look) {
	x := 170.
	for i := range 3 {
		wall, w, top := stucco(l), l.chance(260, 300), l.chance(210, 300)
		townHouse(c, l, wall, x, top, w, i)
		x += w
	}
}

func townHouse(c *canvas, l *look, wall ink, x, top, w float64, number int) {
	roof := hex(0xa5644c).to(hex(0x7c6257), l.chance(0, .8))
	c.body(roof, poly(x-10, top, x+w*.14, top-96, x+w*.86, top-96, x+w+10, top))
	c.body(wall.light(.1), box(x+w/2-38, top-74, 76, 74, 2), poly(x+w/2-48, top-72, x+w/2, top-112, x+w/2+48, top-72))
	c.pane(l.glass.dark(.2), x+w/2-20, top-58, 40, 46, 2)
	c.grade(wall.light(.1), wall.dark(.06), box(x, top, w, 715-top, 0))
	c.fill(wall.dark(.2), box(x-6, top-4, w+12, 14, 3))
	step := (600 - top) / 3
	for floor := range 3 {
		for i := range 2 {
			casement(c, l, x+w*.25-26+float64(i)*w*.5, top+34+float64(floor)*step, 50, step*.58, true)
		}
	}
	c.shade(.07, box(x, 608, w, 107, 0))
	if number == 1 {
		c.pane(l.glass.dark(.1), x+24, 628, w-120, 76, 4)
		for i := range 6 {
			col := hex(0xfffaf0)
			if i%2 == 0 {
				col = l.second
			}
			step := (w - 12) / 6
			c.fill(col, poly(x+6+float64(i)*step, 594, x+6+float64(i+1)*step, 594, x+6+float64(i+1)*step, 632, x+6+float64(i)*step, 632))
			c.fill(col, oval(x+6+(float64(i)+.5)*step, 632, step/2, 12))
		}
	}
	c.body(l.wood.dark(.2), box(x+w-82, 622, 54, 93, 26))
	c.fill(l.warm, dot(x+w-40, 676, 4))
	c.shade(.10, box(x+w-5, top, 5, 715-top, 0))
}

func house(c *canvas, l *look) {
	wall := stucco(l)
	roof := hex(0xa5644c).to(hex(0x6f6660), l.chance(0, .9))
	c.fill(roof.dark(.2), box(770, 190, 52, 110, 3))
	c.grade(wall.light(.14), wall.dark(.05), poly(250, 715, 250, 400, 480, 216, 710, 400, 710, 715))
	c.grade(wall.light(.02), wall.dark(.10), box(710, 400, 240, 315, 0))
	c.body(roof, poly(480, 196, 830, 236, 990, 412, 716, 412))
	c.fill(roof.dark(.16), poly(480, 178, 220, 392, 236, 414, 480, 216, 724, 414, 740, 392))
	casement(c, l, 440, 306, 80, 84, false)
	casement(c, l, 330, 470, 80, 96, true)
	casement(c, l, 560, 470, 80, 96, true)
	casement(c, l, 800, 470, 96, 96, false)
	c.fill(hex(0xfffaf0), box(432, 566, 100, 149, 4))
	c.body(l.main, box(440, 574, 84, 141, 4))
	c.fill(l.warm, box(458, 590, 48, 40, 4), dot(510, 652, 5))
	c.shade(.12, box(250, 410, 700, 10, 0))
	c.fill(wall.dark(.2), box(420, 706, 124, 12, 3))
	bush(c, 300, 715, 44)
	bush(c, 620, 715, 38)
	bush(c, 840, 715, 50)
	tree(c, 1040, 715, 330)
	fence(c, 120, 250)
}

func fence(c *canvas, from, to float64) {
	white := hex(0xf7f2e8)
	c.fill(white.dark(.08), box(from, 650, to-from, 10, 2), box(from, 688, to-from, 10, 2))
	for x := from; x < to-14; x += 24 {
		c.fill(white, poly(x, 632, x+7, 622, x+14, 632, x+14, 715, x, 715))
	}
}

func chalet(c *canvas, l *look) {
	timber := hex(0xa06a42).to(hex(0x7a4c30), l.chance(0, 1))
	stone := hex(0xd9d4c9)
	c.body(stone, box(270, 570, 660, 145, 4))
	for i := range 16 {
		c.shade(.07, box(284+float64(i*167%620), 582+float64(i%4)*32, 44, 18, 8))
	}
	c.grade(timber.light(.12), timber.dark(.10), poly(250, 572, 250, 400, 600, 196, 950, 400, 950, 572))
	for y := 300.; y < 572; y += 27 {
		half := min(350, (y-196)*1.715)
		c.fill(timber.dark(.2).fade(.5), box(600-half, y, half*2, 4, 0))
	}
	c.fill(timber.dark(.36), poly(600, 150, 150, 412, 166, 438, 600, 190, 1034, 438, 1050, 412))
	c.fill(hex(0xfbfaf6), path("M 600 138 L 144 404 Q 138 418 152 416 L 600 158 L 1048 416 Q 1062 418 1056 404 Z"))
	for _, x := range []float64{360, 560, 760} {
		casement(c, l, x, 424, 80, 78, true)
		casement(c, l, x, 618, 80, 62, false)
	}
	casement(c, l, 565, 274, 70, 62, false)
	c.body(timber.dark(.26), box(226, 560, 748, 18, 4), box(226, 508, 748, 12, 4))
	for x := 236.; x < 970; x += 27 {
		c.fill(timber.dark(.2), box(x, 516, 13, 46, 5))
	}
	for i := range 11 {
		x := 270 + float64(i)*66
		c.fill(hex(0x6f9470), dot(x, 512, 15), dot(x+18, 508, 15))
		c.fill(l.main.light(.08), dot(x, 502, 10), dot(x+16, 499, 10), dot(x+28, 507, 8))
	}
	fir(c, 130, 715, 330)
	fir(c, 1070, 715, 270)
}

func fir(c *canvas, x, y, h float64) {
	green := hex(0x5f8468)
	c.fill(hex(0x7d5a40), box(x-9, y-h*.12, 18, h*.12, 3))
	for i := range 3 {
		top, half := y-h+float64(i)*h*.24, h*(.16+.06*float64(i))
		c.grade(green.light(.12), green.dark(.08), poly(x, top, x+half, top+h*.4, x-half, top+h*.4))
	}
}

// room paints the shell of a room seen straight on: wall, boards, skirting and a window to the lake.
func room(c *canvas, l *look, window float64) {
	c.grade(l.wall.light(.34), l.wall.light(.06), box(0, 0, Width, 640, 0))
	boards := l.wood.light(.34)
	c.grade(boards, boards.dark(.08), box(0, 640, Width, 260, 0))
	for i := range 13 {
		x := float64(i)*130 - 180
		c.stroke(boards.dark(.22).fade(.45), 3, poly(600+(x-600)*.84, 640, 600+(x-600)*1.5, 900))
	}
	c.fill(hex(0xfffaf0), box(0, 616, Width, 24, 0))
	c.shade(.10, box(0, 640, Width, 6, 0))
	lakeWindow(c, l, window, 110, 300, 330)
}

func lakeWindow(c *canvas, l *look, x, y, w, h float64) {
	c.fill(hex(0xfffaf0), box(x-18, y-18, w+36, h+36, 6))
	c.grade(hex(0xcfe2ee), hex(0xeaf2f2), box(x, y, w, h, 0))
	c.fill(hex(0xa9bfc9), poly(x, y+h*.56, x+w*.22, y+h*.36, x+w*.4, y+h*.52, x+w*.66, y+h*.28, x+w, y+h*.54, x+w, y+h*.7, x, y+h*.7))
	c.grade(hex(0x9cc0d1), hex(0xb5d2dd), box(x, y+h*.66, w, h*.34, 0))
	c.shine(.5, box(x+w*.2, y+h*.76, w*.3, 4, 2), box(x+w*.45, y+h*.86, w*.36, 4, 2))
	c.fill(hex(0xfffaf0), box(x+w/2-6, y, 12, h, 0), box(x, y+h*.42, w, 10, 0))
	c.fill(hex(0xf1e9da), box(x-30, y+h+14, w+60, 16, 4))
	c.grade(hex(0xffffff).fade(.22), hex(0xffffff).fade(0), poly(x-40, y+h+40, x+w*.6, y+h+40, x+w*.2, 900, x-w*.8, 900))
}

func curtains(c *canvas, col ink, x, y, w, h float64) {
	c.fill(hex(0x8b7460), box(x-60, y-44, w+120, 10, 5))
	for _, left := range []float64{x - 54, x + w - 26} {
		c.across(col.light(.16), col.dark(.06), poly(left, y-36, left+80, y-36, left+72, y+h+90, left+8, y+h+90))
		for i := range 3 {
			c.fill(col.dark(.14).fade(.5), box(left+16+float64(i)*20, y-34, 6, h+122, 3))
		}
	}
}

func roomBed(c *canvas, l *look) {
	room(c, l, 690)
	curtains(c, l.second.light(.45), 690, 110, 300, 330)
	c.glow(l.floor.dark(.8).fade(.4), 480, 734, 400, 34)
	c.at(-30, 118, .86, func() { bedFront(c, l, 180, 800, true) })
	c.at(648, 262, .62, func() { nightstand(c, l) })
	c.at(210, 130, 1, func() { framed(c, l, 0, 0, 190, 150) })
	rugFlat(c, l.second.light(.25), 800, 812, 250, 46)
}

func nightstand(c *canvas, l *look) {
	c.posts(l.wood.dark(.1), 16, 640, 748, 330, 470)
	c.body(l.wood, box(310, 560, 180, 130, 8))
	c.fill(l.wood.dark(.2), box(322, 620, 156, 5, 2), dot(400, 592, 7), dot(400, 654, 7))
	tableLamp(c, l, 400, 560, .56)
}

func rugFlat(c *canvas, col ink, x, y, rx, ry float64) {
	c.fill(col.dark(.06), oval(x, y, rx, ry))
	c.fill(col.light(.22), oval(x, y, rx*.84, ry*.8))
	c.fill(col, oval(x, y, rx*.76, ry*.7))
}

func roomLiving(c *canvas, l *look) {
	left := l.either()
	if left {
		room(c, l, 150)
	} else {
		room(c, l, 740)
		curtains(c, l.second.light(.45), 740, 110, 300, 330)
	}
	art := 690.
	if !left {
		art = 190
	}
	c.at(art, 150, 1, func() { framed(c, l, 0, 0, 210, 150) })
	framed(c, l, art+240, 190, 100, 110)
	rugFlat(c, l.second.light(.3), 600, 812, 480, 66)
	c.glow(l.floor.dark(.8).fade(.35), 600, 752, 420, 34)
	c.at(120, 165, .8, func() { sofa(c, l) })
	c.glow(l.floor.dark(.8).fade(.4), 640, 806, 220, 20)
	c.at(280, 384, .6, func() { coffeeTable(c, l, 320, 860, 690) })
	c.at(600, 204, .78, func() { tallPlant(c, l) })
	c.at(-340, 168, .82, func() { floorLamp(c, l) })
}
