package demo

func outdoors() map[string]drawing {
	return map[string]drawing{
		"boat-sail":    {outside, 330, sailingBoat},
		"boat-motor":   {outside, 420, motorBoat},
		"boat-row":     {outside, 420, rowingBoat},
		"kayak":        {outside, 440, kayak},
		"paddleboard":  {outside, 240, paddleboard},
		"skis":         {outside, 180, skis},
		"snowboard":    {outside, 150, snowboard},
		"sledge":       {outside, 400, sledge},
		"tent":         {outside, 420, tent},
		"backpack":     {outside, 230, backpack},
		"stove":        {onTable, 210, stove},
		"sleeping-bag": {onFloor, 390, sleepingBag},
		"ball":         {onFloor, 170, ball},
		"dumbbell":     {onFloor, 320, dumbbells},
		"racket":       {onFloor, 300, rackets},
	}
}

// ripples are where a boat lies in the water.
func ripples(c *canvas, l *look, y float64) {
	c.grade(hex(0xa9c9d6), hex(0x8fb5c6), box(0, y, Width, Height-y, 0))
	for i := range 9 {
		c.shine(.35, box(60+float64(i*211%1040), y+24+float64(i*29%150), 60+float64(i*53%90), 5, 2))
	}
	c.fill(hex(0x5d8799).fade(.35), oval(600, y+16, 420, 20))
}

func sailingBoat(c *canvas, l *look) {
	ripples(c, l, 660)
	c.across(l.wood.light(.1), l.wood.dark(.2), box(574, 70, 14, 540, 6))
	c.grade(hex(0xfffdf6), hex(0xefe8d8), path("M 598 84 C 700 260 800 420 860 560 L 598 560 Z"))
	c.grade(l.main.light(.2), l.main, path("M 566 130 C 500 300 400 440 310 540 L 566 560 Z"))
	for i := range 3 {
		y := 240 + float64(i)*100
		c.stroke(hex(0xd9cfba), 4, poly(600, y, 600+(y-84)*.50, y+8))
	}
	c.fill(l.second, poly(588, 70, 640, 86, 588, 104))
	c.stroke(l.wood.dark(.1), 12, poly(592, 572, 870, 572))
	c.body(hex(0xfaf6ec), path("M 210 590 L 960 590 C 950 640 920 690 880 706 L 330 706 C 270 690 230 640 210 590 Z"))
	c.fill(l.main, path("M 216 604 L 956 604 L 950 626 L 226 626 Z"))
	c.fill(l.wood.dark(.05), box(200, 582, 770, 14, 6))
	c.fill(hex(0x8fb5c6).fade(.7), path("M 300 690 C 420 672 760 672 910 690 L 910 716 L 300 716 Z"))
}

func motorBoat(c *canvas, l *look) {
	ripples(c, l, 650)
	c.pane(l.glass, 470, 400, 230, 120, 20)
	c.fill(l.main.dark(.2), poly(470, 400, 500, 384, 740, 390, 790, 520, 740, 520, 700, 410))
	c.body(hex(0xfaf6ec), box(250, 470, 200, 70, 20))
	c.body(l.wood.light(.1), box(280, 440, 120, 60, 14))
	c.body(l.black.light(.1), box(150, 480, 90, 120, 20), box(176, 590, 36, 90, 6))
	c.body(hex(0xfaf6ec), path("M 200 520 L 1060 500 C 1010 600 930 690 860 696 L 270 696 C 230 690 206 600 200 520 Z"))
	c.fill(l.main, path("M 202 548 L 1046 526 C 1034 550 1020 572 1006 592 L 210 602 Z"))
	c.shine(.3, box(260, 528, 560, 7, 3))
	c.stroke(l.metal.light(.2), 9, poly(780, 508, 790, 460, 960, 452, 1000, 502))
	c.fill(hex(0x8fb5c6).fade(.75), path("M 120 690 C 300 660 760 668 960 686 L 960 720 L 120 720 Z"))
	c.shine(.5, path("M 60 680 C 110 650 150 650 200 676 C 160 690 110 694 60 680 Z"))
}

