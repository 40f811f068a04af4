package demo

func trades() map[string]drawing {
	return map[string]drawing{
		"drill":         {onTable, 300, drill},
		"toolbox":       {onFloor, 360, toolbox},
		"ladder":        {onFloor, 260, ladder},
		"mower":         {outside, 360, mower},
		"hedge-trimmer": {onTable, 430, hedgeTrimmer},
		"paint-roller":  {onFloor, 380, paintRoller},
		"bucket":        {onFloor, 240, bucket},
		"briefcase":     {onFloor, 340, briefcase},
		"job-tray":      {onTable, 380, tray},
		"moving-boxes":  {onFloor, 420, movingBoxes},
		"roof-box":      {onFloor, 430, roofBox},
	}
}

func drill(c *canvas, l *look) {
	c.across(l.metal.light(.3), l.metal.dark(.2), box(880, 384, 180, 14, 6))
	c.fill(l.metal.dark(.4), poly(1050, 384, 1074, 391, 1050, 398))
	c.body(l.black.light(.1), path("M 760 330 L 860 350 L 884 372 L 884 410 L 860 432 L 760 452 Z"))
	c.body(l.main, path("M 360 330 Q 360 290 400 290 L 730 290 Q 770 294 770 330 L 770 450 Q 768 486 730 486 L 400 486 Q 360 480 360 440 Z"))
	c.body(l.black, path("M 372 306 Q 380 292 400 290 L 470 290 L 470 486 L 400 486 Q 380 484 370 470 Z"))
	for i := range 4 {
		c.fill(l.black.light(.3), box(392, 330+float64(i)*32, 54, 10, 5))
	}
	c.body(l.main.dark(.06), path("M 440 470 L 590 470 C 570 520 570 560 580 620 L 430 620 C 430 560 420 520 440 470 Z"))
	c.body(l.black, path("M 448 486 L 500 486 C 490 540 490 580 496 620 L 430 620 C 430 570 436 520 448 486 Z"))
	c.body(l.black.light(.2), box(580, 490, 30, 64, 12))
	c.body(l.black, box(380, 612, 260, 78, 16))
	c.fill(l.main, box(400, 640, 220, 18, 6))
	c.fill(hex(0x8fd19a), dot(590, 670, 5), dot(606, 670, 5))
	c.fill(hex(0xfffaf0).fade(.85), box(540, 350, 150, 24, 6))
	c.shine(.22, box(490, 304, 240, 12, 6))
}

func toolbox(c *canvas, l *look) {
	c.turned(450, 420, -12, func() {
		c.across(l.wood.light(.1), l.wood.dark(.1), box(430, 210, 34, 260, 8))
		c.body(l.metal.dark(.3), path("M 380 190 L 520 180 L 524 236 L 420 240 C 400 240 384 220 380 190 Z"))
	})
	c.turned(700, 420, 8, func() {
		c.body(l.metal.dark(.05), box(684, 250, 30, 220, 6), ring(699, 240, 42, 24))
		c.fill(l.wall, poly(690, 190, 708, 190, 712, 230, 686, 230))
	})
	c.turned(800, 420, 20, func() {
		c.across(hex(0xe3b341), hex(0xc08f2a), box(784, 220, 34, 120, 12))
		c.fill(l.metal, box(795, 330, 12, 130, 3))
	})
	c.stroke(l.black.light(.1), 22, path("M 400 420 L 430 350 L 770 350 L 800 420"))
	c.body(l.main, path("M 270 420 L 930 420 L 950 500 L 250 500 Z"))
	c.body(l.main.dark(.06), box(240, 490, 720, 225, 14))
	c.fill(l.main.dark(.28), box(240, 490, 720, 12, 4))
	c.shine(.14, box(262, 514, 676, 10, 5))
	c.body(l.metal.light(.1), box(350, 478, 70, 64, 8), box(780, 478, 70, 64, 8))
	c.fill(l.metal.dark(.4), box(372, 506, 26, 18, 4), box(802, 506, 26, 18, 4))
	c.fill(hex(0xfffaf0).fade(.85), box(510, 580, 180, 62, 10))
	c.scribble(l.main.dark(.2), 532, 596, 136, 22, 2)
}

