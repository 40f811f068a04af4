package demo

func motors() map[string]drawing {
	return map[string]drawing{
		"car-hatch":  {outside, 420, func(c *canvas, l *look) { hatchback().paint(c, l) }},
		"car-estate": {outside, 450, func(c *canvas, l *look) { estate().paint(c, l) }},
		"car-suv":    {outside, 430, func(c *canvas, l *look) { suv().paint(c, l); roofRails(c, l) }},
		"van":        {outside, 460, panelVan},
		"van-camper": {outside, 460, camper},
	}
}

// car is the side view of a car that goes to the right.
type car struct {
	outline     string
	windows     []string
	rear, front float64 // middles of the wheels
	radius      float64
	sill, waist float64 // heights
	doors       []float64
	left, right float64 // where the lamps are
}

func hatchback() car {
	return car{
		outline: "M 206 650 L 200 556 C 202 520 222 502 238 486 L 292 404 Q 312 374 366 370 L 588 370 Q 640 372 684 406 L 792 492 L 928 514 Q 1002 528 1008 596 L 1008 650 Q 1008 672 984 672 L 230 672 Q 207 672 206 650 Z",
		windows: []string{"M 300 486 L 344 424 Q 356 406 384 406 L 484 406 L 484 486 Z", "M 508 486 L 508 406 L 584 406 Q 622 406 652 430 L 724 486 Z"},
		rear:    358, front: 846, radius: 82, sill: 640, waist: 506, doors: []float64{496, 752}, left: 200, right: 1008}
}

func estate() car {
	return car{
		outline: "M 152 650 L 146 556 C 146 524 156 504 166 486 L 206 396 Q 220 368 268 366 L 600 366 Q 650 368 698 404 L 808 492 L 968 514 Q 1044 528 1050 596 L 1050 650 Q 1050 672 1026 672 L 176 672 Q 153 672 152 650 Z",
		windows: []string{"M 218 486 L 250 420 Q 258 402 286 402 L 350 402 L 350 486 Z", "M 372 486 L 372 402 L 502 402 L 502 486 Z", "M 526 486 L 526 402 L 596 402 Q 634 402 666 428 L 738 486 Z"},
		rear:    318, front: 884, radius: 82, sill: 640, waist: 506, doors: []float64{360, 514, 768}, left: 146, right: 1050}
}

func suv() car {
	return car{
		outline: "M 176 634 L 170 510 C 172 480 186 462 196 446 L 238 350 Q 252 320 306 316 L 612 316 Q 660 318 704 352 L 810 446 L 952 468 Q 1030 482 1036 552 L 1036 634 Q 1036 656 1012 656 L 200 656 Q 177 656 176 634 Z",
		windows: []string{"M 250 442 L 284 370 Q 294 352 322 352 L 366 352 L 366 442 Z", "M 390 442 L 390 352 L 512 352 L 512 442 Z", "M 536 442 L 536 352 L 608 352 Q 644 352 674 378 L 744 442 Z"},
		rear:    342, front: 868, radius: 96, sill: 616, waist: 462, doors: []float64{378, 524, 776}, left: 170, right: 1036}
}

func (v car) paint(c *canvas, l *look) {
	c.grade(l.main.light(.14), l.main.dark(.12), path(v.outline))
	c.fill(l.black.light(.08), box(v.left+14, v.sill, v.right-v.left-28, 34, 14))
	for _, window := range v.windows {
		c.grade(l.glass.light(.25), l.glass.dark(.10), path(window))
	}
	c.shine(.28, poly(v.doors[0]+60, v.waist-20, v.doors[0]+116, v.waist-96, v.doors[0]+146, v.waist-96, v.doors[0]+90, v.waist-20))
	c.shine(.20, box(v.left+44, v.waist+10, v.right-v.left-150, 9, 4))
	for _, x := range v.doors {
		c.stroke(l.main.dark(.28).fade(.6), 4, poly(x, v.waist-16, x-4, v.sill-6))
	}
	for _, x := range v.doors[:len(v.doors)-1] {
		c.fill(l.main.dark(.3), box(x+22, v.waist+34, 46, 12, 6))
	}
	c.fill(l.main.dark(.18), box(v.doors[len(v.doors)-1]-36, v.waist-40, 46, 30, 12))
	c.fill(hex(0xb9483d), box(v.left+4, v.waist+30, 24, 58, 10))
	c.grade(l.warm.light(.5), l.warm, path("M 0 0 Q -56 6 -62 40 Q -30 54 0 44 Z").moved(v.right-6, v.waist+38))
	c.fill(l.black.light(.12), box(v.right-60, v.sill-34, 56, 16, 8))
	for _, x := range []float64{v.rear, v.front} {
		roadWheel(c, l, x, v.radius)
	}
}

// roadWheel stands under its arch.
func roadWheel(c *canvas, l *look, x, r float64) {
	c.fill(l.black.dark(.2), dot(x, 715-r, r+14))
	c.grade(l.black.light(.16), l.black, dot(x, 715-r, r))
	alloy(c, l, x, 715-r, r*.66)
}