func rowingBoat(c *canvas, l *look) {
	ripples(c, l, 620)
	c.body(l.wood.dark(.34), path("M 180 470 C 400 540 800 540 1020 470 C 1000 520 960 560 900 570 L 300 570 C 240 560 200 520 180 470 Z"))
	c.body(l.wood.light(.2), box(360, 500, 120, 26, 6), box(560, 508, 130, 26, 6), box(760, 500, 110, 26, 6))
	c.body(l.main, path("M 160 460 C 400 560 800 560 1040 460 C 1020 600 920 690 830 696 L 370 696 C 280 690 180 600 160 460 Z"))
	c.stroke(l.wood.light(.05), 16, path("M 160 460 C 400 560 800 560 1040 460"))
	c.stroke(l.main.dark(.18).fade(.6), 5, path("M 190 536 C 420 620 780 620 1010 536"), path("M 240 610 C 440 666 760 666 960 610"))
	c.stroke(l.wood.light(.2), 14, poly(480, 470, 250, 690), poly(720, 470, 930, 690))
	c.body(l.wood.light(.2), path("M 0 -20 C 40 -30 60 20 40 100 L 4 100 C -20 40 -20 0 0 -20 Z").moved(226, 660), path("M 0 -20 C -40 -30 -60 20 -40 100 L -4 100 C 20 40 20 0 0 -20 Z").moved(954, 660))
	c.fill(hex(0x8fb5c6).fade(.75), path("M 250 692 C 420 664 780 664 960 692 L 960 768 L 250 768 Z"))
}

func kayak(c *canvas, l *look) {
	c.stroke(l.black.light(.2), 12, poly(240, 300, 980, 520))
	c.body(l.second, path("M 0 0 C -60 -50 -120 -60 -140 -40 C -150 0 -80 20 0 10 Z").moved(270, 306), path("M 0 0 C 60 50 120 60 140 40 C 150 0 80 -20 0 -10 Z").moved(950, 514))
	c.grade(l.main.light(.16), l.main.dark(.12), path("M 100 560 C 300 520 420 510 600 510 C 780 510 900 520 1100 560 C 960 680 800 715 600 715 C 400 715 240 680 100 560 Z"))
	c.shine(.24, path("M 200 566 C 340 536 480 532 560 532 C 460 544 340 560 240 586 Z"))
	c.fill(l.main.dark(.16), path("M 130 580 C 400 620 800 620 1070 580 C 1050 600 1030 616 1010 630 C 800 660 400 660 190 630 C 170 616 150 600 130 580 Z"))
	c.fill(l.black.dark(.1), oval(610, 548, 120, 30))
	c.body(l.black.light(.2), path("M 540 540 C 530 480 580 470 600 480 L 596 552 Z"))
	c.stroke(l.black.light(.1), 6, poly(300, 566, 420, 536), poly(300, 546, 420, 556), poly(820, 536, 930, 564))
}

func paddleboard(c *canvas, l *look) {
	c.turned(600, 715, 6, func() {
		c.body(hex(0xf7f2e6), path("M 520 60 C 640 140 650 560 600 706 Q 560 722 500 712 L 440 712 C 380 560 400 140 520 60 Z"))
		c.body(l.main, path("M 520 60 C 580 100 610 220 618 320 L 422 320 C 430 220 460 100 520 60 Z"))
		c.fill(l.second, path("M 421 336 L 619 336 L 621 372 L 419 372 Z"))
		c.body(l.black.light(.4), box(440, 420, 160, 200, 20))
		for i := range 5 {
			c.fill(l.black.light(.2), box(460, 446+float64(i)*34, 120, 5, 2))
		}
	})
	c.stroke(l.black.light(.1), 14, poly(800, 120, 760, 560))
	c.stroke(l.black.light(.1), 18, poly(776, 112, 826, 118))
	c.body(l.second, path("M 744 540 L 778 544 C 810 600 790 700 756 712 C 716 700 716 600 744 540 Z"))
}

func skis(c *canvas, l *look) {
	for i, lean := range []float64{-6, 5} {
		x := 540 + float64(i)*110
		c.turned(x, 715, lean, func() {
			c.grade(l.main.light(.1), l.main.dark(.1), path("M -34 0 L -30 -540 C -32 -610 -20 -640 0 -650 C 20 -640 32 -610 30 -540 L 34 0 Z").moved(x, 712))
			c.fill(hex(0xfbf6ec), box(x-31, 190, 62, 46, 0), box(x-33, 570, 66, 80, 0))
			c.fill(l.second, box(x-31, 244, 62, 20, 0))
			c.body(l.black, box(x-26, 360, 52, 56, 12), box(x-26, 470, 52, 70, 12))
			c.fill(l.metal, box(x-14, 410, 28, 66, 4))
		})
	}
	for i, lean := range []float64{-15, 14} {
		x := 440 + float64(i)*320
		c.turned(x, 715, lean, func() {
			c.stroke(l.metal.light(.1), 11, poly(x, 708, x, 250))
			c.stroke(l.black, 22, poly(x, 250, x, 310))
			c.stroke(l.black, 7, path("M 0 0 C -40 20 -40 70 0 74").moved(x, 258))
			c.fill(l.second, oval(x, 660, 32, 9))
		})
	}
}

