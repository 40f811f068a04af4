package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"

	"fairground/internal/value"
)

const (
	mostParts  = 10_000   // files in a workbook
	partBytes  = 32 << 20 // of the small parts of a workbook, unpacked
	sheetBytes = 16 << 30 // of a sheet, unpacked
)

// workbook is an opened XLSX file: a ZIP archive of XML parts. Nothing in it is computed; formulas have the results
// that the program which saved it wrote beside them.
type workbook struct {
	parts    map[string]*zip.File
	sheets   []bookSheet
	is1904   bool // days are counted from 1904, as on old Macintoshes
	styles   []dateStyle
	strings  *sharedStrings
	textPart string // where the shared strings are
}

type bookSheet struct {
	name, part string
	hidden     bool
}

func openBook(r io.ReaderAt, size int64) (*workbook, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, brokenBook(err)
	}
	if len(archive.File) > mostParts {
		return nil, fault("file", "bomb", "the workbook has more than %d parts", mostParts)
	}
	archive.RegisterDecompressor(zip.Deflate, func(in io.Reader) io.ReadCloser { return flate.NewReader(in) })
	b := &workbook{parts: make(map[string]*zip.File, len(archive.File))}
	for _, part := range archive.File {
		b.parts[strings.ToLower(strings.TrimPrefix(part.Name, "/"))] = part
	}
	return b, b.readParts()
}

// relations are the parts that a part refers to.
type relations struct {
	All []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

func (b *workbook) readParts() error {
	home := "xl/workbook.xml"
	var root relations
	if err := b.decode("_rels/.rels", &root); err == nil {
		for _, relation := range root.All {
			if strings.HasSuffix(relation.Type, "/officeDocument") {
				home = strings.TrimPrefix(path.Clean(relation.Target), "/")
			}
		}
	}
	if strings.HasSuffix(home, ".bin") || b.parts[strings.ToLower(home)] == nil {
		return fault("file", "not_xlsx", "the file is a ZIP archive and no workbook of the kind .xlsx; save the table as .xlsx or .csv")
	}
	var content struct {
		Properties struct {
			Is1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			ID2   string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := b.decode(home, &content); err != nil {
		return err
	}
	var links relations
	if err := b.decode(path.Join(path.Dir(home), "_rels", path.Base(home)+".rels"), &links); err != nil {
		return err
	}
	b.is1904 = content.Properties.Is1904 == "1" || content.Properties.Is1904 == "true"
	targets := b.targets(path.Dir(home), links)
	for _, s := range content.Sheets {
		if part := targets[s.ID+s.ID2]; part != "" {
			b.sheets = append(b.sheets, bookSheet{s.Name, part, s.State != "" && s.State != "visible"})
		}
	}
	return nil
}

// targets finds the sheets, and the styles and shared strings on the way.
func (b *workbook) targets(folder string, links relations) map[string]string {
	sheets := make(map[string]string)
	for _, link := range links.All {
		part := link.Target
		if !strings.HasPrefix(part, "/") {
			part = path.Join(folder, part)
		}
		part = strings.ToLower(strings.TrimPrefix(path.Clean(part), "/"))
		switch path.Base(link.Type) {
		case "worksheet":
			sheets[link.ID] = part
		case "sharedStrings":
			b.textPart = part
		case "styles":
			b.styles = b.readStyles(part)
		}
	}
	return sheets
}

// decode reads a small part.
func (b *workbook) decode(part string, into any) error {
	in, err := b.open(part)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(in, partBytes+1))
	if err == nil && len(text) > partBytes {
		return fault("file", "bomb", "a part of the workbook is larger than %d bytes", partBytes)
	}
	if err == nil && bytes.Contains(text, []byte("<!DOCTYPE")) {
		err = errDoctype
	}
	if err == nil {
		err = xml.Unmarshal(text, into)
	}
	if err != nil {
		return brokenBook(err)
	}
	return nil
}

// open reads a part, and ends when it grows suspiciously.
func (b *workbook) open(part string) (io.Reader, error) {
	file := b.parts[strings.ToLower(part)]
	if file == nil {
		return nil, brokenBook(value.Errorf(value.NotFound, "the part %s is missing", part))
	}
	in, err := file.Open()
	if err != nil {
		return nil, brokenBook(err)
	}
	packed := int64(min(file.CompressedSize64, 1<<40))
	return io.LimitReader(&boundedReader{in: in, packed: func() int64 { return packed }}, sheetBytes), nil
}

// names returns the names of the sheets a person can see.
func (b *workbook) names() []string {
	var names []string
	for _, s := range b.sheets {
		if !s.hidden {
			names = append(names, s.name)
		}
	}
	return names
}

// find returns a sheet by its name, the first visible one for none.
func (b *workbook) find(name string) (bookSheet, error) {
	for _, s := range b.sheets {
		if name == s.name || name == "" && !s.hidden {
			return s, nil
		}
	}
	if name == "" {
		return bookSheet{}, fault("file", "no_sheet", "the workbook has no sheet with a table")
	}
	return bookSheet{}, fault("sheet", "unknown_sheet", "the workbook has no sheet %q; it has %s", name, strings.Join(b.names(), ", "))
}
