package media

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fairground/internal/value"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	small := landscape(64, 48)
	photo, drawing := asJPEG(t, small), asPNG(t, small)
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	must(t, archive.AddFS(fsOf("run.js", "alert(1)")))
	must(t, archive.Close())
	script := "<script>alert(1)</script>"
	for name, c := range map[string]struct {
		raw []byte
		key string
	}{
		"nothing":              {nil, "empty"},
		"too heavy":            {append(slices.Clone(photo), make([]byte, MaxBytes)...), "heavy"},
		"a text":               {[]byte("a house by the lake"), "format"},
		"one byte":             {[]byte{0xff}, "format"},
		"a drawing in XML":     {[]byte(`<svg xmlns="x"><script/></svg>`), "format"},
		"a document":           {[]byte("%PDF-1.7 ..."), "format"},
		"script before jpeg":   {append([]byte(script), photo...), "format"},
		"zip before jpeg":      {append(packed.Bytes(), photo...), "format"},
		"heic":                 {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "phone_format"},
		"avif":                 {[]byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif"), "phone_format"},
		"zip behind jpeg":      {append(slices.Clone(photo), packed.Bytes()...), "stowaway"},
		"zip behind png":       {append(slices.Clone(drawing), packed.Bytes()...), "stowaway"},
		"zip around jpeg data": {append(withSegment(photo, 0xfe, packed.Bytes()), packed.Bytes()...), "stowaway"},
		"script behind jpeg":   {append(slices.Clone(photo), script...), "stowaway"},
		"page behind png":      {append(slices.Clone(drawing), "\n<HTML><body>"...), "stowaway"},
		"page behind webp":     {append(asWebP(t, small, false), "<!DOCTYPE html>"...), "stowaway"},
		"shell behind gif":     {append(asGIF(t, 1, 64, 48), "\n#!/bin/sh\n"...), "stowaway"},
		"document behind jpeg": {append(slices.Clone(photo), "%PDF-1.4"...), "stowaway"},
		"moving gif":           {asGIF(t, 3, 64, 48), "moving"},
		"moving png":           {withChunk(drawing, "acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0}), "moving"},
		"moving webp":          {extendedWebP(asWebP(t, small, false), 2, 64, 48, "ANIM", make([]byte, 6)), "moving"},
		"half a jpeg":          {photo[:len(photo)/2], "cut"},
		"half a png":           {drawing[:len(drawing)/2], "cut"},
		"half a webp":          {asWebP(t, small, false)[:80], "cut"},
		"half a gif":           {asGIF(t, 1, 64, 48)[:30], "cut"},
		"jpeg header only":     {photo[:4], "cut"},
		"damaged png":          {flip(drawing, len(drawing)/2), "cut"},
		"one pixel":            {asPNG(t, landscape(1, 1)), "tiny"},
		"a line":               {asPNG(t, landscape(1, 4000)), "tiny"},
		"a ribbon":             {asPNG(t, landscape(4000, 40)), "narrow"},
		"no width":             {resized(drawing, 0, 48), "cut"},
		"png bomb":             {resized(drawing, 30_000, 30_000), "large"},
		"png of 51 megapixels": {resized(drawing, 7_500, 6_800), "large"},
		"jpeg bomb":            {resizedJPEG(photo, 65_000, 65_000), "large"},
		"gif bomb":             {resizedGIF(asGIF(t, 1, 64, 48), 65_000, 65_000), "large"},
		"webp bomb":            {extendedWebP(asWebP(t, small, false), 0, 16_000, 16_000, "XMP ", nil), "large"},
		"webp inner bomb":      {extendedWebP(asWebP(t, landscape(1000, 900), true), 0, 64, 48, "XMP ", nil), "cut"},
	} {
		p := newPhotos(t)
		_, err := p.Process(t.Context(), bytes.NewReader(c.raw))
		var refusal *value.Error
		if !errors.As(err, &refusal) || refusal.Kind != value.Invalid || refusal.Field != "photo" || refusal.Key != "media."+c.key {
			t.Errorf("%s: %v, want media.%s", name, err, c.key)
		} else if len(strings.Fields(refusal.Message)) < 6 {
			t.Errorf("%s: %q does not say what to do", name, refusal.Message)
		}
		if keys := keysOf(t, p.blobs, ""); len(keys) > 0 {
			t.Errorf("%s left %q", name, keys)
		}
	}
}

func flip(raw []byte, at int) []byte {
	raw = slices.Clone(raw)
	raw[at] ^= 0xff
	return raw
}

// resized lies about the dimensions of a PNG, with a right checksum.
func resized(raw []byte, width, height uint32) []byte {
	header := slices.Clone(raw[16:29])
	binary.BigEndian.PutUint32(header, width)
	binary.BigEndian.PutUint32(header[4:], height)
	lie := withChunk(raw, "IHDR", header)
	return slices.Concat(lie[:8], lie[33:])
}

func resizedJPEG(raw []byte, width, height uint16) []byte {
	raw = slices.Clone(raw)
	at := bytes.Index(raw, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(raw[at+5:], height)
	binary.BigEndian.PutUint16(raw[at+7:], width)
	return raw
}

func resizedGIF(raw []byte, width, height uint16) []byte {
	raw = slices.Clone(raw)
	binary.LittleEndian.PutUint16(raw[6:], width)
	binary.LittleEndian.PutUint16(raw[8:], height)
	return raw
}

// A bomb is refused from its header: no memory for its pixels is taken.
func TestBombTakesNoMemory(t *testing.T) {
	bomb := resized(asPNG(t, landscape(64, 48)), 30_000, 30_000)
	p := newPhotos(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 10 {
		if _, err := p.Process(t.Context(), bytes.NewReader(bomb)); err == nil {
			t.Fatal("a bomb was taken")
		}
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 10<<20 {
		t.Errorf("ten bombs took %d MB", took>>20)
	}
}

func TestCameraTrailersAreTaken(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	photo := asJPEG(t, landscape(64, 48))
	for name, behind := range map[string]string{
		"a second picture": string(asJPEG(t, landscape(80, 80))),
		"a film":           "\x00\x00\x00\x18ftypmp42" + strings.Repeat("\x01\x02PK\x05\x06\xff", 500),
		"zeros":            string(make([]byte, 1000)),
	} {
		got := process(t, p, append(slices.Clone(photo), behind...))
		if got.Width != 64 {
			t.Errorf("%s behind the photo: %+v", name, got)
		}
	}
}
