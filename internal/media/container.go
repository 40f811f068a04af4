package media

import (
	"bytes"
	"encoding/binary"
)

// format is how a photo is written down; the bytes decide, never a file name.
type format string

const (
	formatJPEG format = "jpeg"
	formatPNG  format = "png"
	formatGIF  format = "gif"
	formatWebP format = "webp"
)

// container is what the structure of a file tells before any pixel is decoded.
type container struct {
	format      format
	end         int    // where the photo ends; at most the length of the file
	moving      bool   // more than one frame
	exif        []byte // the TIFF block, if there is one
	progressive bool   // JPEG: the decoder holds all coefficients
	samples     int    // JPEG: samples held for eight pixels, 8 for grey to 32 for four full planes
	lossless    bool   // WebP: has a part with many code tables
}

var exifHeader = []byte("Exif\x00\x00")

// inspect recognises a file by its first bytes and walks its blocks. It never fails: what is broken stops the walk,
// and the decoder will say so.
func inspect(raw []byte) (container, bool) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xd8, 0xff}):
		return inspectJPEG(raw), true
	case bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")):
		return inspectPNG(raw), true
	case bytes.HasPrefix(raw, []byte("GIF87a")), bytes.HasPrefix(raw, []byte("GIF89a")):
		return inspectGIF(raw), true
	case len(raw) >= 16 && string(raw[:4]) == "RIFF" && string(raw[8:15]) == "WEBPVP8":
		return inspectWebP(raw), true
	}
	return container{}, false
}

// isPhoneFormat recognises HEIC, HEIF and AVIF, so that their senders get better advice.
func isPhoneFormat(raw []byte) bool {
	if len(raw) < 12 || string(raw[4:8]) != "ftyp" {
		return false
	}
	switch string(raw[8:12]) {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis":
		return true
	}
	return false
}

func inspectJPEG(raw []byte) container {
	c := container{format: formatJPEG, end: len(raw), samples: 24}
	for at := 2; ; {
		mark := nextMarker(raw, at)
		if mark < 0 {
			return c
		}
		marker := raw[mark]
		at = mark + 1
		if marker == 0xd9 {
			c.end = at
			return c
		}
		if marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8) {
			continue // these have no length
		}
		if at+2 > len(raw) {
			return c
		}
		length := int(binary.BigEndian.Uint16(raw[at:]))
		if length < 2 || at+length > len(raw) {
			return c
		}
		c.segment(marker, raw[at+2:at+length])
		at += length
	}
}

// nextMarker returns where the code of the next marker stands, past fill bytes and picture data, in which FF is
// followed by 00 or by a restart marker; or -1.
func nextMarker(raw []byte, at int) int {
	for {
		step := bytes.IndexByte(raw[min(at, len(raw)):], 0xff)
		if step < 0 || at+step+1 >= len(raw) {
			return -1
		}
		at += step + 1
		if code := raw[at]; code != 0x00 && code != 0xff && (code < 0xd0 || code > 0xd7) {
			return at
		}
	}
}

func (c *container) segment(marker byte, body []byte) {
	switch {
	case marker == 0xe1 && c.exif == nil && bytes.HasPrefix(body, exifHeader):
		c.exif = body[len(exifHeader):]
	case marker >= 0xc0 && marker <= 0xc2:
		c.progressive = marker == 0xc2
		c.samples = samplesPer8(body)
	}
}

// samplesPer8 adds up the planes of a frame header; colour planes are often kept at half or a quarter.
func samplesPer8(frame []byte) int {
	total, most := 0, 1
	for at := 6; at+3 <= len(frame); at += 3 {
		share := int(frame[at+1]>>4) * int(frame[at+1]&15)
		total, most = total+share, max(most, share)
	}
	return min(32, max(8, total*8/most))
}