func ladder(c *canvas, l *look) {
	c.stroke(l.metal.dark(.34), 18, poly(640, 120, 840, 706), poly(700, 120, 920, 706))
	c.stroke(l.metal.dark(.34), 9, poly(700, 420, 800, 420), poly(740, 560, 860, 560))
	c.stroke(l.black.light(.2), 6, poly(400, 480, 770, 500))
	for i := range 7 {
		y := 200 + float64(i)*74
		left, right := 520-(y-120)*.33, 660-(y-120)*.21
		c.grade(l.metal.light(.5), l.metal.dark(.1), box(left, y, right-left, 22, 4))
		for x := left + 14; x < right-8; x += 14 {
			c.fill(l.metal.dark(.3), box(x, y+5, 4, 8, 1))
		}
	}
	c.stroke(l.metal.light(.2), 24, poly(530, 120, 336, 704), poly(664, 120, 540, 704))
	c.body(l.main, box(500, 92, 230, 42, 12))
	c.body(l.black, box(312, 690, 50, 25, 6), box(518, 690, 50, 25, 6), box(820, 694, 40, 21, 6), box(900, 694, 40, 21, 6))
}

func mower(c *canvas, l *look) {
	c.stroke(l.black.light(.12), 18, poly(440, 560, 230, 250), path("M 230 250 C 210 216 200 210 160 216"))
	c.stroke(l.main, 24, poly(196, 214, 152, 217))
	c.body(l.second.dark(.05), path("M 250 440 L 430 430 L 460 630 L 300 650 C 250 640 230 520 250 440 Z"))
	for i := range 4 {
		c.fill(l.second.dark(.25), box(286, 480+float64(i)*36, 130, 9, 4))
	}
	c.body(l.main, path("M 400 590 C 410 500 480 470 560 466 L 760 466 C 850 470 920 520 940 610 L 946 660 L 396 660 Z"))
	c.body(l.black.light(.08), path("M 540 466 L 552 380 Q 556 362 580 362 L 730 362 Q 752 364 756 382 L 768 466 Z"))
	c.fill(l.black.light(.3), box(580, 390, 148, 10, 5), box(580, 414, 148, 10, 5))
	c.body(hex(0xc24e3b), box(616, 340, 70, 24, 8))
	c.shine(.2, path("M 450 560 C 470 510 520 494 600 490 C 530 504 490 526 470 570 Z"))
	c.fill(l.main.dark(.3), box(396, 640, 556, 30, 8))
	for _, w := range []struct{ x, r float64 }{{450, 84}, {872, 66}} {
		c.fill(l.black, dot(w.x, 715-w.r, w.r))
		c.fill(hex(0xe3b341), dot(w.x, 715-w.r, w.r*.58))
		c.fill(l.black.light(.2), dot(w.x, 715-w.r, w.r*.2))
	}
	for i := range 22 {
		x := 700 + float64(i)*22
		c.leafAt(hex(0x6f9470), x, 718, 24+float64(i*37%22), 6, -100+float64(i*53%40))
	}
}

func hedgeTrimmer(c *canvas, l *look) {
	c.turned(600, 560, -12, func() {
		for i := range 13 {
			x := 560 + float64(i)*38
			c.fill(l.metal.dark(.2), poly(x, 560, x+26, 560, x+18, 528, x+8, 528), poly(x, 590, x+26, 590, x+18, 622, x+8, 622))
		}
		c.grade(l.metal.light(.4), l.metal, box(520, 556, 560, 38, 10))
		c.body(l.main, path("M 210 520 C 230 470 300 450 360 456 L 520 480 L 560 530 L 560 620 L 360 640 C 280 640 200 600 210 520 Z"))
		c.fill(l.wall.to(l.floor, .3), path("M 250 520 C 270 490 310 486 350 490 L 352 530 C 330 560 270 570 250 520 Z"))
		c.body(l.black, path("M 440 440 C 440 370 560 360 580 440 L 576 520 L 548 520 L 550 450 C 540 410 480 410 470 450 L 470 500 L 440 500 Z"))
		c.body(l.black, box(240, 590, 130, 60, 14))
		c.fill(l.second, box(256, 612, 98, 14, 5))
		c.shine(.2, path("M 380 476 L 510 494 L 520 508 L 380 490 Z"))
		c.fill(hex(0xfffaf0).fade(.85), box(396, 548, 110, 18, 5))
	})
	for i := range 7 {
		c.leafAt(hex(0x6f9470), 700+float64(i)*46, 690+float64(i%3)*14, 54, 15, float64(i*67%180)-150)
	}
}

