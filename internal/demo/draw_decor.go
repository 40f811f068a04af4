package demo

func decor() map[string]drawing {
	return map[string]drawing{
		"lamp-floor":     {onFloor, 130, floorLamp},
		"lamp-table":     {onTable, 130, func(c *canvas, l *look) { tableLamp(c, l, 600, 690, 1.5) }},
		"lamp-pendant":   {onWall, 0, pendant},
		"painting":       {onWall, 0, painting},
		"mirror":         {onWall, 0, mirror},
		"vase":           {onTable, 130, func(c *canvas, l *look) { c.at(600, 690, 1.35, func() { vaseOf(c, l, l.main, true) }) }},
		"rug":            {onFloor, 0, rug},
		"plant-monstera": {onFloor, 170, monstera},
		"plant-small":    {onTable, 300, smallPlants},
		"plant-snake":    {onFloor, 150, snakePlant},
		"plant-tall":     {onFloor, 150, tallPlant},
	}
}

func floorLamp(c *canvas, l *look) {
	c.body(l.black, box(500, 694, 200, 21, 10))
	c.across(l.black.light(.25), l.black, box(592, 320, 16, 380, 6))
	c.glow(l.warm.light(.4).fade(.65), 600, 270, 330, 290)
	c.grade(l.main.light(.45), l.main.light(.15), poly(520, 150, 680, 150, 740, 340, 460, 340))
	c.fill(l.warm.light(.3), oval(600, 340, 140, 13))
	c.stroke(l.warm.dark(.3), 4, poly(664, 346, 664, 410))
	c.fill(l.warm.dark(.3), dot(664, 414, 7))
}

// tableLamp stands with its foot at x, y.
func tableLamp(c *canvas, l *look, x, y, scale float64) {
	c.at(x, y, scale, func() {
		c.glow(l.warm.light(.4).fade(.6), 0, -220, 240, 210)
		c.body(l.second, path("M -44 0 C -80 -40 -70 -110 -16 -140 L 16 -140 C 70 -110 80 -40 44 0 Z"))
		c.shine(.22, path("M -40 -20 C -60 -60 -46 -100 -20 -120 C -34 -90 -40 -60 -28 -16 Z"))
		c.fill(l.black.light(.2), box(-7, -168, 14, 34, 3))
		c.grade(hex(0xfff8e6), l.warm, poly(-70, -290, 70, -290, 112, -160, -112, -160))
	})
}

func pendant(c *canvas, l *look) {
	c.fill(l.black, box(560, 0, 80, 22, 8), box(597, 20, 6, 230, 0))
	c.glow(l.warm.light(.4).fade(.75), 600, 520, 520, 330)
	c.body(l.black.light(.2), box(574, 236, 52, 44, 10))
	if l.either() {
		c.body(l.main, path("M 560 276 L 640 276 C 760 300 830 380 840 470 L 360 470 C 370 380 440 300 560 276 Z"))
		c.shine(.2, path("M 470 350 C 430 380 410 420 404 452 L 440 452 C 444 414 456 380 490 346 Z"))
	} else {
		c.body(l.main.light(.2), oval(600, 390, 210, 124))
		for i := range 5 {
			c.stroke(l.main.dark(.12).fade(.6), 4, arc(600, 390, 42*float64(i), 124, 90, 270), arc(600, 390, 42*float64(i), 124, -90, 90))
		}
		c.fill(l.warm.light(.3).fade(.4), oval(600, 420, 130, 70))
		return
	}
	c.fill(l.warm.light(.4), oval(600, 472, 238, 20))
	c.fill(hex(0xfffdf4), oval(600, 484, 46, 32))
}

// framed is a small landscape in a frame.
func framed(c *canvas, l *look, x, y, w, h float64) {
	c.shade(.12, box(x+8, y+12, w, h, 4))
	c.body(l.wood.dark(.15), box(x, y, w, h, 4))
	c.fill(hex(0xfbf6ec), box(x+12, y+12, w-24, h-24, 0))
	m := 26.
	c.at(x+m, y+m, 1, func() { landscape(c, l, w-2*m, h-2*m) })
}

func landscape(c *canvas, l *look, w, h float64) {
	c.grade(hex(0xf6dfb8), hex(0xf1c9a4), box(0, 0, w, h, 0))
	c.fill(hex(0xe0905a), dot(w*.68, h*.32, h*.12))
	c.fill(l.main.light(.4), poly(0, h*.62, w*.24, h*.3, w*.44, h*.56, w*.62, h*.38, w, h*.64, w, h, 0, h))
	c.fill(l.main.light(.12), poly(0, h*.74, w*.3, h*.58, w*.6, h*.72, w, h*.56, w, h, 0, h))
	c.fill(l.main.dark(.14), path("M 0 84 C 30 70 60 92 100 78 L 100 100 L 0 100 Z").sized(w/100, h/100))
}

