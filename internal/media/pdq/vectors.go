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

// Vectors hashes the photos named in dir/expected.txt and counts those whose quality is good enough to be compared, and those of
// them that are too far from the reference. A missing folder is an error that errors.Is(err, fs.ErrNotExist) finds.
func Vectors(dir string) (checked, bad int, err error) {
	err = eachVector(dir, func(_ string, want, got Hash, quality, _ int) {
		if quality < vectorQuality {
			return
		}
		checked++
		if want.Distance(got) > vectorDistance {
			bad++
		}
	})
	return checked, bad, err
}

func eachVector(dir string, see func(name string, want, got Hash, quality, gotQuality int)) error {
	list, err := os.Open(filepath.Join(dir, "expected.txt"))
	if err != nil {
		return fmt.Errorf("pdq.Vectors: %w", err)
	}
	defer list.Close()
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 || fields[0] == "file" {
			continue
		}
		want, err := ParseHash(fields[1])
		if err != nil {
			return err
		}
		quality, err := strconv.Atoi(fields[2])
		if err != nil {
			return fmt.Errorf("pdq.Vectors(%s): %w", fields[0], err)
		}
		picture, err := open(filepath.Join(dir, filepath.Base(fields[0])))
		if err != nil {
			return err
		}
		got, gotQuality := Of(picture)
		see(fields[0], want, got, quality, gotQuality)
	}
	return lines.Err()
}

func open(name string) (image.Image, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("pdq.Vectors: %w", err)
	}
	defer file.Close()
	picture, err := jpeg.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("pdq.Vectors(%s): %w", name, err)
	}
	return picture, nil
}
