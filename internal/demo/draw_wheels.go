package demo

import "math"

func wheels() map[string]drawing {
	return map[string]drawing{
		"bike-city":     {outside, 400, cityBike},
		"bike-road":     {outside, 400, roadBike},
		"bike-mountain": {outside, 400, mountainBike},
		"bike-electric": {outside, 400, electricBike},
		"bike-cargo":    {outside, 440, cargoBike},
		"bike-child":    {outside, 290, childBike},
		"tyre":          {onFloor, 270, tyres},
		"motorbike":     {outside, 400, motorbike},
		"scooter":       {outside, 340, scooter},
		"exercise-bike": {onFloor, 300, exerciseBike},
	}
}

// bike is the side view of a bicycle that goes to the right.
type bike struct {
	radius, rear, front float64 // of the wheels
	saddle, crank       point
	head, neck          point // both ends of the head tube
	tube, tyre          float64
}

func (b bike) hub() float64 { return 715 - b.radius - b.tyre/2 }

func (b bike) wheelsOn(c *canvas, l *look) {
	for _, x := range []float64{b.rear, b.front} {
		spokedWheel(c, l, x, b.hub(), b.radius, b.tyre)
	}
}

func spokedWheel(c *canvas, l *look, x, y, r, tyre float64) {
	for i := range 9 {
		sin, cos := math.Sincos(float64(i)*math.Pi/9 + .2)
		c.stroke(l.black.light(.35).fade(.55), 3, poly(x-cos*r, y-sin*r, x+cos*r, y+sin*r))
	}
	c.fill(l.black.light(.06), ring(x, y, r, tyre))
	c.fill(l.metal.light(.25), ring(x, y, r-tyre*.72, tyre*.36))
	c.fill(l.black.light(.18), dot(x, y, 15))
}

func (b bike) frame(c *canvas, l *look) {
	hub := b.hub()
	c.stroke(l.main.dark(.16), b.tube*.66, poly(b.rear, hub, b.saddle.x, b.saddle.y+22), poly(b.rear, hub, b.crank.x, b.crank.y))
	c.stroke(l.main.dark(.10), b.tube*.86, poly(b.neck.x, b.neck.y, b.front-18, hub-70, b.front, hub))
	c.stroke(l.main, b.tube, poly(b.saddle.x, b.saddle.y, b.crank.x, b.crank.y), poly(b.neck.x, b.neck.y, b.crank.x, b.crank.y))
	c.stroke(l.main.light(.06), b.tube*1.12, poly(b.head.x, b.head.y, b.neck.x, b.neck.y))
}

func (b bike) topTube(c *canvas, l *look, drop float64) {
	along := drop / (b.crank.y - b.saddle.y)
	c.stroke(l.main.light(.05), b.tube, poly(b.saddle.x+(b.crank.x-b.saddle.x)*along, b.saddle.y+drop, b.head.x+4, b.head.y+12))
}

// drive is the chain with its wheels, and the pedals.
func (b bike) drive(c *canvas, l *look) {
	dark, x, y := l.black.light(.1), b.crank.x, b.crank.y
	c.stroke(l.black.light(.3), 5, poly(b.rear, b.hub()-16, x, y-38), poly(b.rear, b.hub()+16, x, y+38))
	c.fill(dark, ring(x, y, 36, 9), dot(x, y, 17))
	c.stroke(dark, 11, poly(x-34, y-46, x+38, y+52))
	c.fill(dark, box(x-60, y-56, 50, 14, 7), box(x+14, y+46, 52, 14, 7))
}

func (b bike) seat(c *canvas, l *look, rise float64) {
	x, y := b.saddle.x, b.saddle.y
	tip := (b.saddle.x - b.crank.x) / (b.crank.y - b.saddle.y) * rise
	c.stroke(l.metal, 11, poly(x, y, x+tip, y-rise))
	c.at(x+tip, y-rise, 1, func() {
		c.body(l.black, path("M -62 -22 C -40 -30 -14 -20 12 -18 C 40 -20 66 -18 70 -8 C 60 4 30 0 8 4 C -20 12 -56 14 -62 -22 Z"))
	})
}

func (b bike) guards(c *canvas, col ink) {
	c.stroke(col, 11, arc(b.rear, b.hub(), b.radius+22, b.radius+22, 170, 300), arc(b.front, b.hub(), b.radius+22, b.radius+22, 200, 312))
}

func (b bike) rack(c *canvas, l *look) {
	y := b.hub() - b.radius - 44
	c.stroke(l.black.light(.12), 9, poly(b.rear-110, y, b.rear+90, y), poly(b.rear-70, y, b.rear, b.hub()), poly(b.rear+20, y, b.rear, b.hub()))
}

