package demo

func playthings() map[string]drawing {
	return map[string]drawing{
		"pram":            {onFloor, 330, pram},
		"toy-blocks":      {onTable, 360, toyBlocks},
		"toy-train":       {onTable, 420, toyTrain},
		"teddy":           {onFloor, 230, teddy},
		"board-game":      {onTable, 400, boardGame},
		"guitar":          {onFloor, 190, acousticGuitar},
		"guitar-electric": {onFloor, 190, electricGuitar},
		"piano":           {onFloor, 410, piano},
		"keyboard":        {onFloor, 380, keyboard},
		"violin":          {onTable, 400, violin},
		"clarinet":        {onTable, 120, clarinet},
		"cajon":           {onFloor, 200, cajon},
		"books":           {onTable, 350, books},
		"records":         {onTable, 340, records},
		"stamps":          {onTable, 380, stamps},
		"ticket":          {onWall, 0, tickets},
	}
}

func pram(c *canvas, l *look) {
	c.stroke(l.metal.dark(.2), 14, poly(400, 640, 690, 440), poly(770, 640, 470, 440), path("M 770 470 C 860 420 920 340 930 300"))
	c.stroke(l.black, 24, poly(924, 318, 940, 280))
	c.body(l.main, path("M 290 380 L 800 380 C 810 480 740 550 640 552 L 470 552 C 360 550 290 480 290 380 Z"))
	c.shade(.12, path("M 294 410 L 800 410 L 798 424 L 296 424 Z"))
	c.body(l.main.light(.10), path("M 290 380 C 280 240 390 160 540 160 L 540 380 Z"))
	for _, x := range []float64{60, 130, 196} {
		c.stroke(l.main.dark(.16).fade(.7), 6, path("M 0 0 C -50 -70 -80 -120 -60 -190").moved(540-x*.4, 380))
	}
	c.body(hex(0xf7f2e6), path("M 560 380 C 600 340 700 336 770 380 Z"))
	c.fill(l.second, path("M 610 380 C 640 356 710 350 770 380 Z"))
	c.stroke(l.black.light(.2), 12, poly(400, 640, 770, 640))
	c.body(l.second.dark(.1), box(470, 590, 240, 44, 16))
	for _, x := range []float64{390, 780} {
		c.fill(l.black, ring(x, 640, 66, 18))
		c.fill(l.metal.light(.3), ring(x, 640, 52, 7), dot(x, 640, 15))
		for i := range 4 {
			dx, dy := 50*cosDegrees(float64(i)*45), 50*sinDegrees(float64(i)*45)
			c.stroke(l.metal, 4, poly(x-dx, 640-dy, x+dx, 640+dy))
		}
	}
}

func toyBlocks(c *canvas, l *look) {
	tones := []ink{l.main, l.second, hex(0xe3b341), hex(0x5a8a68), hex(0xc9704f), hex(0x5f86a8)}
	block := func(x, y, w, h float64, tone int) {
		col := tones[tone%len(tones)]
		c.body(col, box(x, y, w, h, 8))
		c.shine(.16, box(x+10, y+8, w-20, 8, 4))
		for sx := x + 16; sx < x+w-40; sx += 60 {
			c.body(col.light(.08), box(sx, y-18, 40, 20, 6))
		}
	}
	first := l.r.IntN(6)
	block(280, 590, 260, 100, first)
	block(546, 590, 200, 100, first+1)
	block(752, 590, 140, 100, first+2)
	block(340, 472, 200, 100, first+3)
	block(546, 472, 260, 100, first+4)
	block(400, 354, 140, 100, first+5)
	block(546, 354, 140, 100, first)
	block(460, 236, 200, 100, first+2)
	c.turned(960, 640, 18, func() { block(900, 596, 130, 84, first+3) })
	c.body(hex(0xe3b341), poly(190, 690, 240, 600, 290, 690))
}