func roofRails(c *canvas, l *look) {
	c.stroke(l.black.light(.15), 9, poly(300, 316, 320, 300, 600, 300, 624, 316))
	c.fill(l.black.light(.08), box(190, 560, 60, 56, 10), box(968, 560, 60, 56, 10))
}

const vanOutline = "M 146 650 L 146 306 Q 148 262 196 260 L 716 260 Q 772 262 806 300 L 896 432 L 1000 466 Q 1046 482 1050 540 L 1050 650 Q 1050 672 1026 672 L 170 672 Q 147 672 146 650 Z"

func vanBody(c *canvas, l *look, col ink) {
	c.grade(col.light(.14), col.dark(.10), path(vanOutline))
	c.fill(l.black.light(.08), box(160, 636, 878, 36, 14))
	c.grade(l.glass.light(.25), l.glass.dark(.1), path("M 690 440 L 690 306 L 738 306 Q 764 308 782 334 L 850 440 Z"))
	c.shine(.28, poly(712, 440, 752, 306, 776, 324, 740, 440))
	c.stroke(col.dark(.28).fade(.6), 4, poly(668, 290, 668, 630), poly(876, 456, 866, 630))
	c.fill(col.dark(.3), box(690, 474, 54, 13, 6))
	c.fill(hex(0xb9483d), box(150, 470, 20, 84, 8))
	c.grade(l.warm.light(.5), l.warm, path("M 1048 500 Q 980 500 966 544 Q 1010 560 1050 552 Z"))
	c.fill(l.black.light(.1), box(842, 410, 34, 58, 10))
}

func panelVan(c *canvas, l *look) {
	vanBody(c, l, l.main)
	c.stroke(l.main.dark(.24).fade(.6), 4, poly(410, 290, 410, 630), poly(180, 560, 664, 560))
	c.fill(l.main.dark(.3), box(606, 474, 46, 13, 6))
	c.shine(.18, box(186, 292, 456, 12, 6))
	if l.either() {
		c.pane(l.glass, 196, 306, 190, 120, 14)
		c.pane(l.glass, 434, 306, 208, 120, 14)
	}
	roadWheel(c, l, 320, 86)
	roadWheel(c, l, 890, 86)
}

func camper(c *canvas, l *look) {
	cream := hex(0xf1ebdd)
	c.body(l.second.light(.2), path("M 214 262 L 640 186 Q 668 184 668 210 L 668 262 Z"))
	c.stroke(l.second.dark(.2).fade(.5), 5, poly(300, 262, 420, 226), poly(420, 262, 520, 208))
	c.fill(l.main.dark(.12), box(190, 246, 520, 20, 10))
	vanBody(c, l, cream)
	c.body(l.main, path("M 146 500 L 1036 500 Q 1050 520 1050 560 L 1050 640 L 146 640 Z"))
	c.fill(l.main.dark(.12), box(146, 496, 890, 10, 4))
	c.pane(l.glass, 196, 310, 200, 124, 18)
	c.pane(l.glass, 434, 310, 200, 124, 18)
	c.fill(l.second, box(196, 310, 40, 124, 12), box(594, 310, 40, 124, 12))
	c.grade(l.warm.light(.5), l.warm, path("M 1048 520 Q 980 516 966 556 Q 1010 572 1050 564 Z"))
	c.fill(l.black.light(.08), box(160, 636, 878, 36, 14))
	roadWheel(c, l, 320, 86)
	roadWheel(c, l, 890, 86)
}

func heavyWheel(c *canvas, l *look, x, r float64) {
	y := 715 - r
	c.fill(l.black, ring(x, y, r-20, 40))
	c.stroke(l.metal, 6, poly(x-r*.6, y, x+r*.6, y), poly(x, y-r*.6, x, y+r*.6), poly(x-r*.45, y-r*.45, x+r*.45, y+r*.45), poly(x-r*.45, y+r*.45, x+r*.45, y-r*.45))
	c.fill(l.metal.light(.2), ring(x, y, r-44, 9))
	c.fill(l.metal.dark(.2), ring(x, y, r*.28, 12), dot(x, y, 15))
}

