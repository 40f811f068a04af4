package demo

func furniture() map[string]drawing {
	return map[string]drawing{
		"sofa":         {onFloor, 430, sofa},
		"sofa-corner":  {onFloor, 450, cornerSofa},
		"armchair":     {onFloor, 260, armchair},
		"table":        {onFloor, 400, diningTable},
		"table-low":    {onFloor, 400, lowTable},
		"desk":         {onFloor, 400, desk},
		"chair":        {onFloor, 300, chairs},
		"chair-office": {onFloor, 200, officeChair},
		"stool":        {onFloor, 170, stool},
		"bed":          {onFloor, 430, func(c *canvas, l *look) { bedFront(c, l, 190, 820, l.either()) }},
		"bed-bunk":     {onFloor, 420, bunkBed},
		"wardrobe":     {onFloor, 300, wardrobe},
		"bookshelf":    {onFloor, 270, bookshelf},
		"chest":        {onFloor, 340, chest},
	}
}

func sofa(c *canvas, l *look) {
	seats := 2
	if l.either() {
		seats = 3
	}
	c.posts(l.wood.dark(.12), 20, 640, 715, 250, 950)
	c.body(l.main.dark(.06), box(220, 330, 760, 300, 46))
	w := 640 / float64(seats)
	for i := range seats {
		c.body(l.main.light(.03), box(284+float64(i)*w, 360, w-8, 190, 34))
		c.shine(.08, box(304+float64(i)*w, 374, w-48, 16, 8))
	}
	for i := range seats {
		c.body(l.main.light(.10), box(276+float64(i)*w, 508, w+2, 92, 30))
		c.shade(.10, box(290+float64(i)*w, 594, w-28, 8, 4))
	}
	c.body(l.main, box(220, 590, 760, 66, 22))
	for _, x := range []float64{176, 922} {
		c.body(l.main.light(.05), box(x, 444, 102, 216, 44))
		c.shine(.10, box(x+22, 456, 58, 14, 7))
	}
	cushion(c, l.second, 340, 470, 118, -12)
	if seats == 3 {
		cushion(c, l.second.to(hex(0xf3e8c9), .55), 846, 474, 108, 10)
	}
}

func cushion(c *canvas, col ink, x, y, size, angle float64) {
	c.turned(x, y, angle, func() {
		h := size / 2
		c.at(x, y, h/60, func() {
			c.body(col, path("M -58 -54 Q 0 -46 58 -54 Q 50 0 58 54 Q 0 46 -58 54 Q -50 0 -58 -54 Z"))
			c.stroke(col.light(.35).fade(.6), 4, poly(-34, -28, 34, -28), poly(-34, 28, 34, 28))
		})
	})
}

func cornerSofa(c *canvas, l *look) {
	c.posts(l.wood.dark(.12), 20, 650, 715, 190, 660, 1010)
	c.body(l.main.dark(.08), box(150, 330, 880, 300, 44))
	for i := range 3 {
		c.body(l.main.light(.02), box(250+float64(i)*252, 366, 244, 180, 32))
	}
	c.body(l.main.light(.10), box(236, 506, 420, 94, 28))
	c.body(l.main, box(150, 590, 880, 70, 22))
	c.body(l.main.light(.13), box(640, 508, 394, 118, 30))
	c.body(l.main.light(.02), box(640, 600, 394, 72, 22))
	c.shade(.10, box(655, 596, 364, 8, 4))
	c.body(l.main.light(.05), box(130, 440, 110, 226, 44))
	c.shine(.10, box(154, 452, 62, 14, 7))
	cushion(c, l.second, 330, 466, 116, -10)
	cushion(c, l.second.to(hex(0xf3e8c9), .6), 930, 466, 124, 8)
	c.across(l.second.light(.3), l.second.light(.1), path("M 760 506 Q 830 498 880 508 L 892 668 L 752 668 Z"))
}

func armchair(c *canvas, l *look) {
	c.stroke(l.wood.dark(.1), 20, poly(430, 640, 408, 708), poly(770, 640, 792, 708))
	c.body(l.main.dark(.07), path("M 400 620 L 392 330 C 392 240 460 216 600 216 C 740 216 808 240 808 330 L 800 620 Z"))
	c.body(l.main, path("M 450 540 L 444 350 C 444 286 500 268 600 268 C 700 268 756 286 756 350 L 750 540 Z"))
	for i := range 3 {
		for j := range 2 {
			c.fill(l.main.dark(.26), dot(520+float64(i)*80, 350+float64(j)*76, 7))
		}
	}
	c.body(l.main.light(.10), box(426, 494, 348, 90, 34))
	c.body(l.main.dark(.02), box(400, 566, 400, 84, 22))
	for _, x := range []float64{340, 764} {
		c.body(l.main.light(.06), box(x, 424, 96, 230, 46))
		c.shine(.10, box(x+22, 438, 50, 14, 7))
	}
	if l.either() {
		cushion(c, l.second, 600, 446, 130, 6)
	}
}

