package record

import (
	"context"

	"fairground/internal/db"
)

// SchemaFile is the catalog as a file that people write and review, in YAML or JSON.
type SchemaFile struct {
	Objects []SchemaObject `json:"objects"`
}

// SchemaObject is an object of a SchemaFile.
type SchemaObject struct {
	Was    string        `json:"was,omitempty"`    // the key it has now, to be renamed
	Remove bool          `json:"remove,omitempty"` // nothing is ever removed without this
	Fields []SchemaField `json:"fields,omitempty"`
	Object
}

// SchemaField is a field of a SchemaFile.
type SchemaField struct {
	Was    string `json:"was,omitempty"`
	Remove bool   `json:"remove,omitempty"`
	Field
}

// SchemaText is what is defined, as a file that Diff reads back.
func (s *Store) SchemaText(tx *db.Tx, a Asker) (SchemaFile, error) { return SchemaFile{}, errNotYet }

// Diff returns the steps that lead from what is defined to what a file says. What the file does not name stays.
func (s *Store) Diff(ctx context.Context, a Asker, want SchemaFile) ([]Step, error) {
	return nil, errNotYet
}
