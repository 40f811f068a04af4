package media

import (
	"bytes"
	"encoding/binary"
)

const (
	upright        = 1 // the orientation that needs no turning
	tagOrientation = 0x0112
	typeShort      = 3
)

// orientation reads tag 0x0112 of the first directory of a TIFF block, which is what EXIF is. The answer is 1 to 8;
// it is 1, upright, for a block that does not say or makes no sense.
func orientation(tiff []byte) int {
	order := byteOrder(tiff)
	if order == nil || order.Uint16(tiff[2:]) != 42 {
		return upright
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	count := int(order.Uint16(tiff[at:]))
	for entries := tiff[at+2:]; count > 0 && len(entries) >= 12; count, entries = count-1, entries[12:] {
		if order.Uint16(entries) != tagOrientation {
			continue
		}
		turn := int(order.Uint16(entries[8:]))
		if order.Uint16(entries[2:]) == typeShort && turn >= 1 && turn <= 8 {
			return turn
		}
		return upright
	}
	return upright
}

func byteOrder(tiff []byte) binary.ByteOrder {
	switch {
	case len(tiff) < 8:
		return nil
	case bytes.HasPrefix(tiff, []byte("II")):
		return binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM")):
		return binary.BigEndian
	}
	return nil
}
