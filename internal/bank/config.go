package bank

import (
	"context"
	"embed"
	"io"
	"io/fs"

	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/safety"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "bank", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

// Seal preserves what shows a photo that matched a severe bank, in the transaction that keeps the verdict. When it fails, that
// write fails too. It may be called again when the transaction is repeated, and not after that for the same hit.
type Seal interface {
	Seal(tx *db.Tx, h Hit) error
}

// Blobs keeps a list between its upload and the end of its import; media.Blobs is one.
type Blobs interface {
	Put(ctx context.Context, key string, r io.Reader, size int64) error
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	Delete(ctx context.Context, key string) error
}

// Config is what app gives the banks of one site.
type Config struct {
	DB         *db.DB
	Seal       Seal                                                  // nil: hits are kept and veiled, without evidence
	Rescreen   func(tx *db.Tx, object string, record value.ID) error // asked for records whose photo matches an entry that came later; nil: none
	Blobs      Blobs                                                 // nil: no imports of files
	Providers  []Provider                                            // lists under contract
	Most_bytes int64                                                 // of memory that the banks may take; 0 means 512 MB, which holds 15 million PDQ hashes
}

const defaultMost_bytes = 512 << 20

// Desk is the banks of one site. It is safe for use by several goroutines.
type Desk struct {
	config Config
	memory memory
}

// New returns the banks of a site. They are read when they are first asked; Follow reads them at once and keeps them fresh.
func New(config Config) *Desk {
	if config.Most_bytes == 0 {
		config.Most_bytes = defaultMost_bytes
	}
	return &Desk{config: config, memory: memory{turn: make(chan struct{}, 1)}}
}

var (
	_ safety.Banks = (*Desk)(nil)
	_ Blobs        = media.Blobs(nil)
)
