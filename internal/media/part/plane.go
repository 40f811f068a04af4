package part

import (
	"image"
	"math"
)

// plane is brightness, row by row.
type plane struct {
	wide, high int
	pix        []float32
}

func newPlane(wide, high int) *plane {
	return &plane{wide, high, make([]float32, wide*high)}
}

const (
	long   = 320 // pixels of the longer side of the picture that is looked at
	probes = 4   // pixels read across and down for one of them, at most
)

// read makes a picture small. Each pixel is the mean of up to 16 of the picture's.
func read(picture image.Image) *plane {
	bounds := picture.Bounds()
	scale := max(1, float64(max(bounds.Dx(), bounds.Dy()))/long)
	p := newPlane(max(1, int(float64(bounds.Dx())/scale+.5)), max(1, int(float64(bounds.Dy())/scale+.5)))
	n := min(probes, int(math.Ceil(scale)))
	columns := make([]int, p.wide*n)
	for i := range columns {
		columns[i] = bounds.Min.X + (2*i+1)*bounds.Dx()/(2*len(columns))
	}
	line := make([]float32, len(columns))
	for i := range p.high * n {
		readRow(line, picture, columns, bounds.Min.Y+(2*i+1)*bounds.Dy()/(2*p.high*n))
		row := p.pix[i/n*p.wide:][:p.wide]
		for x := range row {
			for _, value := range line[x*n:][:n] {
				row[x] += value
			}
		}
	}
	for i := range p.pix {
		p.pix[i] /= float32(n * n)
	}
	return p
}

// readRow has a way of its own for what decoders mostly make. Transparent parts are white.
func readRow(row []float32, picture image.Image, columns []int, y int) {
	switch p := picture.(type) {
	case *image.YCbCr:
		from := p.Y[p.YOffset(p.Rect.Min.X, y):]
		for i, x := range columns {
			row[i] = float32(from[x-p.Rect.Min.X])
		}
	case *image.RGBA:
		from := p.Pix[p.PixOffset(p.Rect.Min.X, y):]
		for i, x := range columns {
			at := from[4*(x-p.Rect.Min.X):][:4]
			row[i] = .299*float32(at[0]) + .587*float32(at[1]) + .114*float32(at[2]) + float32(255-at[3])
		}
	case image.RGBA64Image:
		for i, x := range columns {
			c := p.RGBA64At(x, y)
			row[i] = deepLuma(uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A))
		}
	default:
		for i, x := range columns {
			row[i] = deepLuma(picture.At(x, y).RGBA())
		}
	}
}

func deepLuma(r, g, b, a uint32) float32 {
	return (.299*float32(r) + .587*float32(g) + .114*float32(b) + float32(0xffff-a)) / 257
}

// half makes one pixel of four.
func (p *plane) half() *plane {
	h := newPlane(p.wide/2, p.high/2)
	for y := range h.high {
		above, below := p.pix[2*y*p.wide:][:2*h.wide], p.pix[(2*y+1)*p.wide:][:2*h.wide]
		to := h.pix[y*h.wide:][:h.wide]
		for x := range to {
			to[x] = (above[2*x] + above[2*x+1] + below[2*x] + below[2*x+1]) / 4
		}
	}
	return h
}

// blur is a Gaussian of a width in pixels.
func (p *plane) blur(sigma float64) *plane {
	kernel := gauss(sigma)
	between, out := newPlane(p.wide, p.high), newPlane(p.wide, p.high)
	reach := len(kernel) - 1
	padded := make([]float32, p.wide+2*reach)
	for y := range p.high {
		from, to := p.pix[y*p.wide:][:p.wide], between.pix[y*p.wide:][:p.wide]
		copy(padded[reach:], from)
		for i := range reach {
			padded[i], padded[reach+p.wide+i] = from[0], from[p.wide-1]
		}
		for k, weight := range kernel {
			left, right := padded[reach-k:][:len(to)], padded[reach+k:][:len(to)]
			if k == 0 {
				right = nil
			}
			addRows(to, left, right, weight)
		}
	}
	for y := range p.high {
		to := out.pix[y*p.wide:][:p.wide]
		for k, weight := range kernel {
			above, below := between.row(y-k), between.row(y+k)
			if k == 0 {
				below = nil
			}
			addRows(to, above, below, weight)
		}
	}
	return out
}

func addRows(to, a, b []float32, weight float32) {
	if b == nil {
		for x := range to {
			to[x] += weight * a[x]
		}
		return
	}
	a, b = a[:len(to)], b[:len(to)]
	for x := range to {
		to[x] += weight * (a[x] + b[x])
	}
}

// row is a row, or the nearest one there is.
func (p *plane) row(y int) []float32 {
	y = min(max(y, 0), p.high-1)
	return p.pix[y*p.wide:][:p.wide]
}

// gauss is half of a bell, the middle first.
func gauss(sigma float64) []float32 {
	reach := int(math.Ceil(3 * sigma))
	kernel := make([]float32, reach+1)
	var sum float64
	for i := range kernel {
		weight := math.Exp(-float64(i*i) / (2 * sigma * sigma))
		kernel[i] = float32(weight)
		sum += weight
		if i > 0 {
			sum += weight
		}
	}
	for i := range kernel {
		kernel[i] /= float32(sum)
	}
	return kernel
}

// at is the brightness between pixels.
func (p *plane) at(x, y float64) float32 {
	x, y = min(max(x, 0), float64(p.wide-1)), min(max(y, 0), float64(p.high-1))
	left, top := int(x), int(y)
	right, low := min(left+1, p.wide-1), min(top+1, p.high-1)
	u, v := float32(x-float64(left)), float32(y-float64(top))
	a := p.pix[top*p.wide+left]*(1-u) + p.pix[top*p.wide+right]*u
	b := p.pix[low*p.wide+left]*(1-u) + p.pix[low*p.wide+right]*u
	return a*(1-v) + b*v
}