func diningTable(c *canvas, l *look) {
	c.posts(l.wood.dark(.2), 24, 400, 690, 330, 870)
	c.stroke(l.wood.dark(.06), 34, poly(250, 400, 226, 700), poly(950, 400, 974, 700))
	c.body(l.wood.dark(.10), box(226, 392, 748, 50, 8))
	c.grade(l.wood.light(.20), l.wood, poly(190, 352, 1010, 352, 1050, 396, 150, 396))
	c.fill(l.wood.dark(.12), box(150, 394, 900, 16, 6))
	for i := range 3 {
		c.fill(l.wood.dark(.14).fade(.4), box(240+float64(i)*130, 366+float64(i)*7, 360, 3, 1))
	}
	c.at(600, 368, .5, func() { vaseOf(c, l, l.second, true) })
	if l.either() {
		c.body(hex(0xf7f2e8), path("M 330 346 L 450 346 Q 440 384 390 384 Q 340 384 330 346 Z"))
		for i, col := range []ink{hex(0xd9ab42), hex(0xc24e3b), hex(0xb7a14a)} {
			c.fill(col, dot(364+float64(i)*27, 336, 20))
		}
		c.body(hex(0xf7f2e8).dark(.04), path("M 326 348 L 454 348 Q 440 388 390 388 Q 340 388 326 348 Z"))
	}
}

func lowTable(c *canvas, l *look) {
	if l.either() {
		c.at(-168, -200, 1.28, func() { coffeeTable(c, l, 270, 930, 690) })
		return
	}
	c.stroke(l.wood.dark(.14), 24, poly(430, 470, 380, 702), poly(770, 470, 820, 702), poly(600, 480, 600, 706))
	c.fill(l.wood.dark(.12), oval(600, 476, 320, 62))
	c.grade(l.wood.light(.22), l.wood.light(.04), oval(600, 456, 320, 62))
	booksFlat(c, l, 470, 452)
	c.at(700, 452, .4, func() { vaseOf(c, l, l.main, true) })
}

func coffeeTable(c *canvas, l *look, left, right, bottom float64) {
	c.stroke(l.wood.dark(.16), 24, poly(left+60, 520, left+30, bottom+10), poly(right-60, 520, right-30, bottom+10))
	c.body(l.wood.dark(.08), box(left+50, 616, right-left-100, 18, 6))
	booksFlat(c, l, left+170, 614)
	c.grade(l.wood.light(.20), l.wood.light(.02), poly(left+30, 470, right-30, 470, right, 512, left, 512))
	c.body(l.wood.dark(.12), box(left, 510, right-left, 22, 8))
	c.body(hex(0xf7f2e8), box(left+360, 442, 64, 50, 12))
	c.stroke(hex(0xf0e9db), 9, arc(left+428, 464, 16, 14, -80, 90))
}

func booksFlat(c *canvas, l *look, x, y float64) {
	for i, col := range []ink{l.main, hex(0xf1e7d3), l.second} {
		w := 150 - float64(i)*18
		c.body(col, box(x+float64(i*i)*5, y-22*float64(i+1), w, 21, 3))
		c.shine(.3, box(x+float64(i*i)*5+12, y-22*float64(i+1)+8, 26, 4, 1))
	}
}

func desk(c *canvas, l *look) {
	frame := l.black
	if l.either() {
		frame = l.wood.dark(.15)
	}
	c.stroke(frame, 22, poly(236, 430, 212, 702), poly(290, 430, 300, 702))
	c.body(l.wood.light(.06), box(690, 410, 280, 290, 8))
	for i := range 3 {
		c.fill(l.wood.dark(.12), box(706, 440+float64(i)*86, 248, 74, 6))
		c.body(l.wood.light(.14), box(708, 440+float64(i)*86, 244, 70, 6))
		c.fill(l.black.light(.2), box(800, 452+float64(i)*86, 60, 10, 5))
	}
	c.body(l.wood, box(160, 388, 880, 32, 8))
	c.shine(.16, box(170, 390, 860, 6, 3))
	c.at(420, 388, .34, func() { laptopAt(c, l) })
	tableLamp(c, l, 880, 388, .62)
	booksFlat(c, l, 600, 388)
	c.body(l.second, box(230, 330, 46, 58, 8))
	for i, col := range []ink{l.main, l.warm.dark(.2), l.black} {
		c.stroke(col, 6, poly(242+float64(i)*11, 330, 234+float64(i)*17, 290))
	}
}