func toyTrain(c *canvas, l *look) {
	c.body(l.wood.light(.2), box(130, 672, 940, 18, 4))
	for x := 150.; x < 1050; x += 58 {
		c.fill(l.wood.dark(.2), box(x, 686, 26, 14, 3))
	}
	wagon := func(x float64, col ink) {
		c.body(col, box(x, 500, 220, 124, 12))
		c.fill(col.dark(.2), box(x-10, 610, 240, 24, 8))
		c.shine(.16, box(x+14, 510, 192, 9, 4))
		for _, w := range []float64{x + 54, x + 166} {
			c.fill(l.wood.dark(.35), dot(w, 640, 36))
			c.fill(l.wood.light(.2), dot(w, 640, 22))
			c.fill(l.wood.dark(.35), dot(w, 640, 7))
		}
	}
	c.fill(l.black.light(.2), box(350, 610, 60, 12, 4), box(640, 610, 60, 12, 4))
	wagon(150, l.second)
	for i, col := range []ink{hex(0xe3b341), hex(0xc9704f), hex(0x5a8a68)} {
		c.body(col, box(170+float64(i)*62, 446-float64(i%2)*20, 54, 60+float64(i%2)*20, 8))
	}
	wagon(400, hex(0xe3b341))
	c.body(l.wood, box(414, 440, 192, 30, 15), box(440, 414, 140, 30, 15))
	c.body(l.main, box(690, 380, 130, 244, 12))
	c.body(l.main.light(.05), box(790, 480, 240, 144, 30))
	c.pane(l.glass, 712, 416, 84, 78, 8)
	c.body(l.main.dark(.25), box(670, 356, 170, 32, 12))
	c.body(l.second.dark(.1), path("M 930 486 L 916 396 L 986 396 L 972 486 Z"))
	c.fill(l.warm, dot(1018, 530, 20))
	c.fill(l.black.light(.15), box(680, 612, 350, 22, 8), poly(1030, 590, 1074, 660, 1030, 660))
	for _, w := range []float64{750, 870, 970} {
		c.fill(l.black.light(.1), dot(w, 636, 40))
		c.fill(hex(0xc24e3b), dot(w, 636, 25))
		c.fill(l.warm, dot(w, 636, 8))
	}
	for i := range 3 {
		c.shine(.6, dot(950-float64(i)*56, 350-float64(i)*54, 26+float64(i)*10))
	}
}

func teddy(c *canvas, l *look) {
	fur := hex(0xb98555)
	if l.either() {
		fur = hex(0xd2ae80)
	}
	c.body(fur.dark(.06), dot(500, 210, 54), dot(700, 210, 54))
	c.fill(fur.light(.3), dot(500, 210, 30), dot(700, 210, 30))
	c.body(fur.dark(.06), oval(420, 480, 54, 110), oval(780, 480, 54, 110))
	c.body(fur, oval(600, 540, 168, 176))
	c.fill(fur.light(.26), oval(600, 560, 104, 118))
	c.body(fur.dark(.04), oval(470, 660, 104, 62), oval(730, 660, 104, 62))
	c.fill(fur.light(.32), dot(452, 664, 40), dot(748, 664, 40))
	c.body(fur.light(.04), oval(600, 300, 150, 134))
	c.fill(fur.light(.34), oval(600, 344, 68, 54))
	c.fill(hex(0x34302e), oval(600, 320, 26, 18), dot(540, 278, 14), dot(660, 278, 14))
	c.shine(.8, dot(545, 273, 5), dot(665, 273, 5))
	c.stroke(hex(0x34302e), 6, poly(600, 338, 600, 356), arc(582, 354, 18, 14, 0, 150), arc(618, 354, 18, 14, 30, 180))
	c.body(l.main, poly(600, 436, 510, 400, 510, 476), poly(600, 436, 690, 400, 690, 476))
	c.fill(l.main.dark(.2), dot(600, 437, 22))
}

func boardGame(c *canvas, l *look) {
	c.grade(hex(0xefe3c6), hex(0xdfcfa8), poly(300, 440, 900, 440, 1040, 690, 160, 690))
	for row := range 6 {
		for i := range 6 {
			if (row+i)%2 > 0 {
				continue
			}
			corner := func(u, v float64) (float64, float64) {
				y := 456 + 216*v*(.72+.28*v)
				half := 284 + 126*(y-456)/216
				return 600 + (u*2-1)*half, y
			}
			u, v := float64(i)/6, float64(row)/6
			x0, y0 := corner(u, v)
			x1, _ := corner(u+1./6, v)
			x2, y2 := corner(u+1./6, v+1./6)
			x3, _ := corner(u, v+1./6)
			c.fill(l.main.light(.1), poly(x0, y0, x1, y0, x2, y2, x3, y2))
		}
	}
	c.fill(l.wood.dark(.1), poly(160, 690, 1040, 690, 1040, 712, 160, 712))
	pawn := func(x, y, scale float64, col ink) {
		c.shade(.16, oval(x+8, y, 40*scale, 12*scale))
		c.at(x, y, scale, func() {
			c.across(col.light(.14), col.dark(.14), path("M -38 0 C -38 -26 -16 -40 -14 -90 L 14 -90 C 16 -40 38 -26 38 0 Z"))
			c.across(col.light(.18), col.dark(.12), dot(0, -108, 30))
			c.shine(.4, dot(-9, -117, 7))
		})
	}
	pawn(480, 540, 1.1, hex(0xc24e3b))
	pawn(700, 520, 1.1, hex(0x3d6a96))
	pawn(400, 640, 1.4, hex(0xe3b341))
	pawn(640, 650, 1.4, hex(0x5a8a68))
	dice(c, 840, 610, -10, 5)
	dice(c, 900, 520, 16, 3)
}