func snowboard(c *canvas, l *look) {
	c.turned(600, 715, 9, func() {
		c.grade(l.main.light(.1), l.main.dark(.12), path("M 600 70 C 690 70 712 140 704 220 C 692 330 692 460 704 570 C 712 650 690 712 600 712 C 510 712 488 650 496 570 C 508 460 508 330 496 220 C 488 140 510 70 600 70 Z"))
		c.fill(l.second, path("M 498 200 C 560 260 640 180 702 210 L 696 290 C 640 250 560 330 503 290 Z"), path("M 500 540 C 560 580 640 510 700 540 L 705 600 C 650 560 560 640 496 600 Z"))
		c.fill(hex(0xfbf6ec), ring(600, 400, 44, 12))
		for _, y := range []float64{250, 520} {
			c.body(l.black, box(540, y, 120, 66, 26))
			c.body(l.black.light(.2), box(556, y-22, 88, 34, 14), box(556, y+52, 88, 30, 14))
			c.fill(l.metal, box(640, y+16, 34, 14, 6))
		}
		c.shine(.15, box(520, 110, 12, 70, 6))
	})
}

func sledge(c *canvas, l *look) {
	c.fill(hex(0xfbfcfb), path("M 0 690 C 200 650 420 700 640 676 C 860 654 1000 690 1200 670 L 1200 900 L 0 900 Z"))
	c.fill(hex(0xdfe8ee), path("M 0 740 C 300 716 600 760 1200 730 L 1200 900 L 0 900 Z"))
	for _, y := range []float64{0, 26} {
		col := l.wood.dark(.06)
		if y == 0 {
			col = l.wood.dark(.26)
		}
		c.stroke(col, 22, path("M 230 690 L 860 690 C 980 690 1010 590 950 520 C 930 500 900 500 890 520").moved(-y, y-20))
		c.stroke(l.metal, 8, path("M 230 690 L 860 690 C 940 690 980 650 984 600").moved(-y, y-8))
	}
	c.posts(l.wood.dark(.1), 22, 540, 690, 320, 560, 780)
	c.stroke(l.wood.dark(.1), 14, poly(320, 600, 440, 540), poly(780, 600, 670, 540))
	for i := range 4 {
		c.body(l.wood.light(.16).dark(float64(i)*.05), box(250+float64(i)*5, 496+float64(i)*13, 640, 16, 7))
	}
	c.body(l.main, box(300, 480, 330, 34, 14))
	c.stroke(hex(0xc24e3b), 8, path("M 920 520 C 1020 480 1080 560 1060 640"))
}

func tent(c *canvas, l *look) {
	c.stroke(l.black.light(.3), 5, poly(600, 200, 150, 715), poly(600, 200, 1050, 715), poly(300, 480, 140, 700), poly(900, 480, 1060, 700))
	c.grade(l.main.light(.14), l.main.dark(.06), path("M 600 190 C 480 280 300 560 220 715 L 980 715 C 900 560 720 280 600 190 Z"))
	c.fill(l.main.dark(.16), path("M 600 190 C 720 280 900 560 980 715 L 800 715 C 760 500 690 320 600 190 Z"))
	c.grade(l.black.light(.2), l.black, path("M 560 330 C 500 460 450 600 430 715 L 690 715 C 670 600 620 440 560 330 Z"))
	c.body(l.warm.dark(.04), path("M 430 715 C 450 600 500 460 560 330 C 530 460 510 620 500 715 Z"))
	c.body(l.warm.dark(.10), path("M 690 715 C 670 600 620 440 560 330 C 600 460 626 620 630 715 Z"))
	c.body(l.second, box(505, 672, 120, 36, 18))
	c.stroke(l.main.light(.3), 6, path("M 600 190 C 480 280 300 560 220 715"))
	c.fill(l.black.light(.2), poly(600, 196, 600, 150, 606, 150, 606, 196))
	c.fill(l.second, poly(606, 150, 650, 162, 606, 176))
	c.stroke(l.wood, 8, poly(146, 690, 134, 722), poly(1054, 690, 1066, 722))
}

