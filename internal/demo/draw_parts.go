package demo

// This file holds the parts that many drawings share.

// body paints shapes in a colour that is a little lighter at the top, as under a lamp.
func (c *canvas) body(col ink, shapes ...shape) {
	for _, s := range shapes {
		c.grade(col.light(.10), col.dark(.10), s)
	}
}

// shine is a pale streak on a glossy side.
func (c *canvas) shine(strength float64, shapes ...shape) {
	c.fill(hex(0xffffff).fade(strength), shapes...)
}

// shade is a darker streak, where a part lies below another.
func (c *canvas) shade(strength float64, shapes ...shape) {
	c.fill(hex(0x2a2a35).fade(strength), shapes...)
}

// posts are upright legs from a height down to the ground, each at one x.
func (c *canvas) posts(col ink, width, top, bottom float64, xs ...float64) {
	for _, x := range xs {
		c.across(col.light(.08), col.dark(.14), box(x-width/2, top, width, bottom-top, width/4))
	}
}

// pane is a piece of glass with light falling slanting through it.
func (c *canvas) pane(col ink, x, y, w, h, r float64) {
	c.grade(col.light(.30), col, box(x, y, w, h, r))
	c.shine(.32, poly(x+w*.16, y+h, x+w*.50, y, x+w*.68, y, x+w*.34, y+h))
}

// planter is a pot that narrows towards its foot; x is its middle, top its rim.
func (c *canvas) planter(col ink, x, top, width, height float64) {
	half, foot := width/2, width*.36
	c.across(col.light(.10), col.dark(.16), poly(x-half*.92, top+height*.14, x+half*.92, top+height*.14, x+foot, top+height, x-foot, top+height))
	c.across(col.light(.16), col.dark(.08), box(x-half, top, width, height*.2, 6))
	c.shade(.14, box(x-half*.92, top+height*.2, half*1.84, 8, 0))
}

// leafAt is one pointed leaf that grows from x, y towards an angle, 0 to the right and -90 up.
func (c *canvas) leafAt(col ink, x, y, length, width, angle float64) {
	c.turned(x, y, angle, func() {
		c.at(x, y, 1, func() {
			blade := shape{append(bend(point{0, 0}, [6]float64{length * .25, -width, length * .75, -width, length, 0}),
				bend(point{length, 0}, [6]float64{length * .75, width, length * .25, width, 0, 0})...)}
			c.across(col.dark(.14), col.light(.10), blade)
			c.stroke(col.dark(.22).fade(.5), 3, poly(length*.06, 0, length*.86, 0))
		})
	})
}

// keys are small squares in rows.
func (c *canvas) keys(col ink, x, y, pitch, size float64, columns, rows int) {
	for row := range rows {
		for column := range columns {
			c.fill(col, box(x+float64(column)*pitch, y+float64(row)*pitch, size, size, size/5))
		}
	}
}

// scribble stands for lines of writing.
func (c *canvas) scribble(col ink, x, y, width, step float64, lines int) {
	for i := range lines {
		w := width * (1 - .17*float64(i*i%3))
		c.fill(col, box(x, y+float64(i)*step, w, step*.34, step*.17))
	}
}