func inspectPNG(raw []byte) container {
	c := container{format: formatPNG, end: len(raw)}
	for at := 8; at+12 <= len(raw); {
		length := int64(binary.BigEndian.Uint32(raw[at:]))
		if int64(at)+12+length > int64(len(raw)) {
			return c
		}
		kind, body := string(raw[at+4:at+8]), raw[at+8:at+8+int(length)]
		at += 12 + int(length)
		switch kind {
		case "acTL":
			c.moving = len(body) >= 4 && binary.BigEndian.Uint32(body) > 1
		case "eXIf":
			c.exif = bytes.TrimPrefix(body, exifHeader)
		case "IEND":
			c.end = at
			return c
		}
	}
	return c
}

func inspectGIF(raw []byte) container {
	c := container{format: formatGIF, end: len(raw)}
	if len(raw) < 13 {
		return c
	}
	frames := 0
	for at := 13 + colourTable(raw[10]); at < len(raw); {
		switch raw[at] {
		case 0x3b:
			c.end = at + 1
			return c
		case 0x21: // an extension: a label, then its blocks
			at = pastBlocks(raw, at+2)
		case 0x2c: // a frame: place and size, perhaps a colour table, a code size, then its blocks
			frames++
			c.moving = frames > 1
			if at+10 > len(raw) {
				return c
			}
			at = pastBlocks(raw, at+10+colourTable(raw[at+9])+1)
		default:
			return c
		}
	}
	return c
}

func colourTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// pastBlocks skips blocks of a length and that many bytes, up to the empty one.
func pastBlocks(raw []byte, at int) int {
	for at < len(raw) && raw[at] != 0 {
		at += int(raw[at]) + 1
	}
	return at + 1
}

func inspectWebP(raw []byte) container {
	size := int64(binary.LittleEndian.Uint32(raw[4:]))
	c := container{format: formatWebP, end: int(min(8+size, int64(len(raw))))}
	for at := 12; at+8 <= c.end; {
		length := int64(binary.LittleEndian.Uint32(raw[at+4:]))
		next := int64(at) + 8 + length + length&1
		body := raw[at+8 : min(int64(at)+8+length, int64(c.end))]
		switch string(raw[at : at+4]) {
		case "VP8X":
			c.moving = c.moving || (len(body) > 0 && body[0]&2 != 0)
		case "ANMF":
			c.moving = true
		case "VP8L", "ALPH":
			c.lossless = true
		case "EXIF":
			c.exif = bytes.TrimPrefix(body, exifHeader)
		}
		if next > int64(c.end) {
			return c
		}
		at = int(next)
	}
	return c
}

// foreign are the beginnings of pages, scripts, documents and programs, in lower case, that no camera writes behind
// a photo. Cameras do write there: films, second pictures, notes of the maker.
var foreign = [][]byte{
	[]byte("<!doctype"), []byte("<html"), []byte("<script"), []byte("<svg"), []byte("<iframe"), []byte("<?php"),
	[]byte("%pdf-"), []byte("javascript:"), []byte("#!/bin/"), []byte("#!/usr/"), []byte("rar!\x1a\x07"),
	[]byte("7z\xbc\xaf\x27\x1c"), []byte("\x7felf"), []byte("this program cannot be run"),
}

// hasStowaway reports whether a file is also something else: such files exist to pass a check as one thing and be
// opened as another. Nothing of them would reach the public; refusing tells the sender.
func hasStowaway(raw []byte, end int) bool {
	if isAlsoZip(raw) {
		return true
	}
	tail := bytes.ToLower(raw[end:])
	for _, beginning := range foreign {
		if bytes.Contains(tail, beginning) {
			return true
		}
	}
	return false
}

// isAlsoZip looks, as programs that open ZIP files do, for the closing record in the last 64 kB and asks that it
// points to a directory, for four bytes alone turn up by chance.
func isAlsoZip(raw []byte) bool {
	for at := len(raw) - 22; at >= max(0, len(raw)-22-0xffff); at-- {
		if !bytes.HasPrefix(raw[at:], []byte("PK\x05\x06")) {
			continue
		}
		directory := int64(at) - int64(binary.LittleEndian.Uint32(raw[at+12:]))
		if directory >= 0 && bytes.HasPrefix(raw[directory:], []byte("PK\x01\x02")) {
			return true
		}
	}
	return false
}
