package pdq

import (
	"image"
	"math"
	"slices"
)

// slowly is a second reading of the specification: float64, windows summed anew for each pixel, the transform by its formula.
func slowly(picture image.Image) (Hash, int) {
	rect := picture.Bounds()
	w, h := rect.Dx(), rect.Dy()
	if w > 512 || h > 512 {
		w, h = 512, 512
	}
	grid := make([][]float64, h)
	for y := range grid {
		grid[y] = make([]float64, w)
		for x := range grid[y] {
			r, g, b, _ := picture.At(rect.Min.X+x*rect.Dx()/w, rect.Min.Y+y*rect.Dy()/h).RGBA()
			grid[y][x] = .299*float64(r>>8) + .587*float64(g>>8) + .114*float64(b>>8)
		}
	}
	for range 2 {
		grid = slowRows(grid)
		grid = exchange(slowRows(exchange(grid)))
	}
	var a [64][64]float64
	for i := range 64 {
		for j := range 64 {
			a[i][j] = grid[int((float64(i)+.5)*float64(h)/64)][int((float64(j)+.5)*float64(w)/64)]
		}
	}
	return slowHash(&a), slowQuality(&a)
}

func slowRows(grid [][]float64) [][]float64 {
	out := make([][]float64, len(grid))
	for y, row := range grid {
		out[y] = make([]float64, len(row))
		size := int(math.Ceil(float64(len(row)) / 128))
		for x := range row {
			from, to := max(0, x-(size-1)/2), min(len(row)-1, x+size/2)
			for k := from; k <= to; k++ {
				out[y][x] += row[k] / float64(to-from+1)
			}
		}
	}
	return out
}

func exchange(grid [][]float64) [][]float64 {
	out := make([][]float64, len(grid[0]))
	for x := range out {
		for y := range grid {
			out[x] = append(out[x], grid[y][x])
		}
	}
	return out
}

func slowHash(a *[64][64]float64) Hash {
	var b [256]float64
	for i := range 16 {
		for j := range 16 {
			for y := range 64 {
				for x := range 64 {
					b[i*16+j] += a[y][x] * math.Cos(math.Pi/128*float64((i+1)*(2*y+1))) * math.Cos(math.Pi/128*float64((j+1)*(2*x+1))) / 32
				}
			}
		}
	}
	sorted := b
	slices.Sort(sorted[:])
	var h Hash
	for k, v := range b {
		if v > sorted[127] {
			h.set(k)
		}
	}
	return h
}

func slowQuality(a *[64][64]float64) int {
	sum := 0.
	for i := range 64 {
		for j := range 64 {
			if i < 63 {
				sum += math.Abs(math.Trunc((a[i][j] - a[i+1][j]) * 100 / 255))
			}
			if j < 63 {
				sum += math.Abs(math.Trunc((a[i][j] - a[i][j+1]) * 100 / 255))
			}
		}
	}
	return min(100, int(sum)/90)
}
