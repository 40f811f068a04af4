package pdq

import (
	"image"
	"image/color"
)

// grey is the brightness of a photo, 0 to 255, row by row, with sides of at most 512 pixels.
type grey struct {
	width, height int
	pix           []float32
}

// greyOf samples a photo. One with a longer side becomes 512×512, whatever its shape was.
func greyOf(picture image.Image) *grey {
	bounds := picture.Bounds()
	g := &grey{width: bounds.Dx(), height: bounds.Dy()}
	if max(g.width, g.height) > longest {
		g.width, g.height = longest, longest
	}
	g.pix = make([]float32, g.width*g.height)
	columns := make([]int, g.width)
	for x := range columns {
		columns[x] = bounds.Min.X + x*bounds.Dx()/g.width
	}
	for y := range g.height {
		readRow(g.pix[y*g.width:(y+1)*g.width], picture, columns, bounds.Min.Y+y*bounds.Dy()/g.height)
	}
	return g
}

// readRow has a way of its own for what decoders mostly make. Transparent parts are white, as on the site's pages.
func readRow(row []float32, picture image.Image, columns []int, y int) {
	switch p := picture.(type) {
	case *image.YCbCr:
		for i, x := range columns {
			at := p.COffset(x, y)
			r, g, b := color.YCbCrToRGB(p.Y[p.YOffset(x, y)], p.Cb[at], p.Cr[at])
			row[i] = luma(float32(r), float32(g), float32(b))
		}
	case *image.Gray:
		for i, x := range columns {
			row[i] = float32(p.Pix[p.PixOffset(x, y)])
		}
	case *image.RGBA:
		for i, x := range columns {
			at := p.Pix[p.PixOffset(x, y):][:4]
			clear := float32(255 - at[3])
			row[i] = luma(float32(at[0])+clear, float32(at[1])+clear, float32(at[2])+clear)
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

func luma(r, g, b float32) float32 { return .299*r + .587*g + .114*b }

// deepLuma is luma on white of a colour in 16 bits, cut to 8 as decoders to RGB do.
func deepLuma(r, g, b, a uint32) float32 {
	clear := 0xffff - a
	return luma(float32((r+clear)>>8), float32((g+clear)>>8), float32((b+clear)>>8))
}

// blur passes a box filter over rows and columns, twice.
func (g *grey) blur() {
	other := make([]float32, len(g.pix))
	sums := make([]float32, g.width)
	across, down := window(g.width), window(g.height)
	for range passes {
		for y := range g.height {
			blurRow(other[y*g.width:(y+1)*g.width], g.pix[y*g.width:(y+1)*g.width], across)
		}
		blurColumns(g.pix, other, g.width, g.height, down, sums)
	}
}

// window is the width of the filter for a side, 1 to 4 pixels.
func window(length int) int { return (length + 127) / 128 }

// reach is how far the window goes before and behind a pixel. An even window leans forward.
func reach(window int) (before, behind int) { return (window - 1) / 2, window / 2 }

// blurRow keeps a running sum; at the borders the window shrinks.
func blurRow(out, in []float32, window int) {
	before, behind := reach(window)
	var sum float32
	count := float32(0)
	for i := range min(behind, len(in)) {
		sum, count = sum+in[i], count+1
	}
	for i := range out {
		if i+behind < len(in) {
			sum, count = sum+in[i+behind], count+1
		}
		if i-before > 0 {
			sum, count = sum-in[i-before-1], count-1
		}
		out[i] = sum / count
	}
}

// blurColumns runs all columns abreast, because memory lies in rows.
func blurColumns(out, in []float32, width, height, window int, sums []float32) {
	before, behind := reach(window)
	clear(sums)
	count := float32(0)
	for y := range min(behind, height) {
		add(sums, in[y*width:(y+1)*width])
		count++
	}
	for y := range height {
		if y+behind < height {
			add(sums, in[(y+behind)*width:(y+behind+1)*width])
			count++
		}
		if y-before > 0 {
			subtract(sums, in[(y-before-1)*width:(y-before)*width])
			count--
		}
		for x, sum := range sums {
			out[y*width+x] = sum / count
		}
	}
}

func add(sums, row []float32) {
	for x := range sums {
		sums[x] += row[x]
	}
}

func subtract(sums, row []float32) {
	for x := range sums {
		sums[x] -= row[x]
	}
}