func dice(c *canvas, x, y, angle float64, pips int) {
	c.turned(x, y, angle, func() {
		c.body(hex(0xfbf8f0), box(x-36, y-36, 72, 72, 14))
		spots := []point{{0, 0}, {-18, -18}, {18, 18}, {18, -18}, {-18, 18}}
		for _, p := range spots[:pips] {
			c.fill(hex(0x34373f), dot(x+p.x, y+p.y, 7))
		}
	})
}

func guitarNeck(c *canvas, l *look, top float64) {
	c.across(hex(0x6b4630), hex(0x54362a), box(579, top, 42, 340, 4))
	for i := range 9 {
		c.fill(l.metal.light(.2), box(579, top+16+float64(i)*34, 42, 3, 0))
	}
	c.body(hex(0x6b4630), path("M 576 0 L 564 -96 Q 600 -112 636 -96 L 624 0 Z").moved(0, top))
	for i := range 3 {
		c.fill(l.metal.light(.3), box(548, top-26-float64(i)*28, 18, 12, 5), box(634, top-26-float64(i)*28, 18, 12, 5))
	}
}

func guitarStrings(c *canvas, from, to float64) {
	for i := range 6 {
		c.fill(hex(0xf4efe2).fade(.9), box(583+float64(i)*6.4, from, 2, to-from, 0))
	}
}

func acousticGuitar(c *canvas, l *look) {
	c.turned(600, 700, 8, func() {
		top := hex(0xdba562).to(hex(0xb9743d), l.chance(0, .9))
		outline := path("M 600 300 C 500 296 468 340 476 400 C 482 440 496 450 480 480 C 420 530 420 712 600 712 C 780 712 780 530 720 480 C 704 450 718 440 724 400 C 732 340 700 296 600 300 Z")
		c.grade(hex(0x6b4630), hex(0x4b3026), outline)
		c.at(600, 508, .95, func() { c.grade(top.light(.12), top.dark(.08), outline.moved(-600, -508)) })
		c.fill(hex(0x3a2a24), dot(600, 452, 52))
		c.stroke(hex(0xf4efe2).fade(.8), 5, ring(600, 452, 60, 1))
		guitarNeck(c, l, 116)
		c.body(hex(0x54362a), box(540, 600, 120, 22, 8))
		guitarStrings(c, 120, 608)
		c.shine(.14, path("M 470 560 C 450 610 470 660 510 684 C 490 640 480 600 490 550 Z"))
	})
}

func electricGuitar(c *canvas, l *look) {
	c.turned(600, 700, 8, func() {
		c.grade(l.main.light(.14), l.main.dark(.12), path("M 560 420 C 540 360 490 330 470 350 C 450 390 490 430 486 480 C 430 540 430 706 590 712 C 740 716 780 620 730 530 C 716 490 730 440 736 390 C 720 360 660 380 640 430 Z"))
		c.body(hex(0xf7f2e6), path("M 566 440 C 540 480 520 520 530 600 C 560 660 640 640 680 660 C 700 620 680 560 650 530 C 640 500 640 470 636 440 Z"))
		guitarNeck(c, l, 116)
		for i := range 3 {
			c.body(l.black, box(556, 476+float64(i)*44, 88, 22, 8))
		}
		c.body(l.metal.light(.2), box(552, 620, 96, 30, 6))
		guitarStrings(c, 120, 630)
		c.fill(l.metal.light(.3), dot(690, 600, 13), dot(704, 640, 13))
		c.shine(.22, path("M 466 580 C 456 630 480 670 520 690 C 494 650 488 610 490 564 Z"))
	})
}

