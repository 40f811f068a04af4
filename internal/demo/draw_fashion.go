package demo

func fashion() map[string]drawing {
	return map[string]drawing{
		"jacket":   {onWall, 0, jacket},
		"jumper":   {onWall, 0, jumper},
		"tshirt":   {onWall, 0, shirts},
		"dress":    {onWall, 0, dress},
		"trousers": {onWall, 0, trousers},
		"shoes":    {onFloor, 380, trainers},
		"boots":    {onFloor, 330, boots},
		"bag":      {onFloor, 300, handbag},
		"watch":    {onWall, 0, watch},
	}
}

// hanger is a peg with a hanger; clothes hang from y = 190.
func hanger(c *canvas, l *look) {
	c.body(l.wood.dark(.1), box(150, 76, 900, 22, 10))
	c.stroke(l.metal.dark(.2), 9, path("M 600 190 L 600 150 C 600 130 640 130 640 104 C 640 80 600 76 594 92"))
	c.body(l.wood, path("M 600 176 C 640 190 740 230 780 262 L 772 282 C 720 250 640 220 600 210 C 560 220 480 250 428 282 L 420 262 C 460 230 560 190 600 176 Z"))
}

func drop(c *canvas, l *look) { c.glow(l.wall.dark(.8).fade(.18), 618, 480, 330, 330) }

func jacket(c *canvas, l *look) {
	hanger(c, l)
	drop(c, l)
	c.body(l.main.dark(.10), path("M 468 226 C 390 250 372 300 360 400 L 330 640 L 404 652 L 440 440 Z"), path("M 732 226 C 810 250 828 300 840 400 L 870 640 L 796 652 L 760 440 Z"))
	c.fill(l.main.dark(.28), box(330, 624, 76, 26, 8), box(794, 624, 76, 26, 8))
	c.body(l.main, path("M 540 206 L 660 206 C 720 220 760 240 770 280 L 768 700 Q 600 716 432 700 L 430 280 C 440 240 480 220 540 206 Z"))
	quilted := l.either()
	for i := range 4 {
		if quilted {
			c.stroke(l.main.dark(.18).fade(.6), 6, path("M 432 0 Q 600 20 768 0").moved(0, 350+float64(i)*86))
		}
	}
	c.fill(l.second.dark(.2), path("M 540 206 L 600 270 L 660 206 Q 600 190 540 206 Z"))
	c.body(l.main.dark(.14), path("M 536 200 L 600 286 L 560 340 L 500 230 Z"), path("M 664 200 L 600 286 L 640 340 L 700 230 Z"))
	c.fill(l.main.dark(.26), box(597, 286, 6, 420, 2))
	for i := range 5 {
		c.fill(l.black.to(l.warm, .3), dot(618, 350+float64(i)*76, 9))
	}
	c.stroke(l.main.dark(.26), 7, poly(470, 540, 530, 500), poly(730, 540, 670, 500))
	c.fill(l.main.dark(.18).fade(.8), path("M 432 684 Q 600 700 768 684 L 768 700 Q 600 716 432 700 Z"))
}

func jumper(c *canvas, l *look) {
	hanger(c, l)
	drop(c, l)
	c.body(l.main.dark(.07), path("M 470 230 C 390 250 350 320 320 560 L 300 640 L 372 662 L 440 470 Z"), path("M 730 230 C 810 250 850 320 880 560 L 900 640 L 828 662 L 760 470 Z"))
	c.body(l.main, path("M 530 214 C 560 250 640 250 670 214 C 720 222 764 244 772 290 L 766 660 L 434 660 L 428 290 C 436 244 480 222 530 214 Z"))
	c.stroke(l.main.dark(.2), 20, path("M 530 214 C 560 256 640 256 670 214"))
	for row := range 3 {
		y := 340 + float64(row)*40
		for i := range 12 {
			x := 444 + float64(i)*27
			if row == 1 {
				c.fill(hex(0xfbf4e4), poly(x, y, x+12, y-14, x+24, y, x+12, y+14))
				continue
			}
			c.stroke(l.second.light(.3), 6, poly(x, y+7, x+13, y-7, x+26, y+7))
		}
	}
	for i := range 16 {
		c.stroke(l.main.dark(.2).fade(.6), 4, poly(446+float64(i)*20.6, 624, 446+float64(i)*20.6, 656))
	}
	c.fill(l.main.dark(.12).fade(.8), box(434, 614, 332, 6, 2))
	c.fill(l.main.dark(.2), poly(306, 616, 380, 638, 372, 664, 298, 642), poly(894, 616, 820, 638, 828, 664, 902, 642))
}