func painting(c *canvas, l *look) {
	w, h := 600., 460.
	if l.either() {
		w, h = 440, 560
	}
	x, y := 600-w/2, 400-h/2
	c.glow(l.wall.dark(.8).fade(.30), 612, 424, w*.72, h*.74)
	frame := l.wood
	if l.either() {
		frame = hex(0xc9a15e)
	}
	c.body(frame, box(x, y, w, h, 6))
	c.fill(frame.dark(.25), box(x+34, y+34, w-68, h-68, 2))
	c.fill(hex(0xfbf6ec), box(x+40, y+40, w-80, h-80, 0))
	c.at(x+78, y+78, 1, func() {
		if l.either() {
			landscape(c, l, w-156, h-156)
		} else {
			abstract(c, l, w-156, h-156)
		}
	})
	c.shine(.10, poly(x+60, y+h-40, x+w*.5, y+40, x+w*.66, y+40, x+w*.3, y+h-40))
}

func abstract(c *canvas, l *look, w, h float64) {
	c.fill(hex(0xf1e7d3), box(0, 0, w, h, 0))
	c.fill(l.main, dot(w*.42, h*.38, min(w, h)*.3))
	c.fill(l.second.fade(.9), box(w*.46, h*.4, w*.36, h*.48, min(w, h)*.18))
	c.stroke(l.black, 7, path("M 10 80 C 30 40 50 100 90 20").sized(w/100, h/100))
}

// sized returns the shape scaled from the origin.
func (s shape) sized(x, y float64) shape {
	out := s.moved(0, 0)
	for _, line := range out {
		for i := range line {
			line[i].x *= x
			line[i].y *= y
		}
	}
	return out
}

func mirror(c *canvas, l *look) {
	c.glow(l.wall.dark(.8).fade(.32), 614, 430, 350, 350)
	c.stroke(l.wood.dark(.3), 8, poly(600, 40, 560, 130), poly(600, 40, 640, 130))
	c.fill(l.black, dot(600, 40, 12))
	c.body(l.wood, dot(600, 400, 288))
	c.grade(l.glass.light(.5), l.glass, dot(600, 400, 256))
	c.shine(.4, path("M 440 540 L 690 164 L 760 200 L 500 610 Z"), path("M 540 634 L 800 250 L 820 280 L 572 650 Z"))
	c.stroke(l.wood.dark(.25).fade(.6), 5, ring(600, 400, 262, 2))
}

// vaseOf stands with its foot at the origin, and is about 300 high.
func vaseOf(c *canvas, l *look, col ink, flowers bool) {
	if flowers {
		for i := range 6 {
			angle := -90 + (float64(i)-2.5)*17
			c.leafAt(hex(0x6f9470), 0, -210, 150+float64(i*53%70), 17, angle)
		}
		for i, bloom := range []point{{-70, -350}, {0, -400}, {74, -356}, {-32, -330}, {40, -320}} {
			petal := l.warm.dark(.03)
			if i%2 == 0 {
				petal = hex(0xe39a86)
			}
			c.stroke(hex(0x6f9470), 5, poly(0, -200, bloom.x, bloom.y))
			c.fill(petal, dot(bloom.x-15, bloom.y, 17), dot(bloom.x+15, bloom.y, 17), dot(bloom.x, bloom.y-16, 17), dot(bloom.x, bloom.y+14, 17))
			c.fill(hex(0xc9803f), dot(bloom.x, bloom.y, 11))
		}
	}
	c.across(col.light(.18), col.dark(.18), path("M -50 0 C -110 -50 -120 -130 -46 -186 Q -34 -200 -46 -226 L 46 -226 Q 34 -200 46 -186 C 120 -130 110 -50 50 0 Z"))
	c.fill(col.dark(.25), oval(0, -226, 47, 10))
	c.shine(.25, path("M -70 -60 C -90 -110 -70 -140 -40 -166 C -56 -130 -62 -100 -52 -56 Z"))
}

func rug(c *canvas, l *look) {
	skew := func(x0, y0, x1, y1 float64) shape {
		at := func(u, v float64) (float64, float64) { return 600 + (u-.5)*(700+v*260), 420 + v*v*80 + v*300 }
		var xy []float64
		for _, p := range []point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}} {
			x, y := at(p.x, p.y)
			xy = append(xy, x, y)
		}
		return poly(xy...)
	}
	c.glow(l.floor.dark(.8).fade(.35), 600, 640, 560, 200)
	for i := range 40 {
		u := float64(i) / 39.5
		c.fill(hex(0xf3ead8), skew(u, -.05, u+.008, 0), skew(u, 1, u+.008, 1.06))
	}
	c.grade(l.main, l.main.dark(.08), skew(0, 0, 1, 1))
	c.fill(hex(0xf3ead8), skew(.05, .07, .95, .93))
	c.grade(l.second, l.second.dark(.06), skew(.075, .105, .925, .895))
	for row := range 3 {
		for i := range 5 {
			u, v := .18+float64(i)*.16, .24+float64(row)*.26
			mid := skew(u, v, u, v)[0][0]
			size := 44 + float64(row)*9
			c.fill(hex(0xf3ead8), poly(mid.x-size, mid.y, mid.x, mid.y-size*.72, mid.x+size, mid.y, mid.x, mid.y+size*.72))
			c.fill(l.main, poly(mid.x-size*.5, mid.y, mid.x, mid.y-size*.36, mid.x+size*.5, mid.y, mid.x, mid.y+size*.36))
		}
	}
}