func backpack(c *canvas, l *look) {
	c.stroke(l.main.dark(.3), 20, arc(600, 200, 50, 46, 180, 360))
	c.stroke(l.main.dark(.26), 34, path("M 420 330 C 360 420 370 560 420 640"), path("M 780 330 C 840 420 830 560 780 640"))
	c.body(l.second, box(410, 640, 380, 76, 38))
	c.fill(l.second.dark(.2), dot(444, 678, 24))
	c.stroke(l.black, 10, poly(500, 640, 500, 714), poly(700, 640, 700, 714))
	c.body(l.main, box(408, 230, 384, 430, 80))
	c.body(l.main.dark(.10), box(444, 440, 312, 196, 34))
	c.fill(l.main.dark(.3), box(466, 466, 268, 9, 4))
	c.body(l.main.light(.12), path("M 400 300 C 400 190 470 170 600 170 C 730 170 800 190 800 300 L 800 352 Q 600 400 400 352 Z"))
	c.shine(.14, path("M 436 290 C 440 220 500 204 580 202 C 510 220 476 240 468 320 Z"))
	for _, x := range []float64{500, 700} {
		c.fill(l.black.light(.1), box(x-11, 340, 22, 110, 4))
		c.body(l.metal, box(x-18, 404, 36, 28, 6))
	}
	c.body(l.main.dark(.06), box(376, 480, 52, 150, 20), box(772, 480, 52, 150, 20))
	c.body(l.glass, box(784, 420, 36, 90, 12))
}

func stove(c *canvas, l *look) {
	c.body(l.main, path("M 500 530 C 480 560 470 580 470 620 L 470 660 Q 470 690 500 690 L 700 690 Q 730 690 730 660 L 730 620 C 730 580 720 560 700 530 Z"))
	c.shine(.2, box(492, 570, 18, 96, 9))
	c.fill(hex(0xfbf6ec), box(540, 590, 130, 60, 8))
	c.fill(hex(0xc24e3b), path("M 605 598 C 625 615 622 640 605 642 C 588 640 585 615 605 598 Z"))
	c.across(l.metal.light(.3), l.metal.dark(.2), box(570, 470, 60, 64, 6))
	c.body(l.metal, box(540, 440, 120, 34, 10))
	c.stroke(l.metal.dark(.3), 12, poly(560, 452, 460, 430, 460, 416), poly(640, 452, 740, 430, 740, 416))
	for i := range 5 {
		c.fill(hex(0x5f93c4).fade(.85), path("M 0 0 C -14 -14 -4 -28 0 -40 C 6 -28 14 -14 0 0 Z").moved(540+float64(i)*30, 444))
	}
	c.across(l.metal.light(.4), l.metal.dark(.15), path("M 430 250 L 770 250 L 760 390 Q 756 414 730 414 L 470 414 Q 444 414 440 390 Z"))
	c.fill(l.metal.dark(.25), box(420, 240, 360, 18, 9))
	c.stroke(l.black, 22, poly(770, 290, 900, 270))
	for i := range 3 {
		c.stroke(hex(0xffffff).fade(.5), 9, path("M 0 0 C -26 -30 26 -60 0 -100").moved(530+float64(i)*66, 222))
	}
}

func sleepingBag(c *canvas, l *look) {
	c.body(l.second.dark(.05), box(700, 420, 250, 150, 70))
	c.fill(l.second.dark(.3), oval(730, 495, 26, 66))
	c.stroke(l.black, 9, poly(800, 424, 800, 520), poly(890, 424, 890, 550))
	c.grade(l.main.light(.12), l.main.dark(.12), path("M 220 560 C 240 500 330 490 420 500 C 640 500 880 540 980 600 C 1010 650 990 700 960 712 L 300 712 C 220 710 190 640 220 560 Z"))
	for i := range 6 {
		x, top := 440+float64(i)*92, 506+float64(i*i)*2.6
		c.stroke(l.main.dark(.2).fade(.6), 6, path("M 0 0 C 26 30 26 60 4 100").sized(1, (704-top)/100).moved(x, top))
	}
	c.body(l.second.light(.2), path("M 230 570 C 260 520 330 510 400 520 C 440 580 440 650 410 700 L 310 700 C 240 690 214 640 230 570 Z"))
	c.body(hex(0xf7f2e6), oval(318, 604, 70, 50))
	c.stroke(l.metal.light(.3), 5, path("M 420 520 C 640 520 860 560 960 610"))
}