func chairs(c *canvas, l *look) {
	style := l.r.IntN(2)
	c.at(-330, -143, 1.2, func() { chair(c, l, style, l.wood) })
	c.at(1530, -143, 1.2, func() { c.within(matrix{a: -1, d: 1}, func() { chair(c, l, style, l.wood) }) })
}

// chair is seen from the side, looking right.
func chair(c *canvas, l *look, style int, wood ink) {
	c.stroke(wood.dark(.22), 18, poly(520, 500, 506, 704), poly(680, 500, 690, 704))
	c.stroke(wood.dark(.04), 20, poly(484, 250, 498, 500, 470, 704), poly(708, 500, 722, 704))
	c.stroke(wood.dark(.12), 12, poly(488, 610, 712, 610))
	c.body(wood, box(474, 480, 252, 30, 12))
	c.body(l.main, box(480, 462, 244, 30, 15))
	if style == 0 {
		c.body(l.main, box(464, 226, 40, 164, 18))
		return
	}
	c.body(wood.light(.05), box(470, 230, 28, 90, 12), box(478, 350, 24, 46, 12))
}

func officeChair(c *canvas, l *look) {
	dark := l.black.light(.08)
	c.body(l.main, box(450, 170, 300, 270, 60))
	c.fill(l.main.dark(.14), box(490, 330, 220, 10, 5))
	c.shine(.12, box(490, 196, 220, 16, 8))
	c.stroke(dark, 26, poly(600, 420, 600, 500))
	c.stroke(dark, 18, poly(430, 400, 420, 488, 470, 506), poly(770, 400, 780, 488, 730, 506))
	c.body(dark, box(384, 384, 90, 26, 13), box(726, 384, 90, 26, 13))
	c.body(l.main.light(.06), box(430, 476, 340, 68, 32))
	c.across(l.metal.light(.2), l.metal.dark(.2), box(586, 540, 28, 100, 6))
	c.stroke(dark, 22, poly(600, 640, 440, 680), poly(600, 640, 760, 680), poly(600, 640, 600, 688), poly(600, 640, 520, 664), poly(600, 640, 680, 664))
	for _, x := range []float64{440, 520, 600, 680, 760} {
		c.fill(l.black.dark(.1), dot(x, 698, 17))
	}
}

func stool(c *canvas, l *look) {
	leg := l.wood.dark(.05)
	c.stroke(leg.dark(.16), 18, poly(560, 330, 546, 700), poly(640, 330, 654, 700))
	c.stroke(leg, 22, poly(490, 330, 440, 702), poly(710, 330, 760, 702))
	c.stroke(leg.dark(.1), 13, poly(462, 560, 738, 560), poly(476, 460, 724, 460))
	c.body(l.wood, path("M 452 300 L 748 300 Q 740 344 700 346 L 500 346 Q 460 344 452 300 Z"))
	c.grade(l.main.light(.12), l.main.dark(.04), box(446, 258, 308, 56, 28))
	c.shine(.14, box(480, 268, 200, 10, 5))
}

// bedFront is a bed seen from its side, the head on the left.
func bedFront(c *canvas, l *look, left, width float64, tall bool) {
	right, top := left+width, 400.
	if tall {
		top = 300
	}
	frame := l.wood
	c.posts(frame.dark(.16), 26, 600, 715, left+30, right-26)
	c.body(frame, box(left-6, top, 50, 415-(top-300), 16))
	c.body(frame.dark(.05), box(right-34, 510, 42, 150, 14))
	c.body(frame.dark(.08), box(left, 596, width, 56, 10))
	c.body(hex(0xf7f3ea), box(left+40, 500, width-76, 104, 30))
	c.body(hex(0xffffff).dark(.04), box(left+52, 440, 190, 78, 36), box(left+92, 462, 176, 66, 32))
	c.body(l.main, path("M 0 0 C 40 -26 160 -24 300 -18 L 520 -14 Q 548 -8 548 20 L 548 120 Q 300 150 -20 118 Q -40 50 0 0 Z").moved(left+width-586, 500))
	c.fill(l.main.light(.32), path("M 0 0 C 30 -20 60 -26 110 -24 C 80 20 76 80 88 128 L -20 118 Q -40 50 0 0 Z").moved(left+width-586, 500))
	c.stroke(l.main.dark(.16).fade(.5), 5, path("M 0 0 C 60 40 200 40 300 90").moved(left+width-400, 512), path("M 0 0 C 40 30 120 30 180 70").moved(left+width-260, 500))
}

