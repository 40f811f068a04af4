package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/gen2brain/webp"
)

// landscape draws a picture whose four corners differ: red top left, green top right, blue bottom left, white bottom
// right; the rest is a slope of colour so that it compresses as photos do.
func landscape(width, height int) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.SetRGBA(x, y, cornerOr(x*4/width, y*4/height, color.RGBA{uint8(90 + x*40/width), 125, uint8(90 + y*30/height), 255}))
		}
	}
	return picture
}

func cornerOr(column, row int, other color.RGBA) color.RGBA {
	switch [2]int{column, row} {
	case [2]int{0, 0}:
		return color.RGBA{255, 0, 0, 255}
	case [2]int{3, 0}:
		return color.RGBA{0, 255, 0, 255}
	case [2]int{0, 3}:
		return color.RGBA{0, 0, 255, 255}
	case [2]int{3, 3}:
		return color.RGBA{255, 255, 255, 255}
	}
	return other
}

func asJPEG(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, picture, &jpeg.Options{Quality: 90}))
	return out.Bytes()
}

func asPNG(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	must(t, (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, picture))
	return out.Bytes()
}

func asWebP(t testing.TB, picture image.Image, lossless bool) []byte {
	t.Helper()
	var out bytes.Buffer
	must(t, webp.Encode(&out, picture, webp.Options{Quality: 90, Lossless: lossless}))
	return out.Bytes()
}

func asGIF(t testing.TB, frames int, width, height int) []byte {
	t.Helper()
	movie := &gif.GIF{}
	for i := range frames {
		frame := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White})
		frame.SetColorIndex(i, i, 1)
		movie.Image, movie.Delay = append(movie.Image, frame), append(movie.Delay, 10)
	}
	var out bytes.Buffer
	must(t, gif.EncodeAll(&out, movie))
	return out.Bytes()
}

// tiffBlock is EXIF with an orientation and the place where a photo was taken, in either byte order.
func tiffBlock(order binary.AppendByteOrder, orientation uint16, secret string) []byte {
	mark := "II"
	if order.AppendUint16(nil, 1)[0] == 0 {
		mark = "MM"
	}
	const places = 8 + 2 + 2*12 + 4
	block := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	block = order.AppendUint16(block, 2)
	block = entry12(order, block, tagOrientation, typeShort, 1, order.AppendUint16(nil, orientation))
	block = entry12(order, block, 0x8825, 4, 1, order.AppendUint32(nil, places))
	block = order.AppendUint32(block, 0)
	block = order.AppendUint16(block, 1) // the directory of places
	block = entry12(order, block, 0x001d, 2, uint32(len(secret)), order.AppendUint32(nil, places+2+12+4))
	return append(order.AppendUint32(block, 0), secret...)
}

func entry12(order binary.AppendByteOrder, block []byte, tag, kind uint16, count uint32, held []byte) []byte {
	block = order.AppendUint32(order.AppendUint16(order.AppendUint16(block, tag), kind), count)
	return append(block, append(held, 0, 0, 0, 0)[:4]...)
}

// withSegment puts a segment behind the first two bytes of a JPEG.
func withSegment(raw []byte, marker byte, body []byte) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return bytes.Join([][]byte{raw[:2], segment, body, raw[2:]}, nil)
}

// withChunk puts a chunk behind the header of a PNG.
func withChunk(raw []byte, kind string, body []byte) []byte {
	const header = 8 + 25
	named := append([]byte(kind), body...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = binary.BigEndian.AppendUint32(append(chunk, named...), crc32.ChecksumIEEE(named))
	return bytes.Join([][]byte{raw[:header], chunk, raw[header:]}, nil)
}

// extendedWebP wraps a plain WebP so that it can have metadata; flags are those of its VP8X chunk.
func extendedWebP(raw []byte, flags byte, width, height int, kind string, body []byte) []byte {
	if len(body)%2 == 1 {
		body = append(body, 0)
	}
	head := []byte{flags, 0, 0, 0, byte(width - 1), byte((width - 1) >> 8), 0, byte(height - 1), byte((height - 1) >> 8), 0}
	chunks := append(append(riffChunk("VP8X", head), raw[12:]...), riffChunk(kind, body)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(chunks)+4)), append([]byte("WEBP"), chunks...)...)
}

func riffChunk(kind string, body []byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
