package demo

func household() map[string]drawing {
	return map[string]drawing{
		"pot":             {onTable, 300, cookingPot},
		"coffee-machine":  {onTable, 240, coffeeMachine},
		"washing-machine": {onFloor, 270, washingMachine},
		"fridge":          {onFloor, 220, fridge},
		"pet-basket":      {onFloor, 330, petBasket},
		"pet-carrier":     {onFloor, 300, petCarrier},
		"scratching-post": {onFloor, 250, scratchingPost},
		"aquarium":        {onTable, 370, aquarium},
		"hutch":           {onFloor, 380, hutch},
	}
}

func cookingPot(c *canvas, l *look) {
	col := l.main
	if l.either() {
		col = hex(0xbf7747)
	}
	c.stroke(col.dark(.22), 26, arc(330, 500, 44, 40, 90, 270), arc(870, 500, 44, 40, -90, 90))
	c.across(col.light(.16), col.dark(.16), path("M 330 440 L 870 440 L 858 630 C 852 680 820 690 780 690 L 420 690 C 380 690 348 680 342 630 Z"))
	c.shine(.2, path("M 370 470 L 400 470 L 410 640 L 390 640 Z"))
	c.across(col.light(.20), col.dark(.10), path("M 316 430 C 330 340 480 310 600 310 C 720 310 870 340 884 430 Z"))
	c.fill(col.dark(.18), box(306, 424, 588, 24, 12))
	c.body(hex(0xc9a15e), box(572, 270, 56, 30, 12), box(588, 290, 24, 26, 4))
	c.shine(.22, path("M 400 400 C 430 360 500 338 560 334 C 500 352 450 372 430 404 Z"))
}

func coffeeMachine(c *canvas, l *look) {
	c.body(l.main.dark(.04), box(380, 240, 440, 450, 26))
	c.fill(l.main.dark(.30), box(414, 400, 372, 230, 14))
	c.body(l.metal.light(.2), box(370, 220, 460, 130, 26))
	c.body(l.metal.light(.05), box(360, 640, 480, 50, 14))
	for i := range 8 {
		c.fill(l.metal.dark(.4), box(420+float64(i)*46, 650, 30, 8, 4))
	}
	c.body(l.black, box(520, 350, 160, 52, 12))
	c.across(l.metal.light(.3), l.metal.dark(.2), box(540, 396, 120, 30, 8))
	c.stroke(l.wood.dark(.25), 24, poly(660, 412, 800, 430))
	c.fill(l.black, box(566, 424, 14, 24, 4), box(620, 424, 14, 24, 4))
	c.stroke(hex(0x6b4630).fade(.8), 5, poly(573, 448, 573, 540), poly(627, 448, 627, 540))
	c.body(hex(0xfbf8f0), path("M 532 540 L 668 540 Q 664 636 620 636 L 580 636 Q 536 636 532 540 Z"))
	c.stroke(hex(0xfbf8f0), 12, arc(668, 576, 26, 24, -80, 80))
	c.fill(l.black, dot(420, 286, 22), dot(780, 286, 22))
	c.fill(hex(0xfbf8f0), ring(600, 286, 34, 8))
	c.stroke(hex(0xc24e3b), 5, poly(600, 286, 620, 268))
	c.stroke(l.metal.light(.2), 12, poly(396, 350, 384, 520, 392, 580))
	c.body(hex(0xf1ece2), box(430, 176, 70, 48, 10), box(520, 176, 70, 48, 10))
	for i := range 3 {
		c.stroke(hex(0xffffff).fade(.45), 7, path("M 0 0 C -14 -18 14 -34 0 -56").moved(572+float64(i)*28, 524))
	}
}

func washingMachine(c *canvas, l *look) {
	white := hex(0xf4f2ec)
	c.fill(l.black, box(350, 700, 60, 15, 4), box(790, 700, 60, 15, 4))
	c.body(white, box(320, 130, 560, 574, 22))
	c.fill(white.dark(.08), box(320, 234, 560, 6, 0))
	c.fill(white.dark(.12), box(348, 156, 170, 58, 10))
	c.fill(l.metal.dark(.2), dot(600, 186, 30))
	c.fill(white, dot(600, 186, 20), box(596, 158, 8, 22, 4))
	c.fill(l.black, box(680, 164, 160, 44, 10))
	c.fill(hex(0x8fd19a), box(696, 178, 56, 16, 4), dot(790, 186, 8), dot(814, 186, 8))
	c.body(l.metal.light(.3), dot(600, 460, 190))
	c.fill(l.black.light(.1), dot(600, 460, 156))
	c.grade(l.glass.dark(.15), l.glass.dark(.45), dot(600, 460, 138))
	c.fill(l.main.fade(.9), path("M 480 520 C 500 460 560 470 600 500 C 650 460 710 480 722 520 C 700 580 640 596 600 596 C 540 596 500 570 480 520 Z"))
	c.fill(l.second.fade(.9), path("M 500 540 C 540 500 600 520 620 560 C 600 600 540 590 500 540 Z"))
	c.shine(.3, path("M 506 430 C 520 370 570 346 610 346 C 560 370 530 400 524 450 Z"))
	c.fill(l.metal.dark(.1), box(766, 430, 24, 60, 10))
	c.fill(white.dark(.1), box(760, 640, 90, 40, 6))
}