func bunkBed(c *canvas, l *look) {
	wood := l.wood.light(.08)
	for _, y := range []float64{330, 580} {
		c.body(hex(0xf7f3ea), box(230, y-44, 740, 50, 20))
		c.body(hex(0xffffff).dark(.04), box(246, y-82, 150, 54, 26))
		col := l.main
		if y > 400 {
			col = l.second
		}
		c.body(col, box(420, y-66, 544, 74, 26))
		c.fill(col.light(.3), box(420, y-66, 60, 74, 24))
		c.body(wood.dark(.06), box(210, y, 780, 42, 6))
	}
	c.body(wood, box(480, 232, 500, 22, 10))
	for x := 520.; x < 960; x += 84 {
		c.fill(wood.dark(.08), box(x, 250, 16, 82, 4))
	}
	c.posts(wood, 34, 176, 715, 206, 994)
	c.stroke(wood.dark(.12), 18, poly(420, 250, 376, 706), poly(310, 250, 266, 706))
	for i := range 5 {
		y := 320 + float64(i)*80
		c.stroke(wood.light(.08), 16, poly(302-float64(i)*8, y, 414-float64(i)*8, y))
	}
}

func wardrobe(c *canvas, l *look) {
	col := l.wood
	painted := l.either()
	if painted {
		col = l.main.light(.18)
	}
	c.posts(col.dark(.25), 34, 670, 715, 346, 854)
	c.body(col.dark(.06), box(310, 120, 580, 566, 8))
	c.body(col.light(.10), box(292, 104, 616, 34, 8))
	c.fill(col.dark(.14), box(306, 660, 588, 30, 6))
	for i := range 2 {
		x := 326 + float64(i)*278
		c.body(col.light(.05), box(x, 150, 270, 500, 6))
		c.stroke(col.dark(.16).fade(.7), 5, box(x+30, 178, 210, 216, 8), box(x+30, 420, 210, 204, 8))
		c.shine(.07, poly(x+40, 394, x+160, 178, x+220, 178, x+100, 394))
	}
	c.fill(l.black.to(l.warm, .4), box(572, 380, 12, 62, 6), box(616, 380, 12, 62, 6))
	if painted {
		c.fill(l.second.fade(.8), dot(461, 286, 22), dot(739, 286, 22))
	}
}

func bookshelf(c *canvas, l *look) {
	c.body(l.wood.dark(.02), box(340, 90, 520, 625, 8))
	c.fill(l.wood.dark(.34), box(364, 112, 472, 584, 2))
	for shelf := range 4 {
		y := 112 + float64(shelf)*146
		c.grade(l.wood.dark(.42), l.wood.dark(.26), box(364, y, 472, 130, 0))
		spines(c, l, 372, y+130, 260+l.chance(0, 190), shelf)
		c.body(l.wood.light(.12), box(356, y+130, 488, 18, 3))
	}
	c.at(770, 242, .42, func() { vaseOf(c, l, l.second, true) })
	c.at(780, 534, .36, func() { succulent(c, l) })
}

func spines(c *canvas, l *look, x, bottom, width float64, shelf int) {
	tones := []ink{l.main, hex(0xf1e7d3), l.second, hex(0x4f6b7d), hex(0xc9a15e), hex(0x8d5b4c), hex(0x7f9a86)}
	for end := x + width; x < end; {
		w, h := l.chance(18, 38), l.chance(78, 112)
		col := tones[l.r.IntN(len(tones))]
		c.across(col.light(.08), col.dark(.10), box(x, bottom-h, w-2, h, 3))
		c.fill(col.light(.4).fade(.6), box(x+4, bottom-h+14, w-10, 5, 1))
		x += w
	}
}

func chest(c *canvas, l *look) {
	col := l.wood
	if l.either() {
		col = l.main.light(.12)
	}
	c.stroke(l.wood.dark(.2), 24, poly(330, 650, 314, 704), poly(870, 650, 886, 704))
	c.body(col.dark(.08), box(280, 330, 640, 340, 10))
	c.body(col.light(.14), box(262, 308, 676, 30, 8))
	for row := range 3 {
		for i := range 2 {
			x, y := 298+float64(i)*306, 354+float64(row)*104
			c.body(col.light(.06), box(x, y, 298, 92, 6))
			c.shade(.14, box(x, y+92, 298, 4, 2))
			c.fill(l.warm.dark(.35), dot(x+149, y+46, 11))
		}
	}
	tableLamp(c, l, 380, 308, .66)
	c.at(800, 308, .5, func() { vaseOf(c, l, l.second, true) })
}