func motorbike(c *canvas, l *look) {
	heavyWheel(c, l, 322, 128)
	heavyWheel(c, l, 868, 128)
	dark := l.black.light(.08)
	c.stroke(l.metal.light(.1), 22, poly(868, 587, 768, 372))
	c.stroke(dark, 26, poly(322, 587, 500, 590), poly(770, 390, 640, 600, 480, 596, 440, 440))
	c.body(l.metal.dark(.1), box(512, 486, 150, 128, 24))
	for i := range 4 {
		c.fill(l.metal.dark(.4), box(522, 496+float64(i)*20, 130, 8, 4))
	}
	c.body(dark, dot(590, 608, 44))
	c.fill(l.metal.light(.2), dot(590, 608, 28))
	c.across(l.metal.dark(.1), l.metal.light(.3), path("M 620 600 C 640 660 560 662 500 660 L 250 640 L 246 606 L 500 628 C 560 634 600 640 596 596 Z"))
	c.body(l.main, path("M 500 430 C 520 376 600 352 690 366 C 748 376 770 400 764 426 C 740 464 640 478 560 474 C 520 470 500 456 500 430 Z"))
	c.shine(.25, path("M 540 410 C 570 380 630 372 690 382 C 640 386 580 394 556 420 Z"))
	c.body(l.black.to(hex(0x6b4a35), .4), path("M 256 420 C 300 400 340 420 400 428 C 450 436 500 420 516 440 C 520 470 440 478 390 474 C 330 468 262 462 256 420 Z"))
	c.body(l.main.dark(.05), path("M 214 520 C 220 450 300 440 340 470 L 420 474 L 400 500 C 330 490 250 490 230 530 Z"))
	c.stroke(l.main.dark(.05), 16, arc(868, 587, 140, 140, 225, 300))
	c.stroke(dark, 14, poly(768, 372, 752, 318, 690, 300))
	c.stroke(l.black, 20, poly(706, 304, 672, 298))
	c.body(dark, dot(806, 386, 44))
	c.fill(l.warm, oval(832, 388, 18, 34))
}

func scooter(c *canvas, l *look) {
	for _, x := range []float64{372, 822} {
		c.fill(l.black, dot(x, 641, 74))
		c.fill(l.metal.light(.25), dot(x, 641, 40))
		c.fill(l.metal.dark(.3), dot(x, 641, 14))
	}
	c.stroke(l.main.dark(.15), 24, poly(822, 641, 770, 520))
	c.body(l.main, path("M 286 560 C 290 480 380 440 470 446 C 530 452 560 500 566 590 L 690 590 C 710 560 706 480 690 330 L 736 318 C 776 420 800 520 790 610 C 780 650 740 650 690 650 L 480 650 C 470 570 310 560 290 640 C 280 620 284 590 286 560 Z"))
	c.body(l.main.light(.04), path("M 736 560 C 750 500 870 500 906 590 C 870 560 800 560 760 610 Z"))
	c.shine(.25, path("M 306 540 C 330 490 400 468 456 470 C 400 484 350 500 330 550 Z"), path("M 712 350 C 730 430 740 500 740 560 L 726 560 C 726 490 716 420 704 352 Z"))
	c.body(l.black.to(hex(0x7a4f36), .6), path("M 284 436 C 300 408 380 404 460 410 C 530 414 560 430 556 452 C 500 470 350 474 290 464 Z"))
	c.stroke(l.black.light(.1), 13, poly(712, 330, 700, 276, 640, 262))
	c.stroke(l.black, 20, poly(654, 264, 622, 258))
	c.body(l.main, box(690, 256, 72, 74, 30))
	c.grade(l.warm.light(.5), l.warm, oval(756, 292, 18, 26))
	c.fill(hex(0xb9483d), box(276, 500, 20, 50, 9))
	c.stroke(l.metal, 7, poly(706, 262, 694, 200))
	c.fill(l.metal.light(.2), oval(690, 188, 26, 20))
}

func exerciseBike(c *canvas, l *look) {
	dark := l.black.light(.08)
	c.fill(dark, box(330, 684, 190, 31, 14), box(680, 684, 190, 31, 14))
	c.stroke(dark.light(.08), 26, poly(420, 690, 540, 610), poly(775, 690, 700, 600))
	c.grade(l.metal.light(.1), l.metal.dark(.2), dot(706, 560, 112))
	c.fill(dark, ring(706, 560, 112, 22), dot(706, 560, 26))
	c.stroke(l.main, 34, poly(470, 380, 540, 610, 720, 590), poly(540, 610, 740, 330))
	c.body(l.main, path("M 500 560 C 560 500 640 520 740 470 L 770 560 C 700 640 560 660 510 620 Z"))
	c.fill(dark, dot(584, 596, 34))
	c.stroke(l.metal.dark(.4), 14, poly(556, 540, 612, 652))
	c.fill(dark, box(584, 646, 70, 18, 9), box(520, 530, 66, 18, 9))
	c.stroke(l.metal, 16, poly(470, 390, 454, 330))
	c.body(l.black, path("M 366 300 C 400 290 450 310 540 312 C 550 330 500 336 460 340 C 410 350 366 340 366 300 Z"))
	c.stroke(l.metal, 18, poly(740, 340, 760, 280))
	c.stroke(dark, 22, path("M 760 284 C 720 260 690 262 668 256 C 700 220 740 250 772 262"))
	c.body(dark, path("M 730 160 L 830 186 L 806 276 L 712 248 Z"))
	c.fill(l.glass, path("M 746 180 L 808 197 L 794 252 L 732 236 Z"))
}
