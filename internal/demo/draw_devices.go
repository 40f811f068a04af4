package demo

func devices() map[string]drawing {
	return map[string]drawing{
		"phone":      {onTable, 230, phone},
		"tablet":     {onTable, 330, tablet},
		"laptop":     {onTable, 400, func(c *canvas, l *look) { c.at(600, 690, 1, func() { laptopAt(c, l) }) }},
		"desktop":    {onTable, 400, desktop},
		"monitor":    {onTable, 200, func(c *canvas, l *look) { monitorAt(c, l, 600, 1) }},
		"tv":         {onTable, 400, television},
		"headphones": {onTable, 240, headphones},
		"speaker":    {onTable, 330, speakers},
		"turntable":  {onTable, 390, turntable},
		"camera":     {onTable, 290, camera},
		"lens":       {onTable, 190, lens},
		"console":    {onTable, 380, console},
		"gamepad":    {onTable, 230, func(c *canvas, l *look) { gamepad(c, l, 600, 480, 1.25) }},
	}
}

// screen is a lit screen with a calm picture on it.
func screen(c *canvas, l *look, x, y, w, h, r float64) {
	c.grade(l.second.light(.45), l.main.light(.35), box(x, y, w, h, r))
	hill := path("M 0 70 C 20 50 34 56 50 66 C 66 50 84 46 100 62 L 100 96 Q 100 100 96 100 L 4 100 Q 0 100 0 96 Z").sized(w/100, h/100).moved(x, y)
	c.grade(l.main.light(.12), l.main.dark(.12), hill)
	c.fill(hex(0xfff6df), dot(x+w*.7, y+h*.3, min(w, h)*.09))
	c.shine(.14, poly(x+w*.1, y+h, x+w*.5, y, x+w*.72, y, x+w*.32, y+h))
}

func phone(c *canvas, l *look) {
	c.turned(600, 690, -7, func() {
		c.body(l.main, box(620, 230, 236, 462, 40))
		c.shine(.14, box(640, 260, 8, 380, 4))
		c.body(l.main.dark(.12), box(646, 256, 92, 100, 26))
		for _, p := range []point{{676, 288}, {676, 326}, {712, 306}} {
			c.fill(l.black, dot(p.x, p.y, 18))
			c.fill(l.glass.dark(.3), dot(p.x, p.y, 9))
		}
	})
	c.turned(480, 690, 5, func() {
		c.body(l.main.dark(.25), box(356, 198, 250, 494, 44))
		c.fill(l.black.dark(.1), box(363, 205, 236, 480, 38))
		screen(c, l, 372, 214, 218, 462, 30)
		c.fill(l.black, box(448, 228, 66, 18, 9))
		c.fill(hex(0xffffff).fade(.9), box(440, 300, 82, 30, 6), box(456, 342, 50, 10, 5))
		c.shine(.6, box(430, 656, 102, 7, 3))
		for i := range 4 {
			c.fill([]ink{l.warm, hex(0xf7f3ea), l.second.light(.2), l.main.light(.5)}[i], box(390+float64(i)*48, 590, 38, 38, 11))
		}
	})
}

func tablet(c *canvas, l *look) {
	c.stroke(l.metal.dark(.2), 16, poly(800, 560, 900, 684))
	c.turned(600, 690, -4, func() {
		c.body(l.metal, box(270, 216, 640, 474, 36))
		c.fill(l.black.dark(.1), box(278, 224, 624, 458, 30))
		screen(c, l, 306, 252, 568, 402, 10)
		c.fill(hex(0xffffff).fade(.9), box(336, 286, 150, 96, 12), box(336, 402, 150, 96, 12))
		c.scribble(l.main.fade(.7), 354, 308, 110, 22, 3)
		c.fill(l.warm, box(354, 420, 114, 60, 8))
		c.fill(l.metal.dark(.4), dot(590, 238, 5))
	})
	c.stroke(hex(0xf7f3ea), 20, poly(330, 680, 640, 700))
	c.stroke(l.metal, 12, poly(652, 701, 672, 702))
}