func pianoKeys(c *canvas, x, y, w, h float64, white int) {
	c.fill(hex(0xfbf8f0), box(x, y, w, h, 2))
	step := w / float64(white)
	for i := range white {
		at := x + float64(i)*step
		c.shade(.22, box(at, y, 2, h, 0))
		if k := i % 7; k != 2 && k != 6 && i < white-1 {
			c.fill(hex(0x2f3138), box(at+step*.68, y, step*.62, h*.6, 2))
		}
	}
}

func piano(c *canvas, l *look) {
	col := l.black
	if l.either() {
		col = l.wood.dark(.3)
	}
	c.body(col, box(210, 190, 780, 500, 10))
	c.body(col.light(.10), box(194, 170, 812, 32, 8))
	c.fill(col.dark(.25), box(236, 226, 728, 150, 6))
	c.body(col.light(.04), box(250, 238, 700, 126, 6))
	c.body(hex(0xfbf6ec), box(500, 232, 96, 130, 3), box(600, 232, 96, 130, 3))
	c.scribble(l.black.fade(.45), 512, 254, 72, 22, 5)
	c.scribble(l.black.fade(.45), 612, 254, 72, 22, 5)
	c.body(col.light(.08), box(180, 398, 840, 76, 8))
	pianoKeys(c, 216, 412, 768, 46, 28)
	c.body(col.dark(.1), box(186, 470, 828, 26, 6))
	c.posts(col.light(.04), 34, 490, 704, 212, 988)
	c.fill(col.dark(.2), box(250, 520, 700, 140, 6))
	c.body(hex(0xc9a15e), box(560, 674, 22, 28, 6), box(612, 674, 22, 28, 6))
	c.body(col, box(200, 690, 800, 25, 4))
	c.posts(col.dark(.2), 22, 640, 745, 470, 730)
	c.body(l.main, box(440, 606, 320, 44, 18))
	c.at(840, 170, .36, func() { vaseOf(c, l, l.second, true) })
}

func keyboard(c *canvas, l *look) {
	c.stroke(l.black.light(.1), 22, poly(320, 440, 860, 706), poly(880, 440, 340, 706))
	c.body(l.black, box(250, 696, 190, 19, 8), box(760, 696, 190, 19, 8))
	c.body(l.black.light(.06), box(140, 320, 920, 120, 12))
	c.fill(l.black.light(.2), box(440, 334, 130, 34, 6))
	c.fill(l.main.light(.3), box(446, 338, 118, 26, 4))
	for i := range 8 {
		c.fill([]ink{l.main, l.second}[i%2], box(600+float64(i)*42, 340, 28, 14, 5))
	}
	c.fill(l.metal, dot(200, 350, 17), dot(250, 350, 17))
	pianoKeys(c, 164, 378, 872, 56, 30)
	c.body(hex(0xfbf6ec), path("M 480 320 L 500 190 L 600 206 L 700 190 L 720 320 Z"))
	c.shade(.12, box(598, 204, 4, 116, 0))
	c.scribble(l.black.fade(.4), 516, 230, 70, 22, 4)
	c.scribble(l.black.fade(.4), 618, 230, 70, 22, 4)
}

func violin(c *canvas, l *look) {
	c.turned(600, 500, 62, func() {
		col := hex(0xa85f30).to(hex(0x8a4526), l.chance(0, 1))
		c.at(600, 500, 1.12, func() {
			c.grade(col.light(.16), col.dark(.10), path("M 0 -92 C -76 -92 -104 -46 -92 4 C -84 40 -52 44 -58 82 C -60 112 -118 116 -124 190 C -128 264 -70 292 0 292 C 70 292 128 264 124 190 C 118 116 60 112 58 82 C 52 44 84 40 92 4 C 104 -46 76 -92 0 -92 Z"))
			c.fill(hex(0x2f2624), box(-17, -330, 34, 460, 8), path("M -26 292 L -34 190 L 34 190 L 26 292 Z"))
			c.body(col.dark(.1), dot(0, -362, 27), box(-20, -360, 40, 50, 8))
			for i := range 2 {
				c.fill(hex(0x2f2624), box(-44, -340+float64(i)*26, 22, 10, 4), box(22, -328+float64(i)*26, 22, 10, 4))
			}
			c.stroke(hex(0x3b2420), 9, path("M -58 60 C -40 80 -64 120 -44 140"), path("M 58 60 C 40 80 64 120 44 140"))
			c.body(hex(0xdba562), box(-42, 150, 84, 15, 4))
			for i := range 4 {
				c.fill(hex(0xf4efe2), box(-12+float64(i)*7.5, -320, 2, 520, 0))
			}
			c.shine(.14, path("M -96 150 C -110 200 -100 250 -70 266 C -84 230 -88 190 -78 146 Z"))
		})
	})
	c.stroke(hex(0x5e3826), 12, poly(180, 690, 1010, 560))
	c.stroke(hex(0xf4efe2), 5, poly(196, 700, 1000, 574))
}