// upright is a swept handlebar with a grip and a lamp.
func (b bike) upright(c *canvas, l *look) {
	x, y := b.head.x, b.head.y
	c.stroke(l.metal, 12, poly(x, y, x-14, y-48))
	c.stroke(l.metal.light(.1), 12, path("M 0 0 C 20 -22 30 -20 6 -26 C -30 -34 -60 -26 -86 -18").moved(x-14, y-46))
	c.stroke(l.black.to(l.wood, .6), 18, poly(x-66, y-68, x-104, y-62))
	c.fill(l.black, box(x+14, y-6, 34, 32, 12))
	c.fill(l.warm, box(x+38, y-4, 14, 28, 7))
}

func (b bike) flat(c *canvas, l *look) {
	x, y := b.head.x, b.head.y
	c.stroke(l.black.light(.1), 13, poly(x, y, x-8, y-30, x+34, y-42), poly(x+34, y-42, x-22, y-52))
	c.stroke(l.black, 18, poly(x-12, y-50, x-44, y-56))
}

func cityBike(c *canvas, l *look) {
	b := bike{radius: 158, rear: 345, front: 850, saddle: point{478, 352}, crank: point{556, 566}, head: point{748, 312}, neck: point{768, 376}, tube: 20, tyre: 17}
	mixte := l.either()
	b.wheelsOn(c, l)
	b.guards(c, l.main.dark(.18))
	b.rack(c, l)
	b.frame(c, l)
	if mixte {
		b.topTube(c, l, 120)
	} else {
		b.topTube(c, l, 16)
	}
	b.drive(c, l)
	b.seat(c, l, 48)
	b.upright(c, l)
	if mixte || l.either() {
		basket(c, l, 782, 276)
	}
}

func basket(c *canvas, l *look, x, y float64) {
	weave := hex(0xb98555)
	c.body(weave, poly(x, y, x+128, y, x+108, y+92, x+18, y+92))
	for i := range 4 {
		c.stroke(weave.dark(.22).fade(.6), 4, poly(x+5+float64(i)*4, y+18+float64(i)*20, x+122-float64(i)*5, y+18+float64(i)*20))
	}
	for i := range 5 {
		c.stroke(weave.light(.25).fade(.6), 4, poly(x+14+float64(i)*25, y+4, x+28+float64(i)*18, y+88))
	}
	c.fill(weave.dark(.12), box(x-8, y-8, 144, 16, 8))
}

func roadBike(c *canvas, l *look) {
	b := bike{radius: 164, rear: 348, front: 856, saddle: point{478, 338}, crank: point{560, 566}, head: point{752, 318}, neck: point{770, 378}, tube: 16, tyre: 12}
	b.wheelsOn(c, l)
	b.frame(c, l)
	b.topTube(c, l, 10)
	b.drive(c, l)
	b.seat(c, l, 62)
	x, y := b.head.x, b.head.y
	c.stroke(l.black.light(.1), 13, poly(x, y, x-6, y-24, x+40, y-32))
	tape := l.black
	if l.either() {
		tape = l.second
	}
	c.stroke(tape, 15, path("M 30 -32 C 70 -34 94 -26 92 -4 C 90 26 70 44 30 42").moved(x, y))
	c.stroke(l.black, 10, path("M 86 -22 C 104 -10 104 14 92 30").moved(x, y))
	c.fill(l.second.light(.1), box(596, 436, 22, 76, 9))
}

func mountainBike(c *canvas, l *look) {
	b := bike{radius: 156, rear: 345, front: 862, saddle: point{482, 372}, crank: point{566, 560}, head: point{742, 316}, neck: point{762, 372}, tube: 24, tyre: 34}
	b.wheelsOn(c, l)
	for _, x := range []float64{b.rear, b.front} {
		for i := range 26 {
			sin, cos := math.Sincos(float64(i) * math.Pi / 13)
			c.fill(l.black, dot(x+cos*(b.radius+17), b.hub()+sin*(b.radius+17), 8))
		}
		c.fill(l.metal.dark(.1), ring(x, b.hub(), 42, 9))
	}
	b.frame(c, l)
	b.topTube(c, l, 26)
	c.stroke(l.black.light(.12), 27, poly(b.neck.x+2, b.neck.y+6, 822, 468))
	c.stroke(l.metal.light(.2), 15, poly(772, 396, 806, 440))
	b.drive(c, l)
	b.seat(c, l, 62)
	b.flat(c, l)
}