// laptopAt stands with the middle of its foot at the origin.
func laptopAt(c *canvas, l *look) {
	c.body(l.metal.dark(.12), box(-316, -440, 632, 400, 26))
	c.fill(l.black.dark(.1), box(-304, -428, 608, 376, 18))
	screen(c, l, -284, -408, 568, 336, 6)
	c.fill(hex(0xfbfaf6).fade(.92), box(-250, -374, 240, 210, 8))
	c.scribble(l.black.fade(.45), -228, -346, 190, 28, 6)
	c.fill(l.black.light(.3), dot(0, -418, 4))
	c.grade(l.metal.light(.26), l.metal.light(.05), poly(-316, -46, 316, -46, 400, -14, -400, -14))
	for row := range 3 {
		y, half := -41+float64(row)*6, 270+float64(row)*14
		for i := range 15 {
			c.fill(l.black.fade(.75), box(-half+float64(i)*half/7.5, y, half/8.6, 4, 1))
		}
	}
	c.grade(l.metal.dark(.05), l.metal.dark(.3), path("M -400 -14 L 400 -14 Q 396 0 376 0 L -376 0 Q -396 0 -400 -14 Z"))
	c.fill(l.metal.dark(.3), box(-60, -14, 120, 6, 3))
}

func monitorAt(c *canvas, l *look, x, scale float64) {
	c.at(x, 690, scale, func() {
		c.body(l.metal.dark(.1), box(-130, -18, 260, 18, 8))
		c.across(l.metal.light(.1), l.metal.dark(.2), box(-30, -130, 60, 120, 4))
		c.body(l.black, box(-380, -540, 760, 440, 20))
		screen(c, l, -362, -522, 724, 388, 6)
		c.fill(hex(0xfbfaf6).fade(.94), box(-310, -474, 300, 240, 10), box(20, -430, 280, 190, 10))
		c.scribble(l.black.fade(.45), -284, -440, 240, 32, 6)
		for i, h := range []float64{60, 96, 74, 124, 108} {
			c.fill(l.main, box(50+float64(i)*46, -262-h, 30, h, 4))
		}
		c.fill(hex(0x8fd19a), dot(350, -116, 4))
	})
}

func desktop(c *canvas, l *look) {
	monitorAt(c, l, 500, .78)
	c.body(l.black.light(.06), box(840, 250, 210, 440, 14))
	c.fill(l.black.dark(.2), box(864, 280, 162, 14, 4), box(864, 310, 162, 14, 4))
	c.fill(l.main, box(864, 352, 162, 5, 2))
	for i := range 7 {
		c.fill(l.black.dark(.2), box(870, 430+float64(i)*32, 150, 12, 6))
	}
	c.fill(hex(0x8fd19a), dot(1006, 388, 6))
	c.grade(hex(0xf4f1ea), hex(0xddd8cd), poly(270, 706, 690, 706, 716, 752, 244, 752))
	c.keys(l.metal.fade(.8), 282, 712, 33, 26, 13, 1)
	c.keys(l.metal.fade(.8), 272, 731, 34, 27, 13, 1)
	c.body(hex(0xf4f1ea), oval(780, 730, 30, 22))
}

func television(c *canvas, l *look) {
	c.stroke(l.black, 18, poly(330, 640, 290, 686), poly(330, 640, 380, 686), poly(870, 640, 820, 686), poly(870, 640, 910, 686))
	c.body(l.black, box(150, 160, 900, 490, 16))
	screen(c, l, 164, 174, 872, 452, 4)
	c.fill(l.main.dark(.3).fade(.5), path("M 164 560 C 340 500 560 600 720 556 C 860 520 960 560 1036 540 L 1036 626 L 164 626 Z"))
	boat := path("M 0 0 L 120 0 L 100 30 L 18 30 Z").moved(430, 500)
	c.fill(hex(0xfbf6ec), boat, poly(486, 490, 486, 380, 556, 490), poly(478, 490, 478, 404, 436, 490))
	c.fill(hex(0xc24e3b), dot(600, 638, 4))
}