func clarinet(c *canvas, l *look) {
	c.glow(l.floor.dark(.75).fade(.3), 600, 720, 440, 26)
	c.turned(600, 560, -15, func() {
		c.apply(matrix{a: 1, d: 1, f: 60})
		c.grade(l.black.light(.34), l.black.dark(.2), box(160, 536, 800, 48, 10), path("M 930 536 C 980 530 1010 516 1050 500 L 1050 620 C 1010 604 980 590 930 584 Z"))
		c.grade(l.black.light(.3), l.black.dark(.2), path("M 166 536 L 90 552 Q 80 566 92 576 L 166 584 Z"))
		for _, x := range []float64{166, 290, 560, 926} {
			c.grade(l.metal.light(.5), l.metal.dark(.2), box(x, 530, 22, 60, 4))
		}
		for i := range 9 {
			x := 336 + float64(i)*64
			c.grade(l.metal.light(.5), l.metal.dark(.1), dot(x, 548, 17))
			c.fill(l.black, dot(x, 548, 8))
		}
		c.stroke(l.metal.light(.2), 8, poly(330, 526, 540, 526), poly(600, 526, 820, 526), poly(420, 592, 520, 592), poly(640, 592, 800, 592))
		c.grade(l.metal.light(.5), l.metal, oval(520, 598, 22, 11), oval(800, 598, 22, 11))
	})
}

func cajon(c *canvas, l *look) {
	c.fill(l.black, box(420, 694, 60, 21, 6), box(720, 694, 60, 21, 6))
	c.body(l.wood.dark(.25), poly(770, 226, 826, 190, 826, 670, 770, 700))
	c.body(l.wood.dark(.05), poly(396, 226, 452, 190, 826, 190, 770, 226))
	c.grade(l.wood.light(.22), l.wood.light(.02), box(396, 226, 374, 474, 4))
	for i := range 6 {
		c.stroke(l.wood.dark(.14).fade(.5), 4, path("M 0 0 C 20 120 -20 260 0 440").moved(440+float64(i)*58, 244))
	}
	c.fill(l.black.light(.1), dot(583, 500, 70))
	c.stroke(l.main, 12, ring(583, 500, 84, 2))
	for _, p := range []point{{420, 250}, {746, 250}, {420, 676}, {746, 676}, {420, 460}, {746, 460}} {
		c.fill(l.metal.dark(.3), dot(p.x, p.y, 7))
	}
}

func books(c *canvas, l *look) {
	tones := []ink{l.main, hex(0xf1e7d3), l.second, hex(0x4f6b7d), hex(0xc9a15e), hex(0x8d5b4c), hex(0x7f9a86)}
	y := 690.
	for range 3 {
		h, w := l.chance(46, 70), l.chance(330, 420)
		x, col := 250+l.chance(0, 36), tones[l.r.IntN(len(tones))]
		c.body(col, box(x, y-h, w, h, 8))
		c.fill(col.light(.45).fade(.7), box(x+36, y-h, 12, h, 0), box(x+w-54, y-h, 12, h, 0))
		c.fill(col.light(.6).fade(.8), box(x+90, y-h/2-6, w-200, 11, 5))
		y -= h
	}
	c.turned(440, y, -6, func() {
		c.body(l.second, box(320, y-34, 250, 30, 6))
		c.fill(hex(0xfbf6ec), box(330, y-28, 236, 17, 2))
	})
	x := 690.
	for i := range 5 {
		w, h := l.chance(40, 66), l.chance(250, 350)
		col := tones[(i*2+l.r.IntN(2))%len(tones)]
		paint := func() {
			c.across(col.light(.10), col.dark(.10), box(x, 690-h, w, h, 6))
			c.fill(col.light(.5).fade(.7), box(x+8, 690-h+30, w-16, 9, 2), box(x+8, 690-h+50, w-16, 5, 2), box(x+8, 640, w-16, 9, 2))
		}
		if i == 4 {
			c.turned(x+w, 690, -11, func() { c.at(42, 4, 1, paint) })
			continue
		}
		paint()
		x += w + 2
	}
}

