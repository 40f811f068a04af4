package pdq

import (
	"bufio"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The bar of the reference vectors: decoders of JPEG differ, so hashes may differ in this many bits where quality is good.
const (
	vectorDistance = 10
	vectorQuality  = 80
)

// Vector is one photo of the reference with the hash and quality that the reference gives it.
type Vector struct {
	Name    string
	Want    Hash
	Quality int
	Picture image.Image
}

// Vectors hashes the photos named in dir/expected.txt and counts those whose quality is good enough to be compared, and those of
// them that are too far from the reference. A missing folder is an error that errors.Is(err, fs.ErrNotExist) finds.
func Vectors(dir string) (checked, bad int, err error) {
	err = EachVector(dir, func(v Vector) {
		if v.Quality < vectorQuality {
			return
		}
		checked++
		if got, _ := Of(v.Picture); v.Want.Distance(got) > vectorDistance {
			bad++
		}
	})
	return checked, bad, err
}

// EachVector reads dir/expected.txt and the JPEG files it names, one at a time.
func EachVector(dir string, see func(v Vector)) error {
	list, err := os.Open(filepath.Join(dir, "expected.txt"))
	if err != nil {
		return fmt.Errorf("pdq.EachVector: %w", err)
	}
	defer list.Close()
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 || fields[0] == "file" {
			continue
		}
		v, err := readVector(dir, fields)
		if err != nil {
			return fmt.Errorf("pdq.EachVector(%s): %w", fields[0], err)
		}
		see(v)
	}
	return lines.Err()
}

func readVector(dir string, fields []string) (Vector, error) {
	v := Vector{Name: filepath.Base(fields[0])}
	var err error
	if v.Want, err = ParseHash(fields[1]); err != nil {
		return v, err
	}
	if v.Quality, err = strconv.Atoi(fields[2]); err != nil {
		return v, err
	}
	file, err := os.Open(filepath.Join(dir, v.Name))
	if err != nil {
		return v, err
	}
	defer file.Close()
	v.Picture, err = jpeg.Decode(file)
	return v, err
}