func paintRoller(c *canvas, l *look) {
	paint := l.main.light(.22)
	c.grade(paint, paint.dark(.05), path("M 520 0 L 1000 0 L 1000 250 C 975 280 960 240 935 262 C 900 300 870 240 840 256 C 800 280 770 236 730 262 C 690 300 650 240 620 252 C 580 270 550 240 520 262 Z"))
	c.stroke(l.metal.dark(.15), 15, poly(560, 310, 524, 310), path("M 980 310 L 1020 310 Q 1040 312 1040 332 L 1040 420 Q 1040 440 1016 440 L 790 440 Q 768 442 768 464 L 768 520"))
	c.body(hex(0xf4efe2), box(548, 246, 430, 128, 34))
	c.fill(paint.dark(.04), box(548, 246, 430, 62, 31))
	c.fill(hex(0xf4efe2).dark(.16), box(560, 362, 406, 10, 5))
	c.across(l.second.light(.1), l.second.dark(.1), path("M 742 510 L 794 510 L 804 690 Q 768 716 732 690 Z"))
	c.fill(l.second.dark(.3), dot(768, 672, 9))
	bucketAt(c, l, 330, hex(0xe9e4d8), 240)
	c.fill(l.main, oval(330, 476, 106, 22))
	c.fill(l.main, path("M 240 480 L 270 484 L 268 540 Q 256 556 246 540 Z"))
	c.body(l.main, box(252, 570, 156, 84, 6))
	c.fill(hex(0xfffaf0), box(272, 592, 116, 14, 5), box(272, 616, 76, 10, 5))
}

// bucketAt stands on the floor with its middle at x.
func bucketAt(c *canvas, l *look, x float64, col ink, height float64) {
	top := 715 - height
	c.stroke(l.metal.dark(.1), 8, arc(x, top+6, 122, height*.62, 180, 360))
	c.across(col.light(.10), col.dark(.16), poly(x-124, top, x+124, top, x+96, 715, x-96, 715))
	c.body(col.dark(.1), oval(x, top, 126, 30))
	c.fill(col.dark(.4), oval(x, top, 108, 22))
}

func bucket(c *canvas, l *look) {
	c.stroke(l.wood, 16, poly(880, 110, 800, 690))
	c.turned(802, 690, 8, func() {
		c.fill(l.black.light(.1), box(690, 676, 230, 24, 8))
		c.fill(l.second, box(690, 698, 230, 16, 4))
	})
	c.at(-162, -286, 1.4, func() { bucketAt(c, l, 480, l.main, 250) })
	c.shine(.2, poly(392, 420, 412, 420, 430, 670, 416, 670))
	for i, r := range []float64{50, 38, 56, 30, 44, 26} {
		x := 410 + float64(i)*36
		c.grade(hex(0xffffff), hex(0xe4eef2), dot(x, 350-float64(i%2)*16, r))
		c.shine(.8, dot(x-r*.3, 336-float64(i%2)*16, r*.16))
	}
	c.body(hex(0xe3b341), box(560, 640, 140, 75, 14))
	for i := range 6 {
		c.fill(hex(0xc8962c), dot(584+float64(i)*19, 660+float64(i*29%40), 6))
	}
	c.across(l.second.light(.2), l.second, path("M 340 372 C 400 400 420 400 470 396 L 480 560 C 440 580 400 560 352 566 Z"))
}

func briefcase(c *canvas, l *look) {
	col := hex(0x8b5e42)
	if l.either() {
		col = l.main.dark(.12)
	}
	c.stroke(col.dark(.3), 28, path("M 490 330 L 490 270 Q 490 240 520 240 L 680 240 Q 710 240 710 270 L 710 330"))
	c.body(col, box(260, 320, 680, 395, 40))
	c.body(col.light(.08), path("M 260 370 Q 260 320 300 320 L 900 320 Q 940 320 940 370 L 940 480 Q 780 540 600 540 Q 420 540 260 480 Z"))
	c.stroke(col.light(.4).fade(.6), 4, path("M 272 474 Q 430 528 600 528 Q 770 528 928 474"))
	c.shade(.10, path("M 262 484 Q 420 552 600 552 Q 780 552 938 484 L 938 496 Q 780 562 600 562 Q 420 562 262 496 Z"))
	c.body(hex(0xc9a15e), box(560, 500, 80, 70, 10))
	c.fill(hex(0xc9a15e).dark(.5), dot(600, 528, 9), box(596, 528, 8, 22, 3))
	c.shine(.14, box(310, 340, 580, 12, 6))
	c.body(hex(0xfbf6ec), path("M 800 200 L 950 226 L 916 330 L 770 330 Z").moved(0, -8))
	c.scribble(l.black.fade(.4), 806, 232, 100, 24, 3)
	c.body(col, box(740, 318, 180, 20, 6))
}