func records(c *canvas, l *look) {
	tones := []ink{hex(0xf1e7d3), l.second, hex(0x4f6b7d), hex(0xc9a15e), l.main}
	for i, col := range tones {
		x := 560 + float64(i)*34
		c.shade(.12, box(x-10, 290, 300, 400, 4))
		c.body(col, box(x-80+float64(i)*6, 280, 330, 410, 4))
	}
	c.body(l.main, box(640, 280, 400, 410, 4))
	c.fill(hex(0xf6e7c4), dot(840, 470, 128))
	c.fill(l.second, path("M 712 470 C 760 420 800 520 840 470 C 880 420 920 520 968 470 C 968 560 920 598 840 598 C 760 598 712 550 712 470 Z"))
	c.fill(hex(0xfbf6ec), box(670, 306, 150, 14, 4), box(670, 330, 90, 9, 4))
	c.grade(l.black.light(.12), l.black.dark(.25), dot(370, 480, 210))
	for i := range 6 {
		c.stroke(l.black.light(.26).fade(.6), 3, ring(370, 480, 96+float64(i)*19, 1))
	}
	c.shine(.13, poly(370, 480, 170, 420, 220, 336), poly(370, 480, 570, 540, 520, 624))
	c.fill(l.second, dot(370, 480, 74))
	c.fill(l.second.light(.4), ring(370, 480, 52, 6))
	c.fill(hex(0xfbf6ec), dot(370, 480, 10))
}

func stamps(c *canvas, l *look) {
	c.body(l.main.dark(.2), path("M 150 300 L 600 330 L 1050 300 L 1080 690 L 600 712 L 120 690 Z"))
	c.grade(hex(0xf7f0e0), hex(0xe9dfc9), path("M 176 290 Q 400 280 600 326 L 600 694 Q 380 660 148 676 Z"))
	c.grade(hex(0xfbf5e8), hex(0xeee5d2), path("M 1024 290 Q 800 280 600 326 L 600 694 Q 820 660 1052 676 Z"))
	c.shade(.10, poly(590, 326, 600, 326, 600, 694, 584, 690))
	tones := []ink{l.main, l.second, hex(0x5a8a68), hex(0xc9704f), hex(0x5f86a8), hex(0xc9a15e)}
	for row := range 3 {
		for i := range 6 {
			x, y := 208+float64(i)*134, 336+float64(row)*108
			if i > 2 {
				x += 20
			}
			stamp(c, x, y, tones[(row*5+i*2)%6], (row+i)%3)
		}
	}
}

func stamp(c *canvas, x, y float64, col ink, kind int) {
	white := hex(0xfffdf6)
	c.shade(.14, box(x+3, y+4, 92, 82, 2))
	c.fill(white, box(x, y, 92, 82, 2))
	c.fill(col, box(x+9, y+9, 74, 64, 1))
	switch kind {
	case 0:
		c.fill(col.light(.6), poly(x+12, y+70, x+38, y+32, x+56, y+54, x+66, y+42, x+82, y+70))
	case 1:
		c.fill(col.light(.6), dot(x+46, y+42, 20))
		c.fill(col, dot(x+46, y+42, 10))
	default:
		c.fill(col.light(.6), path("M 20 50 L 72 50 L 62 62 L 30 62 Z").moved(x, y), poly(x+44, y+46, x+44, y+18, x+66, y+46))
	}
}

func tickets(c *canvas, l *look) {
	one := func(col ink) {
		c.shade(.16, box(-296, -112, 600, 240, 16))
		c.grade(col.light(.14), col.dark(.04), path("M -300 -120 L 300 -120 L 300 -34 C 262 -34 262 34 300 34 L 300 120 L -300 120 L -300 34 C -262 34 -262 -34 -300 -34 Z"))
		for i := range 9 {
			c.fill(l.wall.fade(.9), box(140, -104+float64(i)*24, 7, 13, 3))
		}
		c.fill(hex(0xfffaf0).fade(.95), box(-230, -74, 230, 34, 8), box(-230, -22, 300, 14, 6), box(-230, 6, 250, 14, 6), box(-230, 52, 110, 30, 8))
		for i := range 16 {
			c.fill(hex(0xfffaf0), box(178+float64(i*i*3%7), -80+float64(i)*10, 76-float64(i*i*3%7), 3+float64(i*5%3)*2, 0))
		}
	}
	c.at(610, 440, 1.12, func() {
		c.turned(0, 0, -16, func() { c.at(0, -60, 1, func() { one(l.second) }) })
		c.turned(0, 0, 5, func() { c.at(0, 50, 1, func() { one(l.main) }) })
	})
}
