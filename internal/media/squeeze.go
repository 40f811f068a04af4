package media

import (
	"image"
	"math"
)

// squeeze makes an opaque picture narrower with the Catmull-Rom filter and exchanges its axes; done twice, it shrinks
// both sides and stands as before. The general scaler keeps 32 bytes for each pixel between its two passes, up to 160
// MB a photo; this one keeps four.
func squeeze(picture *image.RGBA, width int) *image.RGBA {
	columns := filter(picture.Rect.Dx(), width)
	rows := picture.Rect.Dy()
	narrow := image.NewRGBA(image.Rect(0, 0, rows, width))
	for y := range rows {
		line := picture.Pix[y*picture.Stride:][:picture.Rect.Dx()*4]
		for x, column := range columns {
			column.blend(line, narrow.Pix[x*narrow.Stride+y*4:][:4])
		}
	}
	return narrow
}

// column says which points make one new point, and how much each counts.
type column struct {
	first   int
	weights []int32 // they add up to one
}

const one = 1 << 14

// blend writes the weighted mean of the points of a line.
func (c column) blend(line, point []byte) {
	var r, g, b int32 = one / 2, one / 2, one / 2
	for i, pixels := 0, line[c.first*4:]; i < len(c.weights) && len(pixels) >= 4; i, pixels = i+1, pixels[4:] {
		w := c.weights[i]
		r += w * int32(pixels[0])
		g += w * int32(pixels[1])
		b += w * int32(pixels[2])
	}
	point[0], point[1], point[2], point[3] = clamp(r), clamp(g), clamp(b), 255
}

func clamp(sum int32) byte { return byte(max(0, min(255, sum>>14))) }

// filter computes the columns that turn from points into to, which are at most as many.
func filter(from, to int) []column {
	columns := make([]column, to)
	ratio := float64(from) / float64(to)
	for x := range columns {
		centre := (float64(x) + 0.5) * ratio
		first, end := max(0, int(centre-2*ratio)), min(from, int(centre+2*ratio)+1)
		columns[x] = column{first, weigh(first, end, centre, ratio)}
	}
	return columns
}

// weigh gives what rounding loses to the heaviest point, so that an even colour stays exactly as it is.
func weigh(first, end int, centre, ratio float64) []int32 {
	shares, total := make([]float64, end-first), 0.0
	for i := range shares {
		shares[i] = catmullRom((float64(first+i) + 0.5 - centre) / ratio)
		total += shares[i]
	}
	weights, left, heaviest := make([]int32, len(shares)), int32(one), 0
	for i, share := range shares {
		weights[i] = int32(math.Round(share / total * one))
		left -= weights[i]
		if weights[i] > weights[heaviest] {
			heaviest = i
		}
	}
	weights[heaviest] += left
	return weights
}

func catmullRom(t float64) float64 {
	t = math.Abs(t)
	switch {
	case t < 1:
		return (1.5*t-2.5)*t*t + 1
	case t < 2:
		return ((-0.5*t+2.5)*t-4)*t + 2
	}
	return 0
}
