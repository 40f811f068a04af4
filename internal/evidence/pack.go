package evidence

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"fairground/internal/change"
	"fairground/internal/value"
)

const (
	manifestFile   = "manifest.json"
	manifestFormat = "fairground evidence 1"
	mostBytes      = 512 << 20 // of a package, in memory while it is packed
)

// Manifest says what a package holds, without holding it.
type Manifest struct {
	Format    string       `json:"format"`
	Site      string       `json:"site"`
	Evidence  string       `json:"evidence"`
	Object    string       `json:"object"`
	Record    int64        `json:"record,string"`
	Decision  int64        `json:"decision,string"`
	Reason    Reason       `json:"reason"`
	Preserved time.Time    `json:"preserved"` // when the hold began
	Collected time.Time    `json:"collected"`
	Collector string       `json:"collector"`
	Parts     []Listed     `json:"parts"`
	Missing   []string     `json:"missing,omitempty"`
	Changes   []ListedSeal `json:"changes"`
}

// Listed is one part in a manifest.
type Listed struct {
	Name   string     `json:"name"`
	Bytes  int64      `json:"bytes"`
	Sha256 string     `json:"sha256"`
	PDQ    string     `json:"pdq,omitempty"`
	Source string     `json:"source"`
	At     *time.Time `json:"at,omitempty"`
}

// ListedSeal is one entry of the change log about the record. Receipt names the part that proves it; it is empty for
// a change that was not sealed when the package was packed.
type ListedSeal struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Action  string    `json:"action"`
	Digest  string    `json:"digest"`
	Receipt string    `json:"receipt,omitempty"`
}

func listedSeal(r change.Row) ListedSeal {
	return ListedSeal{Seq: r.Seq, At: r.At, Actor: r.Actor, Action: r.Action, Digest: base64.StdEncoding.EncodeToString(r.Digest)}
}

var partName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*){0,3}(?:\.[a-z0-9]{1,8}){1,2}$`)

// pack makes the tar file of a package: the manifest first, then the parts in their order.
func pack(m Manifest, parts []Part) (Manifest, []byte, error) {
	seen := map[string]bool{manifestFile: true}
	total := 0
	for _, p := range parts {
		if !partName.MatchString(p.Name) || seen[p.Name] {
			return m, nil, fmt.Errorf("evidence: %.80q is no name of a part, or there twice", p.Name)
		}
		seen[p.Name] = true
		if total += len(p.Bytes); total > mostBytes {
			return m, nil, fmt.Errorf("evidence: the package is larger than %d bytes", mostBytes)
		}
		m.Parts = append(m.Parts, listed(p))
	}
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return m, nil, err
	}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, p := range append([]Part{{Name: manifestFile, Bytes: text}}, parts...) {
		head := &tar.Header{Name: p.Name, Mode: 0o400, Size: int64(len(p.Bytes)), ModTime: m.Collected, Format: tar.FormatPAX}
		if err := w.WriteHeader(head); err != nil {
			return m, nil, err
		}
		if _, err := w.Write(p.Bytes); err != nil {
			return m, nil, err
		}
	}
	err = w.Close()
	return m, out.Bytes(), err
}

func listed(p Part) Listed {
	l := Listed{Name: p.Name, Bytes: int64(len(p.Bytes)), Sha256: sumOf(p.Bytes), PDQ: p.PDQ, Source: p.Source}
	if !p.At.IsZero() {
		at := p.At.UTC()
		l.At = &at
	}
	return l
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// unpack finds one part in a tar file and compares it with the manifest of the same file.
func unpack(packed []byte, name string) ([]byte, error) {
	var m Manifest
	r := tar.NewReader(bytes.NewReader(packed))
	for {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil, value.Errorf(value.NotFound, "the package has no part %.80q", name)
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		if head.Name == manifestFile {
			if err := json.Unmarshal(text, &m); err != nil {
				return nil, err
			}
		}
		if head.Name == name {
			return text, m.fits(name, text)
		}
	}
}

func (m Manifest) fits(name string, text []byte) error {
	if name == manifestFile {
		return nil
	}
	for _, p := range m.Parts {
		if p.Name == name && p.Sha256 == sumOf(text) {
			return nil
		}
	}
	return value.Errorf(value.Conflict, "%s is not the part that the manifest names", name)
}