func tray(c *canvas, l *look) {
	c.body(l.wood, path("M 220 620 L 980 620 L 960 670 Q 954 684 930 684 L 270 684 Q 246 684 240 670 Z"))
	c.fill(l.wood.dark(.25), box(210, 606, 780, 22, 10))
	c.body(hex(0xfbf8f0), oval(450, 606, 130, 22))
	c.body(l.main.light(.05), path("M 360 480 L 540 480 Q 540 600 480 604 L 420 604 Q 360 600 360 480 Z"))
	c.stroke(l.main.light(.05), 16, arc(546, 528, 36, 32, -90, 90))
	c.fill(l.main.dark(.25), oval(450, 482, 90, 17))
	c.fill(hex(0x6b4630), oval(450, 484, 76, 12))
	for i := range 3 {
		c.stroke(hex(0xffffff).fade(.6), 9, path("M 0 0 C -24 -28 24 -60 0 -96").moved(410+float64(i)*40, 450))
	}
	c.grade(l.glass.light(.4).fade(.8), l.glass.fade(.9), path("M 660 360 L 740 360 L 732 606 L 668 606 Z"))
	c.fill(hex(0xe3b341).fade(.8), path("M 663 440 L 737 440 L 732 606 L 668 606 Z"))
	c.fill(hex(0xe3b341), dot(740, 372, 30))
	c.fill(hex(0xfbf1c4), dot(740, 372, 22))
	c.body(hex(0xfbf8f0), oval(870, 600, 92, 16))
	c.body(hex(0xd29a55), path("M 790 580 C 800 520 850 500 880 510 C 930 514 950 550 952 584 C 920 560 910 572 880 566 C 850 560 820 566 790 580 Z"))
	c.stroke(hex(0xd29a55).dark(.2), 5, poly(836, 532, 850, 562), poly(872, 516, 876, 558), poly(910, 524, 900, 560))
	c.body(l.second.light(.2), path("M 250 612 L 330 560 L 352 612 Z"))
}

func movingBoxes(c *canvas, l *look) {
	carton(c, l, 210, 470, 350, 245)
	carton(c, l, 590, 430, 400, 285)
	carton(c, l, 330, 220, 330, 250)
	c.at(820, 438, .66, func() { leaves(c) })
	c.body(hex(0xcfa273), poly(590, 430, 540, 380, 700, 384, 740, 430), poly(990, 430, 1046, 376, 880, 390, 850, 430))
}

func leaves(c *canvas) {
	for i := range 7 {
		c.leafAt(hex(0x5f9365), 0, -140, 190, 36, -90+float64(i-3)*24)
	}
	c.planter(hex(0xc07a55), 0, -150, 220, 150)
}

func carton(c *canvas, l *look, x, y, w, h float64) {
	card := hex(0xcfa273)
	c.grade(card.light(.12), card.dark(.06), box(x, y, w, h, 4))
	c.fill(card.dark(.14), box(x, y, w, 8, 2))
	c.fill(hex(0xe8d6b0), box(x+w/2-24, y, 48, 70, 0))
	c.fill(card.dark(.34), box(x+w*.2, y+h*.42, 62, 20, 10))
	c.fill(l.main.fade(.85), box(x+w-110, y+h-92, 80, 60, 6))
	c.fill(hex(0xfffaf0), poly(x+w-88, y+h-56, x+w-70, y+h-80, x+w-52, y+h-56), box(x+w-76, y+h-60, 12, 18, 0))
	c.scribble(card.dark(.4).fade(.8), x+24, y+h-62, 110, 22, 2)
}

func roofBox(c *canvas, l *look) {
	c.fill(l.metal.dark(.2), box(280, 640, 30, 60, 6), box(890, 640, 30, 60, 6))
	c.body(l.metal, box(220, 690, 760, 25, 10))
	c.grade(l.black.light(.34), l.black.light(.1), path("M 150 560 C 150 440 260 400 420 392 L 800 392 C 960 400 1050 470 1070 570 Z"))
	c.grade(l.black.light(.14), l.black, path("M 150 566 L 1070 574 C 1060 620 1020 646 960 646 L 250 646 C 190 646 154 616 150 566 Z"))
	c.fill(l.metal, box(150, 560, 920, 12, 5))
	c.shine(.2, path("M 200 510 C 240 450 320 428 440 422 L 760 422 C 620 430 380 430 300 460 C 260 474 220 500 200 510 Z"))
	c.fill(l.main, path("M 640 500 L 900 500 L 920 520 L 630 520 Z"))
	c.fill(l.metal.dark(.3), dot(470, 606, 14), dot(760, 606, 14))
}