func headphones(c *canvas, l *look) {
	c.stroke(l.black, 34, path("M 400 480 C 380 130 820 130 800 480"))
	c.stroke(l.main, 20, path("M 440 330 C 480 190 720 190 760 330"))
	c.stroke(l.metal, 14, poly(400, 420, 402, 520), poly(800, 420, 798, 520))
	for _, side := range []float64{-1, 1} {
		x := 600 + side*196
		c.turned(x, 560, side*5, func() {
			c.body(l.black.light(.06), box(x-62-side*34, 450, 124, 226, 60))
			c.body(l.main, box(x-56, 446, 112, 234, 54))
			c.fill(l.main.dark(.2), ring(x, 563, 34, 7))
			c.shine(.2, box(x-38, 476, 14, 150, 7))
		})
	}
}

func speakers(c *canvas, l *look) {
	for _, x := range []float64{300, 650} {
		c.body(l.wood, box(x, 230, 250, 460, 12))
		c.fill(l.black, box(x+14, 246, 222, 428, 8))
		for _, cone := range []struct{ y, r float64 }{{334, 52}, {524, 94}} {
			c.fill(l.metal.dark(.35), dot(x+125, cone.y, cone.r))
			c.grade(l.black.dark(.2), l.black.light(.25), dot(x+125, cone.y, cone.r*.88))
			c.grade(l.main.light(.06), l.main.dark(.2), dot(x+125, cone.y, cone.r*.62))
			c.fill(l.black.light(.1), dot(x+125, cone.y, cone.r*.28))
			c.shine(.2, oval(x+118, cone.y-cone.r*.12, cone.r*.12, cone.r*.08))
		}
		c.fill(l.metal, box(x+100, 648, 50, 8, 4))
	}
}

func turntable(c *canvas, l *look) {
	c.fill(l.black, box(270, 676, 80, 16, 6), box(850, 676, 80, 16, 6))
	c.body(l.wood.dark(.05), box(210, 596, 780, 84, 10))
	c.grade(l.wood.light(.26), l.wood.light(.08), poly(290, 360, 910, 360, 990, 600, 210, 600))
	c.fill(l.metal.dark(.2), oval(540, 482, 268, 104))
	c.fill(l.black.dark(.2), oval(540, 476, 262, 100))
	for i := range 5 {
		k := .92 - float64(i)*.11
		c.stroke(l.black.light(.22).fade(.6), 3, arc(540, 476, 262*k, 100*k, 0, 360))
	}
	c.shine(.14, poly(540, 476, 318, 428, 400, 398), poly(540, 476, 764, 520, 690, 558))
	c.fill(l.main, oval(540, 476, 84, 32))
	c.fill(hex(0xfbf6ec), oval(540, 476, 10, 4))
	c.fill(l.metal.dark(.2), oval(862, 420, 50, 20))
	c.stroke(l.metal.light(.3), 13, poly(862, 408, 846, 500, 732, 540))
	c.fill(l.black, box(700, 530, 44, 24, 6))
	c.fill(l.black.light(.2), oval(290, 560, 26, 10), oval(900, 560, 26, 10))
	c.shine(.16, path("M 280 350 L 250 150 Q 250 130 280 130 L 920 130 Q 950 130 950 150 L 920 350 Z"))
	c.stroke(hex(0xffffff).fade(.6), 5, path("M 280 350 L 250 150 Q 250 130 280 130 L 920 130 Q 950 130 950 150 L 920 350"))
}

func camera(c *canvas, l *look) {
	body, grip := l.black, l.black.to(hex(0x6b4a35), .5)
	if l.either() {
		grip = l.main
	}
	c.stroke(hex(0x8b5e42), 18, path("M 310 360 C 220 420 200 560 240 680 C 300 720 420 700 460 690"))
	c.body(l.metal.light(.1), box(310, 330, 580, 110, 30), path("M 500 340 L 530 270 L 670 270 L 700 340 Z"))
	c.fill(l.black, box(548, 286, 104, 34, 6))
	c.body(body.light(.04), box(300, 400, 600, 290, 26))
	c.body(grip.dark(.12), box(300, 440, 600, 210, 4))
	c.body(l.metal.light(.1), box(300, 640, 600, 50, 22))
	c.fill(l.metal.dark(.2), box(350, 300, 80, 34, 8), box(770, 306, 64, 28, 8))
	c.fill(hex(0xc24e3b), dot(455, 322, 11))
	glassEye(c, l, 600, 520, 148)
	c.fill(l.warm, box(810, 366, 52, 34, 6))
}