func monstera(c *canvas, l *look) {
	green := hex(0x4f8060)
	stems := []struct{ x, y, size, angle float64 }{{395, 400, 1, -28}, {790, 380, 1, 24}, {470, 240, 1.05, -14}, {720, 220, 1.1, 14}, {600, 320, 1.2, 0}, {410, 520, .72, -46}, {790, 515, .72, 44}}
	for _, s := range stems {
		c.stroke(green.dark(.1), 10, path("M 0 0 Q 0 -100 1 -160").moved(600, 540), poly(600, 400, s.x, s.y+40))
	}
	for i, s := range stems {
		col := green.to(hex(0x7faa7c), float64(i%3)*.3)
		c.turned(s.x, s.y, s.angle, func() { c.at(s.x, s.y, s.size, func() { splitLeaf(c, col, l.wall) }) })
	}
	c.planter(hex(0xf1ece2), 600, 520, 260, 195)
}

func splitLeaf(c *canvas, col, behind ink) {
	c.body(col, path("M 0 96 C -110 90 -140 -10 -96 -66 C -60 -106 -20 -110 0 -136 C 20 -110 60 -106 96 -66 C 140 -10 110 90 0 96 Z"))
	for i := range 3 {
		y := -56 + float64(i)*46
		c.fill(behind, poly(-132, y-16, -50, y+8, -134, y+6), poly(132, y-16, 50, y+8, 134, y+6))
	}
	c.stroke(col.light(.3).fade(.7), 5, poly(0, 92, 0, -110))
	for i := range 3 {
		y := -30 + float64(i)*42
		c.stroke(col.light(.3).fade(.5), 3, poly(0, y+16, -66, y-12), poly(0, y+16, 66, y-12))
	}
}

func smallPlants(c *canvas, l *look) {
	c.at(380, 690, 1, func() { succulent(c, l) })
	c.at(610, 690, 1.15, func() { seedling(c, l) })
	c.at(840, 690, 1, func() { succulent(c, l) })
}

func succulent(c *canvas, l *look) {
	green := hex(0x76a183)
	for i := range 7 {
		c.leafAt(green.to(hex(0x4f8060), float64(i%2)*.5), 0, -130, 120-float64(abs(i-3))*12, 26, -90+float64(i-3)*26)
	}
	c.planter(hex(0xc07a55), 0, -140, 180, 140)
}

func seedling(c *canvas, l *look) {
	green := hex(0x5f9365)
	c.stroke(green.dark(.1), 9, poly(0, -130, 0, -330))
	for i := range 6 {
		y := -180 - float64(i/2)*70
		c.leafAt(green, 0, y, 110-float64(i)*9, 26, -20-float64(i%2)*140)
	}
	c.fill(hex(0xc24e3b), dot(-48, -206, 21), dot(52, -268, 19))
	c.planter(l.second, 0, -140, 190, 140)
}

func abs(n int) int { return max(n, -n) }

func snakePlant(c *canvas, l *look) {
	green := hex(0x5a8a68)
	for i, top := range []float64{250, 170, 210, 120, 240, 190, 280} {
		x, lean := 500+float64(i)*33, (float64(i)-3)*26
		blade := path("M -24 0 C -34 -40 -30 -70 0 -100 C 30 -70 34 -40 24 0 Z").sized(1, (560-top)/100)
		for _, ring := range blade {
			for j := range ring {
				ring[j].x += x + lean*(-ring[j].y/(560-top))
				ring[j].y += 560
			}
		}
		c.across(hex(0xc9c27a), hex(0xd8d08c), blade)
		inner := shape{make([]point, len(blade[0]))}
		for j, p := range blade[0] {
			mid := x + lean*((560-p.y)/(560-top))
			inner[0][j] = point{mid + (p.x-mid)*.7, p.y + 14}
		}
		c.grade(green.light(.1), green.dark(.14), inner)
	}
	c.planter(l.second.light(.1), 600, 520, 290, 195)
}

func tallPlant(c *canvas, l *look) {
	trunk := hex(0x8a6344)
	green := hex(0x56865f)
	c.stroke(trunk, 17, path("M 600 560 C 590 480 610 420 600 340"))
	c.stroke(trunk, 11, path("M 602 430 C 560 390 530 350 510 300"), path("M 600 400 C 640 350 670 320 690 260"))
	for i := range 34 {
		angle := float64(i) * 137.5
		reach := 30 + float64(i%9)*20
		x, y := 600+reach*cosDegrees(angle), 262+reach*.86*sinDegrees(angle)
		c.leafAt(green.to(hex(0x8db283), float64(i%4)*.28), x, y, 92, 23, angle)
	}
	if l.either() {
		for _, p := range []point{{520, 250}, {660, 200}, {610, 320}, {700, 310}, {560, 160}} {
			c.body(hex(0xe0b83f), oval(p.x, p.y, 23, 27))
		}
	}
	c.planter(l.second.to(hex(0xc07a55), .5), 600, 535, 250, 180)
}