func shirts(c *canvas, l *look) {
	c.stroke(l.wood.dark(.2), 7, path("M 0 190 Q 600 240 1200 190"))
	tones := []ink{l.main, l.second, hex(0x76a183)}
	for i, col := range tones {
		x, scale := 290+float64(i)*310, .88
		c.at(x, 218+12*float64(i%2), scale, func() {
			c.glow(l.wall.dark(.8).fade(.22), 12, 240, 210, 260)
			c.body(col.dark(.06), path("M -70 20 C -120 30 -150 70 -176 150 L -116 180 L -80 130 Z"), path("M 70 20 C 120 30 150 70 176 150 L 116 180 L 80 130 Z"))
			c.body(col, path("M -46 14 C -20 44 20 44 46 14 C 80 18 110 34 112 70 L 112 400 L -112 400 L -112 70 C -110 34 -80 18 -46 14 Z"))
			c.stroke(col.light(.4), 10, path("M -46 14 C -20 44 20 44 46 14"))
			c.fill(l.wood.light(.3), box(-84, -26, 15, 56, 5), box(69, -26, 15, 56, 5))
			motif(c, col, i)
		})
	}
}

func motif(c *canvas, col ink, kind int) {
	pale := col.light(.6)
	switch kind {
	case 0:
		for i := range 4 {
			c.fill(pale, box(-112, 150+float64(i)*56, 224, 20, 0))
		}
	case 1:
		c.fill(pale, dot(0, 190, 52))
		c.fill(col, dot(24, 176, 44))
	default:
		c.fill(pale, path("M -60 220 L 60 220 L 40 254 L -42 254 Z"), poly(-4, 210, -4, 130, 50, 210), poly(-14, 210, -14, 150, -48, 210))
	}
}

func dress(c *canvas, l *look) {
	hanger(c, l)
	drop(c, l)
	c.stroke(l.main.dark(.1), 15, poly(530, 196, 520, 290), poly(670, 196, 680, 290))
	c.grade(l.main.light(.10), l.main.dark(.08), path("M 490 280 Q 560 300 600 270 Q 640 300 710 280 C 720 340 690 390 690 430 C 730 520 790 640 830 770 C 760 800 440 800 370 770 C 410 640 470 520 510 430 C 510 390 480 340 490 280 Z"))
	for _, x := range []float64{-90, -30, 40, 100} {
		c.stroke(l.main.dark(.14).fade(.7), 5, poly(600+x*.6, 450, 600+x*1.9, 780))
	}
	for i := range 26 {
		x, y := 404+float64(i*97%392), 310+float64(i)*17.5
		half := 100 + max(0, y-430)*.36
		if x > 600-half+14 && x < 600+half-14 {
			c.fill(hex(0xfff6df), dot(x-7, y, 6), dot(x+7, y, 6), dot(x, y-7, 6), dot(x, y+7, 6))
			c.fill(l.second, dot(x, y, 5))
		}
	}
	c.body(l.second, box(506, 414, 188, 28, 8))
}

func trousers(c *canvas, l *look) {
	hanger(c, l)
	drop(c, l)
	c.grade(l.main.light(.06), l.main.dark(.10), path("M 470 236 L 730 236 L 770 780 L 640 786 L 604 430 L 596 430 L 560 786 L 430 780 Z"))
	c.body(l.main.dark(.12), box(466, 230, 268, 40, 8))
	for i := range 5 {
		c.fill(l.main.dark(.3), box(484+float64(i)*54, 224, 14, 52, 4))
	}
	for i := range 9 {
		x := 452 + float64(i)*12
		c.stroke(l.main.dark(.16).fade(.5), 3, poly(486+float64(i)*11, 280, x, 774), poly(714-float64(i)*11, 280, 1200-x, 774))
	}
	c.stroke(l.main.dark(.26), 6, poly(600, 270, 600, 400, 580, 360), path("M 474 330 C 510 330 530 310 536 274"), path("M 726 330 C 690 330 670 310 664 274"))
	c.fill(l.warm.dark(.4), dot(600, 250, 9))
}

func trainers(c *canvas, l *look) {
	one := func() {
		c.body(hex(0xfbf8f0), path("M 0 190 C 0 170 6 160 10 150 L 520 160 C 560 170 566 190 560 216 L 12 216 Q 0 214 0 190 Z"))
		c.fill(l.second, path("M 4 196 L 562 196 L 560 214 L 12 216 Q 2 214 4 196 Z"))
		c.body(l.main, path("M 14 160 C 10 90 20 40 40 10 C 60 0 130 -4 170 20 C 190 50 230 70 290 80 C 370 110 470 110 530 140 C 552 154 550 172 530 174 L 20 174 Z"))
		c.body(l.main.dark(.14), path("M 14 160 C 10 90 20 40 40 10 L 90 20 C 80 80 100 140 130 174 L 20 174 Z"))
		c.fill(hex(0xfbf8f0), path("M 200 160 C 260 150 340 130 400 108 L 430 114 C 380 150 300 172 216 174 Z"))
		c.body(l.main.light(.2), path("M 440 118 C 480 120 520 134 536 148 C 550 160 546 174 530 174 L 420 174 C 420 150 426 130 440 118 Z"))
		for i := range 4 {
			x, y := 190+float64(i)*42, 52+float64(i)*13
			c.stroke(hex(0xfbf8f0), 11, poly(x, y+10, x+40, y-14))
		}
		c.fill(l.main.dark(.3), oval(104, 14, 62, 13))
	}
	c.at(450, 458, .94, one)
	c.at(220, 500, 1, one)
}