// glassEye is a lens seen from the front.
func glassEye(c *canvas, l *look, x, y, r float64) {
	c.body(l.metal.dark(.1), dot(x, y, r))
	c.fill(l.black, dot(x, y, r*.90))
	c.fill(l.black.light(.16), ring(x, y, r*.78, r*.06))
	c.grade(hex(0x3b5a78), hex(0x6a4f86), dot(x, y, r*.58))
	c.fill(hex(0x1f2b3d), dot(x, y, r*.3))
	c.shine(.45, oval(x-r*.22, y-r*.26, r*.16, r*.11))
	c.shine(.22, oval(x+r*.24, y+r*.26, r*.09, r*.07))
}

func lens(c *canvas, l *look) {
	c.across(l.black.light(.26), l.black.dark(.1), box(450, 330, 300, 360, 18))
	for i := range 15 {
		c.fill(l.black.dark(.2), box(458+float64(i)*19.4, 410, 9, 90, 4))
	}
	c.fill(l.main, box(450, 530, 300, 10, 0))
	c.across(l.metal.light(.3), l.metal.dark(.3), box(470, 640, 260, 50, 8))
	c.fill(hex(0xf4f1ea), box(500, 570, 54, 9, 3), box(576, 570, 38, 9, 3), box(640, 570, 54, 9, 3))
	c.body(l.black.light(.1), oval(600, 330, 178, 60))
	c.fill(l.black.dark(.2), oval(600, 326, 156, 50))
	c.grade(hex(0x3b5a78), hex(0x7a5f96), oval(600, 328, 122, 38))
	c.shine(.4, oval(560, 316, 32, 9))
	c.body(l.black, oval(880, 664, 110, 28))
	c.fill(l.black.light(.2), oval(880, 658, 92, 20))
}

func console(c *canvas, l *look) {
	c.body(l.black, path("M 250 470 Q 252 440 290 436 L 860 436 Q 896 440 900 470 L 910 570 L 240 570 Z"))
	c.body(hex(0xf4f1ea), path("M 226 420 L 930 420 Q 950 420 946 442 L 940 470 L 218 470 L 206 440 Q 206 420 226 420 Z"), path("M 216 556 L 934 556 L 944 600 Q 944 620 920 620 L 236 620 Q 210 620 208 600 Z"))
	c.fill(l.black.dark(.2), box(320, 498, 260, 14, 6))
	c.fill(l.main.light(.2), box(820, 500, 50, 10, 5))
	c.fill(l.metal, dot(700, 506, 9), dot(736, 506, 9))
	gamepad(c, l, 780, 610, .62)
}

func gamepad(c *canvas, l *look, x, y, scale float64) {
	c.at(x, y, scale, func() {
		c.body(l.main, path("M -120 -100 C -200 -104 -236 -60 -262 60 C -280 140 -240 176 -190 150 C -150 120 -130 76 -90 76 L 90 76 C 130 76 150 120 190 150 C 240 176 280 140 262 60 C 236 -60 200 -104 120 -100 Z"))
		c.shine(.16, path("M -130 -84 C -190 -84 -220 -40 -236 40 C -206 -30 -180 -56 -120 -60 Z"))
		dark := l.black
		c.fill(dark, box(-190, -46, 76, 26, 6), box(-165, -71, 26, 76, 6))
		for i, col := range []ink{hex(0xe3b341), hex(0xc24e3b), hex(0x5a8a68), hex(0x3d6a96)} {
			c.fill(col.light(.1), dot(152+34*cosDegrees(float64(i)*90), -33+34*sinDegrees(float64(i)*90), 17))
		}
		for _, stick := range []float64{-74, 74} {
			c.fill(dark, dot(stick, 26, 40))
			c.fill(dark.light(.22), dot(stick, 22, 27))
		}
		c.fill(dark, box(-40, -58, 28, 12, 6), box(12, -58, 28, 12, 6))
	})
}