func fridge(c *canvas, l *look) {
	col := hex(0xf1efe8)
	if l.either() {
		col = l.main.light(.2)
	}
	c.fill(l.black, box(420, 698, 50, 17, 4), box(730, 698, 50, 17, 4))
	c.body(col, box(390, 70, 420, 632, 40))
	c.fill(col.dark(.18), box(390, 280, 420, 8, 0))
	c.across(l.metal.light(.4), l.metal, box(424, 170, 20, 90, 10), box(424, 310, 20, 150, 10))
	c.shine(.16, box(760, 110, 18, 150, 9), box(760, 320, 18, 340, 9))
	c.fill(l.second, box(560, 340, 66, 78, 4))
	c.fill(hex(0xfbf6ec), box(650, 350, 80, 60, 4))
	c.scribble(l.black.fade(.4), 660, 366, 58, 14, 3)
	c.fill(l.warm.dark(.2), dot(593, 344, 8), dot(690, 354, 8))
	c.fill(l.metal, box(560, 110, 90, 18, 6))
}

func petBasket(c *canvas, l *look) {
	weave := hex(0xb98555)
	c.body(weave.dark(.14), path("M 270 500 C 270 420 420 400 600 400 C 780 400 930 420 930 500 Z"))
	c.body(l.main.light(.06), oval(600, 520, 320, 92))
	c.fill(l.main.light(.22), oval(600, 506, 250, 58))
	c.body(weave, path("M 262 490 C 280 560 420 590 600 590 C 780 590 920 560 938 490 C 950 560 920 715 860 715 L 340 715 C 280 715 250 560 262 490 Z"))
	for row := range 3 {
		for i := range 12 {
			x := 350 + float64(i)*43 + float64(row%2)*20
			c.stroke(weave.dark(.24).fade(.6), 6, arc(x, 624+float64(row)*34, 19, 9, 180, 360))
		}
	}
	bone := hex(0xf7f1e2)
	c.turned(620, 500, -14, func() {
		c.fill(bone, box(570, 490, 110, 22, 8), dot(572, 490, 17), dot(572, 512, 17), dot(680, 490, 17), dot(680, 512, 17))
	})
	c.fill(hex(0xc24e3b), dot(440, 520, 32))
	c.stroke(hex(0xfbf6ec), 6, arc(420, 520, 34, 34, -44, 44))
}

func petCarrier(c *canvas, l *look) {
	c.stroke(l.black.light(.1), 24, path("M 500 300 C 500 220 700 220 700 300"))
	c.body(l.main.light(.05), path("M 330 470 C 330 350 380 300 460 296 L 760 296 C 840 300 890 350 890 470 Z"))
	c.body(hex(0xe9e4d8), path("M 320 490 L 900 490 L 876 690 Q 870 715 840 715 L 380 715 Q 350 715 344 690 Z"))
	c.fill(l.main.dark(.14), box(312, 466, 596, 32, 12))
	for i := range 5 {
		c.fill(l.main.dark(.3), box(640+float64(i)*42, 350, 18, 80, 9))
	}
	c.fill(l.black, box(360, 356, 230, 310, 40))
	c.fill(l.black.light(.18), box(376, 372, 198, 278, 30))
	for i := range 5 {
		c.fill(l.metal.light(.2), box(396+float64(i)*36, 366, 9, 290, 4))
	}
	for i := range 4 {
		c.fill(l.metal.light(.1), box(370, 410+float64(i)*62, 210, 9, 4))
	}
	c.fill(hex(0xc9a15e), box(586, 470, 30, 54, 8), box(860, 456, 26, 54, 8))
	c.fill(l.second.fade(.9), dot(740, 610, 26), dot(706, 572, 13), dot(728, 556, 13), dot(754, 556, 13), dot(776, 572, 13))
}

