package record

import (
	"encoding/json"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// fileKind is files of a record, in the table record_file. Their bytes lie in package media's store.
type fileKind struct{}

const (
	usualFiles = 10
	mostFiles  = 100
)

func (fileKind) define(_ *Catalog, _ *Object, f *Field) error {
	if f.Options.Files < 0 || f.Options.Files > mostFiles {
		return value.Fieldf("files", "a field has at most %d files", mostFiles)
	}
	return f.only("files", "required")
}

func (fileKind) columns(*Field) []column { return nil }

func (k fileKind) parse(f *Field, in any) (any, error) {
	files, err := k.list(in)
	if err != nil {
		return nil, err
	}
	most := f.Options.Files
	if most == 0 {
		most = usualFiles
	}
	if len(files) > most {
		return nil, invalid("at most %d files are allowed", most)
	}
	for i := range files {
		if err := files[i].check(); err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		return nil, nil
	}
	return files, nil
}

func (k fileKind) list(in any) ([]FileValue, error) {
	switch v := in.(type) {
	case []FileValue:
		return append([]FileValue(nil), v...), nil
	case FileValue:
		return []FileValue{v}, nil
	case string:
		if strings.TrimSpace(v) == "" {
			return nil, nil
		}
		return k.decode([]byte(v))
	case []any:
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		return k.decode(text)
	default:
		return nil, invalid("upload files first, then name them by their hash")
	}
}

func (fileKind) decode(text []byte) ([]FileValue, error) {
	var files []FileValue
	if err := json.Unmarshal(text, &files); err != nil {
		return nil, invalid("upload files first, then name them by their hash")
	}
	return files, nil
}

func (v *FileValue) check() error {
	if len(v.Sha256) != 64 || strings.Trim(v.Sha256, "0123456789abcdef") != "" {
		return invalid("a file has no valid hash; upload it first")
	}
	v.Name = strings.TrimSpace(v.Name)
	if v.Name == "" || len(v.Name) > 255 || strings.ContainsAny(v.Name, `/\`) || wellFormed(v.Name, "") != nil {
		return invalid("a file needs a name without slashes and control characters")
	}
	if len(v.Type) > 127 || !strings.Contains(v.Type, "/") || wellFormed(v.Type, "") != nil || v.Bytes < 0 {
		return invalid("a file needs a type such as image/png")
	}
	return nil
}

func (fileKind) store(*Field, any) []any         { return nil }
func (fileKind) load(*Field, []any) (any, error) { return nil, nil }
func (fileKind) order(*Field) []string           { return nil }

func (fileKind) show(_ *Field, v any) string {
	text, _ := json.Marshal(v) // structs of texts and numbers
	return string(text)
}

func (fileKind) json(_ *Field, v any) any {
	files, _ := v.([]FileValue)
	out := make([]any, len(files))
	for i, one := range files {
		out[i] = map[string]any{"sha256": one.Sha256, "name": one.Name, "type": one.Type, "bytes": one.Bytes}
	}
	return out
}

// expr has no form: conditions do not read files.
func (fileKind) expr(f *Field) expr.Field { return expr.Field{} }
