package inbound

import (
	"bytes"
	"mime"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"
)

const (
	longestName = 100 // characters of a file's name
	unknownType = "application/octet-stream"
)

func attachmentOf(p *enmime.Part, claimed string) Attachment {
	file := content(p)
	found := typeByContent(file)
	return Attachment{
		Name: fileName(p.FileName, found), Type: found, Claimed: line(claimed, 100),
		Inline: p.Disposition == "inline" && p.ContentID != "", Content: file,
	}
}

// typeByContent looks at the first bytes. It adds to the standard library what phones send and what must be told from
// harmless files.
func typeByContent(content []byte) string {
	for _, known := range []struct {
		at    int
		bytes string
		kind  string
	}{
		{0, "MZ", "application/vnd.microsoft.portable-executable"}, {0, "\x7fELF", "application/x-executable"},
		{0, "#!", "text/x-script"}, {0, "{\\rtf", "application/rtf"}, {0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"},
		{4, "ftypheic", "image/heic"}, {4, "ftypheix", "image/heic"}, {4, "ftypmif1", "image/heif"}, {4, "ftypavif", "image/avif"},
		{0, "II*\x00", "image/tiff"}, {0, "MM\x00*", "image/tiff"}, {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"},
	} {
		if len(content) >= known.at && bytes.HasPrefix(content[known.at:], []byte(known.bytes)) {
			return known.kind
		}
	}
	if bytes.Contains(bytes.ToLower(content[:min(len(content), 1024)]), []byte("<svg")) {
		return "image/svg+xml"
	}
	kind, _, _ := strings.Cut(http.DetectContentType(content), ";")
	return kind
}

// fileName is a bare name without folders and tricks. Nobody's file is to be written to a place of their choice.
func fileName(name, kind string) string {
	name = strings.ReplaceAll(line(name, 1000), "\\", "/")
	name = strings.Trim(path.Base(path.Clean("/"+name)), "/. ")
	name = strings.Map(func(c rune) rune {
		if strings.ContainsRune(`<>:"|?*`, c) {
			return '_'
		}
		return c
	}, name)
	if name == "" {
		name = "attachment" + usualEnding(kind)
	}
	if utf8.RuneCountInString(name) > longestName {
		ending := path.Ext(name)
		if utf8.RuneCountInString(ending) > 10 {
			ending = ""
		}
		name = string([]rune(name)[:longestName-utf8.RuneCountInString(ending)]) + ending
	}
	return name
}

func usualEnding(kind string) string {
	switch kind {
	case "image/jpeg":
		return ".jpg"
	case "text/plain", unknownType:
		return ""
	}
	if all, err := mime.ExtensionsByType(kind); err == nil && len(all) > 0 {
		return all[0]
	}
	return ""
}