func scratchingPost(c *canvas, l *look) {
	rope := hex(0xd8bf94)
	for _, p := range []struct{ x, top, bottom float64 }{{460, 360, 690}, {730, 190, 690}} {
		c.across(rope.light(.1), rope.dark(.14), box(p.x-34, p.top, 68, p.bottom-p.top, 4))
		for y := p.top + 8; y < p.bottom; y += 15 {
			c.stroke(rope.dark(.24).fade(.6), 4, poly(p.x-34, y+5, p.x+34, y-5))
		}
	}
	c.body(l.main, box(350, 684, 500, 31, 14))
	c.body(l.main.light(.08), box(350, 330, 220, 38, 18))
	c.body(l.main.light(.08), path("M 600 190 L 860 190 Q 870 130 830 130 L 630 130 Q 590 130 600 190 Z"))
	c.fill(l.main.light(.3), oval(730, 138, 104, 18))
	c.body(l.main, box(620, 470, 220, 150, 24))
	c.fill(l.black.light(.1), path("M 680 620 L 680 570 C 680 520 780 520 780 570 L 780 620 Z"))
	c.stroke(l.black.light(.3), 4, poly(400, 368, 400, 470))
	c.fill(l.second, dot(400, 486, 20))
}

func aquarium(c *canvas, l *look) {
	c.grade(hex(0xbfe0e4), hex(0x7fb7c4), box(240, 270, 720, 410, 6))
	c.fill(hex(0xd9eef0), box(240, 250, 720, 60, 6))
	c.body(hex(0xdcc9a0), path("M 240 620 C 360 590 460 640 600 616 C 740 594 840 630 960 606 L 960 684 L 240 684 Z"))
	for i := range 5 {
		x, h := 296+float64(i*i)*11, 130+float64(i*67%110)
		c.stroke(hex(0x4f8f6a), 15, path("M 0 0 C -3 -3 3 -6 0 -10").sized(8, h/10).moved(x, 632))
	}
	for i := range 4 {
		c.leafAt(hex(0x6aa57e), 850, 620, 190-float64(i)*26, 24, -120+float64(i)*24)
	}
	c.body(hex(0x8f8a86), path("M 560 630 C 560 560 620 540 660 560 C 720 550 760 590 760 630 Z"))
	fishes(c, l.main.to(hex(0xe0803c), .5), 460, 430, 1)
	fishes(c, l.second, 700, 370, .8)
	fishes(c, hex(0xe3b341), 640, 500, .7)
	for i := range 6 {
		c.stroke(hex(0xffffff).fade(.7), 4, ring(800+float64(i*37%40), 560-float64(i)*44, 8+float64(i%3)*4, 1))
	}
	c.shine(.25, poly(280, 640, 420, 320, 470, 320, 330, 640))
	c.body(l.black, box(226, 224, 748, 40, 8), box(226, 672, 748, 20, 4))
}

func fishes(c *canvas, col ink, x, y, scale float64) {
	c.at(x, y, scale, func() {
		c.body(col, path("M -60 0 C -30 -46 40 -46 66 0 C 40 46 -30 46 -60 0 Z"), poly(-48, 0, -104, -36, -96, 0, -104, 36))
		c.fill(hex(0xfffaf0).fade(.8), box(-6, -31, 15, 62, 7))
		c.fill(hex(0xfffaf0), dot(40, -10, 9))
		c.fill(hex(0x2a2a35), dot(42, -10, 5))
	})
}

func hutch(c *canvas, l *look) {
	c.posts(l.wood.dark(.2), 30, 380, 715, 276, 924)
	c.body(l.wood, box(250, 300, 700, 300, 6))
	c.fill(l.wood.dark(.4), box(560, 336, 350, 216, 4))
	c.fill(hex(0xd9b55f), path("M 560 552 L 560 520 C 620 500 700 536 780 516 C 840 500 880 520 910 514 L 910 552 Z"))
	c.body(hex(0xe8e0d4), oval(720, 500, 74, 46), dot(790, 470, 36))
	c.fill(hex(0xe8e0d4), oval(786, 418, 11, 38), oval(808, 422, 11, 36))
	c.fill(l.black, dot(804, 466, 5))
	c.fill(hex(0xffffff), dot(648, 496, 16))
	for i := range 11 {
		c.fill(l.metal.light(.2).fade(.6), box(574+float64(i)*32, 336, 3, 216, 0))
	}
	for i := range 6 {
		c.fill(l.metal.light(.2).fade(.6), box(560, 362+float64(i)*34, 350, 3, 0))
	}
	c.stroke(l.wood.light(.16), 16, box(560, 336, 350, 216, 4))
	c.body(l.wood.light(.10), box(286, 336, 240, 216, 4))
	c.fill(l.wood.dark(.4), path("M 350 552 L 350 470 C 350 420 460 420 460 470 L 460 552 Z"))
	c.fill(l.black.light(.3), box(534, 430, 20, 44, 6))
	c.body(l.main.dark(.1), poly(200, 306, 290, 210, 910, 210, 1000, 306))
	c.fill(l.main.dark(.3), box(200, 300, 800, 16, 4))
	for i := range 7 {
		c.fill(l.main.dark(.22).fade(.5), poly(300+float64(i)*88, 210, 306+float64(i)*88, 210, 262+float64(i)*114, 302, 254+float64(i)*114, 302))
	}
}