func ball(c *canvas, l *look) {
	if l.either() {
		orange := hex(0xd5793b)
		c.grade(orange.light(.16), orange.dark(.16), dot(600, 490, 225))
		c.stroke(l.black, 8, poly(376, 490, 824, 490), poly(600, 266, 600, 714), arc(330, 490, 190, 230, -62, 62), arc(870, 490, 190, 230, 118, 242))
		c.shine(.2, oval(520, 380, 70, 46))
		return
	}
	c.grade(hex(0xffffff), hex(0xdcd9d2), dot(600, 490, 225))
	c.fill(l.main, pentagon(600, 490, 72, -90))
	for i := range 5 {
		a := -90 + float64(i)*72
		x, y := 600+190*cosDegrees(a), 490+190*sinDegrees(a)
		c.stroke(l.black.light(.4), 6, poly(600+72*cosDegrees(a), 490+72*sinDegrees(a), 600+150*cosDegrees(a), 490+150*sinDegrees(a)))
		half := shape{{{x - 52*cosDegrees(a), y - 52*sinDegrees(a)}, {600 + 166*cosDegrees(a+17), 490 + 166*sinDegrees(a+17)}, {600 + 224*cosDegrees(a+13), 490 + 224*sinDegrees(a+13)}, {600 + 225*cosDegrees(a), 490 + 225*sinDegrees(a)}, {600 + 224*cosDegrees(a-13), 490 + 224*sinDegrees(a-13)}, {600 + 166*cosDegrees(a-17), 490 + 166*sinDegrees(a-17)}}}
		c.fill(l.main, half)
		c.stroke(l.black.light(.4), 6, poly(600+166*cosDegrees(a+17), 490+166*sinDegrees(a+17), 600+150*cosDegrees(a+36), 490+150*sinDegrees(a+36), 600+166*cosDegrees(a+55), 490+166*sinDegrees(a+55)), poly(600+150*cosDegrees(a+36), 490+150*sinDegrees(a+36), 600+222*cosDegrees(a+36), 490+222*sinDegrees(a+36)))
	}
	c.shine(.4, oval(520, 376, 60, 38))
}

func pentagon(x, y, r, turn float64) shape {
	var xy []float64
	for i := range 5 {
		xy = append(xy, x+r*cosDegrees(turn+float64(i)*72), y+r*sinDegrees(turn+float64(i)*72))
	}
	return poly(xy...)
}

func dumbbells(c *canvas, l *look) {
	one := func() {
		c.across(l.metal.light(.3), l.metal.dark(.1), box(-180, -22, 360, 44, 14))
		for i := range 9 {
			c.fill(l.metal.dark(.3), box(-90+float64(i)*20, -22, 7, 44, 2))
		}
		for _, side := range []float64{-1, 1} {
			c.body(l.black.light(.1), box(side*160-36, -104, 72, 208, 20))
			c.body(l.main, box(side*228-34, -86, 68, 172, 20))
			c.fill(l.metal, box(side*282-18, -20, 36, 40, 8))
		}
	}
	c.at(640, 400, .78, func() { c.turned(0, 0, -14, one) })
	c.at(570, 608, 1.02, one)
}

func rackets(c *canvas, l *look) {
	one := func(col ink) {
		for i := range 9 {
			x := -104 + float64(i)*26
			reach := 170 * sinDegrees(90-x*.62)
			c.stroke(hex(0xfffaf0).fade(.85), 3, poly(x, -400-reach*.9, x, -400+reach*.9))
		}
		for i := range 12 {
			y := -550 + float64(i)*27
			c.stroke(hex(0xfffaf0).fade(.85), 3, poly(-118, y, 118, y))
		}
		c.stroke(col, 24, arc(0, -400, 134, 180, 0, 360), poly(-70, -250, 0, -130), poly(70, -250, 0, -130))
		c.shine(.25, arc(0, -400, 134, 180, 190, 250))
		c.stroke(col, 24, poly(0, -130, 0, -110))
		c.across(l.black.light(.2), l.black, box(-20, -120, 40, 190, 12))
		for i := range 6 {
			c.stroke(l.black.light(.4), 4, poly(-18, -96+float64(i)*28, 18, -108+float64(i)*28))
		}
	}
	c.at(430, 640, 1, func() { c.turned(0, 0, -16, func() { one(l.main) }) })
	c.at(690, 640, 1, func() { c.turned(0, 0, 18, func() { one(l.second) }) })
	c.body(hex(0xd3dc5a), dot(900, 672, 43))
	c.stroke(hex(0xfffaf0), 6, arc(866, 664, 44, 44, -36, 44))
}
