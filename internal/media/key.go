package media

import (
	"fmt"
	"regexp"
	"strconv"

	"fairground/internal/media/part"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// Accept is what a file input for photos should accept. Telephones convert their own formats to one of these.
const Accept = "image/jpeg,image/png,image/gif,image/webp"

// The sizes, named by the length of the long side in pixels.
const (
	Small  = 320  // lists and cards
	Medium = 800  // a listing's page on a telephone
	Large  = 1600 // the gallery
)

// Photo is a stored photo. It holds nothing that is not in the pixels of the original but its SHA-256. Hash, Upright and
// Quality are filled by Process, Turn, Crop and Photos.Hashed; a Photo that is put together from what a listing keeps has none.
type Photo struct {
	Sha256 string // of the original bytes, 64 hexadecimal digits
	Width  int    // of the original, upright, in pixels
	Height int
	Colour string // the most common colour, such as #3a7d5c, to show while the photo loads
	Sizes  []Size // as SizesOf returns them

	Hash    pdq.Hash // of the pixels as they were sent, so that it agrees with lists that know nothing of EXIF
	Upright pdq.Hash // of the photo as it is shown; equal to Hash unless the file asked to be turned
	Quality int      // of the hashes, 0 to 100; pdq.Unhashed when the record is older than hashing

	Parts []part.Part // of the photo as it is shown, by which cropped copies are found; filled with the hashes
}

// Size is one stored picture of a photo.
type Size struct {
	Px     int    // Small, Medium or Large
	Width  int    // true width in pixels; less than Px if the original was smaller
	Height int    // true height in pixels
	Key    string // of the blob; its address is Path + Key
}

// At returns the smallest size at least width pixels wide, or else the largest. A photo without sizes has none.
func (p Photo) At(width int) Size {
	for _, s := range p.Sizes {
		if s.Width >= width {
			return s
		}
	}
	if len(p.Sizes) == 0 {
		return Size{}
	}
	return p.Sizes[len(p.Sizes)-1]
}

// SizesOf returns which sizes a photo of these dimensions has, smallest first. A photo is never enlarged: its largest
// size has its own dimensions if these are under Large, and bigger sizes are left out. So it is enough to keep
// Sha256, Width, Height and Colour.
func SizesOf(sha256 string, width, height int) []Size {
	var sizes []Size
	for _, px := range []int{Small, Medium, Large} {
		w, h := fit(width, height, px)
		sizes = append(sizes, Size{Px: px, Width: w, Height: h, Key: Key(sha256, px)})
		if max(width, height) <= px {
			break
		}
	}
	return sizes
}

// fit returns the largest dimensions of the same shape whose long side is at most px, and never larger ones.
func fit(width, height, px int) (int, int) {
	long := max(width, height)
	if long <= px {
		return width, height
	}
	scaled := func(side int) int { return max(1, (side*px+long/2)/long) }
	return scaled(width), scaled(height)
}

// Key names the blob of one size: photo/ab/abcd…-800.webp.
func Key(sha256 string, px int) string {
	return fmt.Sprintf("photo/%.2s/%s-%d.webp", sha256, sha256, px)
}

var photoKey = regexp.MustCompile(`^photo/([0-9a-f]{2})/([0-9a-f]{64})-(320|800|1600)\.webp$`)

// ParseKey reads what Key wrote. It returns an error of kind NotFound for anything else.
func ParseKey(key string) (sha256 string, px int, err error) {
	parts := photoKey.FindStringSubmatch(key)
	if parts == nil || parts[1] != parts[2][:2] {
		return "", 0, value.Errorf(value.NotFound, "there is no such photo")
	}
	px, err = strconv.Atoi(parts[3])
	return parts[2], px, err
}
