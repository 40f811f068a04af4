package backup

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"time"

	"fairground/internal/db"
)

// Format is the version of the format that this program writes, and the newest it reads.
const Format = 1

const (
	formatName   = "format.json"
	manifestName = "manifest.json"
	sealName     = "seal.txt"
)

// Bounds. They are far above what a site holds and keep a hostile file from filling memory or disk.
const (
	fullPart        = 1 << 20   // bytes of rows after which the next part begins
	largestPart     = 64 << 20  // bytes of a part, so of a row too
	largestFile     = 256 << 20 // bytes of a photo
	largestManifest = 4 << 20   // bytes
	mostGrowth      = 400       // times the size of the file …
	freeGrowth      = 64 << 20  // … and this many bytes, it may unpack to
)

// Manifest says what a backup holds.
type Manifest struct {
	Format     int            `json:"format"`
	Slug       string         `json:"slug"`
	Name       string         `json:"name"` // of the site, as its pages show it
	Engine     db.Engine      `json:"engine"`
	Program    string         `json:"program"` // its version
	Made       time.Time      `json:"made"`    // the moment the rows are of
	Migrations []db.Migration `json:"migrations"`
	Tables     []Table        `json:"tables"`
	Files      Files          `json:"files"`
	LeftOut    []LeftOut      `json:"left_out"`
}

// Table is what a backup holds of one table.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	Rows    int64    `json:"rows"`
	Sha256  string   `json:"sha256"` // of all its parts, one after the other
}

// Column is a column of a table.
type Column struct {
	Name string  `json:"name"`
	Kind db.Kind `json:"kind"`
}

// Files sums the files up.
type Files struct {
	Count  int64  `json:"count"`
	Bytes  int64  `json:"bytes"`
	Gone   int64  `json:"gone"`   // deleted between their listing and their copying
	Sha256 string `json:"sha256"` // of lines "SHA-256 of the file, a space, its key"
}

// LeftOut is something that does not travel.
type LeftOut struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Rows counts all rows.
func (m Manifest) Rows() (all int64) {
	for _, t := range m.Tables {
		all += t.Rows
	}
	return all
}

// Progress says how far a backup or a restore is.
type Progress struct {
	Table string // being copied; empty while files are
	Rows  int64
	Files int64
}

var (
	partShape = regexp.MustCompile(`^tables/([a-z][a-z0-9_]{0,62})/([0-9]{5,9})\.jsonl$`)
	fileShape = regexp.MustCompile(`^files/((?:[a-z0-9][a-z0-9_-]*/)*[a-z0-9][a-z0-9_.-]*)$`)
)

func partName(table string, number int) string {
	return fmt.Sprintf("tables/%s/%05d.jsonl", table, number)
}

// sealOf is the HMAC of a manifest.
func sealOf(manifest, key []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write(manifest)
	return hex.EncodeToString(mac.Sum(nil))
}

func fileLine(sum []byte, key string) string { return hex.EncodeToString(sum) + " " + key + "\n" }
