package app

import (
	"net/netip"
	"path/filepath"

	"fairground/internal/account"
	"fairground/internal/mail/inbound"
	"fairground/internal/media"
	"fairground/internal/value"
)

// Config is what an installation needs to know before its first database opens. Everything else is kept in the
// databases. The command line fills it from flags and from FAIRGROUND_… variables.
type Config struct {
	Directory   string // of databases, keys and files
	PostgresURL string // empty: SQLite files in Directory
	SMTP        string // smtp://name:password@host:port; empty: mail is kept and shown on a page, for development
	S3          media.S3Settings
	Proxies     []netip.Prefix   // whose X-Forwarded-For is believed
	HTTPS       bool             // visitors come by HTTPS even when the proxy does not say so
	Port        string           // ":8080" where visitors see a port in addresses; empty otherwise
	MailIn      string           // address on which mail is taken in, such as :25; empty takes none
	MailName    string           // full name of this machine for other mail servers
	Resolver    inbound.Resolver // asked who may send mail; nil is the machine's
	OpenID      []account.OpenID // other houses whose sign-in all sites accept
	APIRate     int              // requests a second for one token of the API; 0 = 100
	IndexBytes  int64            // most memory for the search index of one site; 0 = any
	Unsafe      bool             // do not wait for the disk; for tests and demonstrations that may be lost

	Clock value.Clock // nil is the machine's
}

func (c Config) databases() string { return filepath.Join(c.Directory, "databases") }
func (c Config) keys() string      { return filepath.Join(c.Directory, "keys") }
func (c Config) files() string     { return filepath.Join(c.Directory, "files") }
func (c Config) indexes() string   { return filepath.Join(c.Directory, "indexes") }