func boots(c *canvas, l *look) {
	leather := l.main.to(hex(0x7a4f36), .35)
	one := func() {
		c.body(l.black.dark(.05), path("M -6 380 L 350 380 Q 366 384 362 410 L 340 410 L 330 396 L 130 396 L 124 414 L -6 414 Z"))
		c.body(leather, path("M 10 0 L 190 0 C 186 90 186 160 210 210 C 270 240 350 270 358 340 L 358 384 L 0 384 C -6 300 10 140 10 0 Z"))
		c.body(leather.dark(.16), path("M 0 384 C -4 330 0 290 4 250 C 60 260 84 320 80 384 Z"), path("M 250 384 C 250 320 280 280 320 276 C 346 296 358 320 358 384 Z"))
		c.body(leather.light(.16), box(0, -14, 200, 44, 16))
		for i := range 5 {
			y := 64 + float64(i)*36
			x := 176 + max(0, float64(i)-2)*10
			c.stroke(l.warm, 9, poly(x-60, y+10, x, y-4))
			c.fill(l.metal.light(.3), dot(x-64, y+11, 8), dot(x+2, y-4, 8))
		}
		c.shine(.14, box(34, 50, 14, 180, 7))
	}
	c.at(560, 290, 1, one)
	c.at(290, 302, 1, one)
}

func handbag(c *canvas, l *look) {
	c.stroke(l.main.dark(.26), 24, path("M 440 400 C 430 190 770 190 760 400"))
	c.body(l.main, path("M 350 360 L 850 360 C 890 440 910 600 900 680 Q 896 715 860 715 L 340 715 Q 304 715 300 680 C 290 600 310 440 350 360 Z"))
	c.body(l.main.light(.08), path("M 344 356 L 856 356 C 866 430 850 510 800 540 Q 600 580 400 540 C 350 510 334 430 344 356 Z"))
	c.stroke(l.main.light(.5).fade(.6), 4, path("M 358 372 C 356 440 370 500 410 526 Q 600 562 790 526 C 830 500 844 440 842 372"))
	c.body(hex(0xc9a15e), box(562, 510, 76, 60, 12))
	c.fill(l.main.dark(.3), box(584, 528, 32, 24, 6))
	c.fill(hex(0xc9a15e), ring(440, 392, 19, 8), ring(760, 392, 19, 8))
	c.shine(.12, path("M 372 388 L 430 384 C 420 430 430 480 450 510 C 400 490 376 440 372 388 Z"))
}

func watch(c *canvas, l *look) {
	strap := l.main.to(hex(0x6b4630), .3)
	steel := l.main == colours()["grey"]
	if steel {
		strap = l.metal
	}
	c.glow(l.wall.dark(.8).fade(.34), 622, 464, 250, 300)
	c.turned(600, 440, 16, func() {
		c.across(strap.light(.1), strap.dark(.14), path("M 530 40 Q 600 20 670 40 L 690 300 L 510 300 Z"), path("M 510 580 L 690 580 L 672 830 Q 600 850 528 830 Z"))
		for i := range 6 {
			if steel {
				c.fill(strap.dark(.3), box(532, 70+float64(i)*36, 136, 4, 0), box(532, 610+float64(i)*36, 136, 4, 0))
			}
		}
		if !steel {
			c.stroke(strap.light(.5).fade(.6), 4, poly(546, 60, 530, 280), poly(654, 60, 670, 280), poly(530, 600, 546, 820), poly(670, 600, 654, 820))
			c.fill(strap.dark(.4), dot(600, 700, 7), dot(600, 740, 7), dot(600, 780, 7))
		}
		c.body(l.metal.light(.1), box(776, 414, 40, 52, 10))
		c.grade(l.metal.light(.5), l.metal.dark(.2), dot(600, 440, 186))
		c.fill(l.black.to(l.main, .3), ring(600, 440, 164, 20))
		c.grade(hex(0xfdfbf4), hex(0xefe9da), dot(600, 440, 154))
		for i := range 12 {
			a := float64(i) * 30
			width := 7.
			if i%3 == 0 {
				width = 13
			}
			c.stroke(l.black, width, poly(600+122*cosDegrees(a), 440+122*sinDegrees(a), 600+138*cosDegrees(a), 440+138*sinDegrees(a)))
		}
		c.stroke(l.black, 14, poly(600, 440, 540, 390))
		c.stroke(l.black, 9, poly(600, 440, 690, 372))
		c.stroke(hex(0xc24e3b), 5, poly(578, 408, 666, 540))
		c.fill(l.black, dot(600, 440, 13))
		c.shine(.2, path("M 480 520 C 450 440 490 340 590 306 C 530 360 500 430 520 530 Z"))
	})
}