func electricBike(c *canvas, l *look) {
	b := bike{radius: 158, rear: 345, front: 856, saddle: point{478, 360}, crank: point{560, 562}, head: point{744, 306}, neck: point{764, 376}, tube: 22, tyre: 24}
	low := l.either()
	b.wheelsOn(c, l)
	b.guards(c, l.black.light(.1))
	b.rack(c, l)
	b.frame(c, l)
	if !low {
		b.topTube(c, l, 22)
	}
	c.stroke(l.main.dark(.06), 44, poly(742, 408, 590, 530))
	c.stroke(l.black, 30, poly(716, 430, 614, 512))
	c.fill(hex(0x8fd19a), dot(706, 438, 6), dot(692, 449, 6), dot(678, 460, 6))
	c.body(l.black, box(522, 524, 86, 78, 30))
	b.drive(c, l)
	b.seat(c, l, 52)
	b.upright(c, l)
	c.fill(l.black, box(724, 222, 44, 24, 8))
	c.fill(l.glass, box(729, 226, 34, 15, 4))
}

func cargoBike(c *canvas, l *look) {
	b := bike{radius: 128, rear: 262, front: 944, saddle: point{376, 372}, crank: point{434, 578}, head: point{606, 330}, neck: point{618, 410}, tube: 20, tyre: 20}
	spokedWheel(c, l, b.rear, b.hub(), b.radius, b.tyre)
	small := bike{radius: 96, tyre: 20}
	spokedWheel(c, l, b.front, small.hub(), 96, 20)
	c.stroke(l.main.dark(.1), 20, poly(618, 410, 648, 640, 860, 652, 898, 540), poly(898, 540, 944, small.hub()))
	c.stroke(l.main, 20, poly(434, 578, 642, 644), poly(b.crank.x, b.crank.y, 618, 400), poly(376, 372, 434, 578), poly(606, 330, 620, 420))
	c.stroke(l.main.dark(.14), 14, poly(b.rear, b.hub(), 384, 396), poly(b.rear, b.hub(), 434, 578))
	cargoBox(c, l)
	b.drive(c, l)
	b.seat(c, l, 46)
	c.stroke(l.metal, 12, poly(606, 330, 590, 258, 536, 250))
	c.stroke(l.black, 18, poly(550, 252, 512, 248))
}

func cargoBox(c *canvas, l *look) {
	c.grade(l.wood.light(.14), l.wood.dark(.06), poly(636, 392, 912, 416, 876, 628, 668, 628))
	for i := range 3 {
		y := 450 + float64(i)*58
		c.stroke(l.wood.dark(.2).fade(.6), 4, poly(646+float64(i)*8, y, 900-float64(i)*9, y+10))
	}
	c.fill(l.wood.dark(.18), poly(626, 382, 922, 408, 920, 424, 628, 400))
	if l.either() {
		c.stroke(l.second.dark(.1), 10, path("M 640 386 C 640 250 720 226 780 250 C 850 280 890 330 906 408"))
		c.fill(l.second.fade(.55), path("M 640 386 C 640 250 720 226 780 250 C 850 280 890 330 906 408 Z"))
	}
}

func childBike(c *canvas, l *look) {
	b := bike{radius: 104, rear: 420, front: 782, saddle: point{520, 462}, crank: point{572, 606}, head: point{690, 424}, neck: point{706, 478}, tube: 22, tyre: 24}
	b.wheelsOn(c, l)
	b.guards(c, l.second)
	b.frame(c, l)
	b.topTube(c, l, 70)
	c.fill(l.second, ring(572, 606, 34, 12))
	b.drive(c, l)
	b.seat(c, l, 40)
	b.upright(c, l)
	c.stroke(l.second.light(.1), 6, poly(586, 360, 566, 412), poly(586, 360, 584, 418), poly(586, 360, 600, 410))
	c.fill(l.black.light(.1), dot(440, 690, 24))
	c.fill(l.metal, dot(440, 690, 10))
}

func tyres(c *canvas, l *look) {
	for _, at := range []point{{760, 560}, {470, 545}} {
		r := 715 - at.y
		c.grade(l.black.light(.10), l.black.dark(.2), dot(at.x, at.y, r))
		for i := range 40 {
			sin, cos := math.Sincos(float64(i) * math.Pi / 20)
			c.stroke(l.black.light(.26), 5, poly(at.x+cos*(r-6), at.y+sin*(r-6), at.x+cos*(r-26)-sin*8, at.y+sin*(r-26)+cos*8))
		}
		alloy(c, l, at.x, at.y, r*.64)
	}
}

// alloy is a rim with five spokes.
func alloy(c *canvas, l *look, x, y, r float64) {
	c.grade(l.metal.dark(.35), l.metal.dark(.5), dot(x, y, r))
	for i := range 5 {
		c.turned(x, y, float64(i)*72, func() {
			c.fill(l.metal.light(.35), poly(x-r*.13, y, x-r*.2, y-r*.95, x+r*.2, y-r*.95, x+r*.13, y))
		})
	}
	c.fill(l.metal.light(.3), ring(x, y, r*.94, r*.12), dot(x, y, r*.24))
	c.fill(l.metal.dark(.25), dot(x, y, r*.11))
}
