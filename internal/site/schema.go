package site

import (
	"embed"
	"io/fs"

	"fairground/internal/db"
)

//go:embed schema
var siteFiles embed.FS

//go:embed provider/schema
var providerFiles embed.FS

// Schema returns the tables this package keeps in each site's database.
func Schema() db.Schema { return db.Schema{Feature: "setting", Files: siteFiles} }

// ProviderSchema returns the tables this package keeps in the provider's database.
func ProviderSchema() db.Schema {
	files, err := fs.Sub(providerFiles, "provider")
	if err != nil {
		panic(err) // the directory is embedded
	}
	return db.Schema{Feature: "site", Files: files}
}
