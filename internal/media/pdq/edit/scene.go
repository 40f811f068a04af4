package edit

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"fairground/internal/media/pdq"
)

// Scene draws a picture that is built as photos are: a ground and a sky in slopes of colour, things of many sizes before them,
// some light and some dark, grain over all. The same seed gives the same picture.
func Scene(width, height int, seed uint64) *image.RGBA {
	chance := rand.New(rand.NewPCG(seed, 0x5ce9e))
	picture := canvas(width, height)
	slope(picture, shade(chance), shade(chance), .3+.4*chance.Float64())
	for range 24 + chance.IntN(24) {
		thing(picture, chance)
	}
	grain(picture, chance)
	return picture
}

func shade(chance *rand.Rand) color.RGBA {
	return color.RGBA{uint8(chance.IntN(256)), uint8(chance.IntN(256)), uint8(chance.IntN(256)), 255}
}

func slope(p *image.RGBA, sky, ground color.RGBA, horizon float64) {
	for y := range p.Rect.Dy() {
		t := float64(y) / float64(p.Rect.Dy())
		c := sky
		if t > horizon {
			c = ground
		}
		light := .6 + .4*math.Abs(t-horizon)
		c = color.RGBA{uint8(float64(c.R) * light), uint8(float64(c.G) * light), uint8(float64(c.B) * light), 255}
		for x := range p.Rect.Dx() {
			p.SetRGBA(x, y, c)
		}
	}
}

// thing is a rounded box or a disc with a shadow at one side.
func thing(p *image.RGBA, chance *rand.Rand) {
	w, h := float64(p.Rect.Dx()), float64(p.Rect.Dy())
	x, y := chance.Float64()*w, chance.Float64()*h
	wide, high := (.02+.13*chance.Float64())*w, (.02+.16*chance.Float64())*h
	power := []float64{2, 4, 12}[chance.IntN(3)]
	c := shade(chance)
	for py := max(0, int(y-high)); py < min(p.Rect.Dy(), int(y+high)); py++ {
		for px := max(0, int(x-wide)); px < min(p.Rect.Dx(), int(x+wide)); px++ {
			u, v := (float64(px)-x)/wide, (float64(py)-y)/high
			if math.Pow(math.Abs(u), power)+math.Pow(math.Abs(v), power) > 1 {
				continue
			}
			light := .75 + .25*u
			p.SetRGBA(px, py, color.RGBA{uint8(float64(c.R) * light), uint8(float64(c.G) * light), uint8(float64(c.B) * light), 255})
		}
	}
}

func grain(p *image.RGBA, chance *rand.Rand) {
	for i := 0; i < len(p.Pix); i += 4 {
		more := chance.IntN(13) - 6
		for k := range 3 {
			p.Pix[i+k] = uint8(min(255, max(0, int(p.Pix[i+k])+more)))
		}
	}
}

// Scenes draws so many different ones, 800×600.
func Scenes(count int) []*image.RGBA {
	all := make([]*image.RGBA, count)
	for i := range all {
		all[i] = Scene(800, 600, uint64(i+1))
	}
	return all
}

// Reference reads the photos of a folder of reference vectors, and of those that are copies of one another only the first. A
// missing folder is an error that errors.Is(err, fs.ErrNotExist) finds.
func Reference(dir string) ([]*image.RGBA, error) {
	var photos []*image.RGBA
	var seen []pdq.Hash
	err := pdq.EachVector(dir, func(v pdq.Vector) {
		for _, before := range seen {
			if before.Distance(v.Want) <= pdq.Near {
				return
			}
		}
		seen = append(seen, v.Want)
		photos = append(photos, Copy(v.Picture))
	})
	return photos, err
}
