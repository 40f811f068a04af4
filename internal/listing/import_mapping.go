package listing

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"fairground/internal/value"
)

// Mapping says how the rows of a file become listings. People write it as YAML; docs/imports has examples.
//
// Every text is a template in which {name} stands for a column, or for a field of a JSON object ("{attributes.size}"
// for one inside another), and {#} for the number of the row.
type Mapping struct {
	Source     string                 `yaml:"source"`    // names the origin; with External it makes an import repeatable
	Format     string                 `yaml:"format"`    // csv or jsonl; empty: by the file's name
	Delimiter  string                 `yaml:"delimiter"` // of CSV; empty: a comma
	Encoding   string                 `yaml:"encoding"`  // utf-8 (also when empty), latin1 or windows-1252
	Currency   string                 `yaml:"currency"`
	Locale     value.Locale           `yaml:"locale"`
	Seller     MappedSeller           `yaml:"seller"`
	External   string                 `yaml:"external"`
	Title      string                 `yaml:"title"`
	Body       string                 `yaml:"body"`
	Kind       MappedValue            `yaml:"kind"`
	Category   MappedValue            `yaml:"category"`
	Price      string                 `yaml:"price"`
	Place      MappedValue            `yaml:"place"`
	Lat        MappedValue            `yaml:"lat"`
	Lon        MappedValue            `yaml:"lon"`
	Photos     string                 `yaml:"photos"` // file names, separated by ; or |
	Attributes map[string]MappedValue `yaml:"attributes"`
}

// MappedSeller is who the imported listings belong to.
type MappedSeller struct {
	Name string     `yaml:"name"`
	Kind SellerKind `yaml:"kind"`
	Town string     `yaml:"town"`
}

// MappedValue is a template, optionally with a table that translates its outcome.
type MappedValue struct {
	From    string            `yaml:"from"`
	Values  map[string]string `yaml:"values"`
	Default string            `yaml:"default"` // for what the table lacks, or for an empty outcome
}

// UnmarshalYAML reads either a plain template or a table. The table is looked up whatever the case.
func (v *MappedValue) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		v.From = n.Value
		return nil
	}
	type plain MappedValue
	if err := decodeKnown(n, (*plain)(v), "from", "values", "default"); err != nil {
		return err
	}
	folded := make(map[string]string, len(v.Values))
	for from, to := range v.Values {
		from = strings.ToLower(from)
		if _, twice := folded[from]; twice {
			return fmt.Errorf("line %d: %q stands in the table twice", n.Line, from)
		}
		folded[from] = to
	}
	if v.Values != nil {
		v.Values = folded
	}
	return nil
}

// decodeKnown decodes a table and refuses keys that mean nothing, which a Node's own Decode lets pass.
func decodeKnown(n *yaml.Node, into any, keys ...string) error {
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		if key := n.Content[i]; !slices.Contains(keys, key.Value) && key.Value != "<<" {
			return fmt.Errorf("line %d: %q is none of %s", key.Line, key.Value, strings.Join(keys, ", "))
		}
	}
	return n.Decode(into)
}

const largestYAML = 4 << 20 // bytes

// readYAML reads one whole document. The error is of kind Invalid on the field.
func readYAML(r io.Reader, field, what string, into any) error {
	text, err := io.ReadAll(io.LimitReader(r, largestYAML+1))
	switch {
	case err != nil:
		return fmt.Errorf("reading %s: %w", what, err)
	case len(text) > largestYAML:
		return value.Fieldf(field, "%s is larger than %d bytes", what, largestYAML)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return value.Fieldf(field, "%s cannot be read: %v", what, err)
	}
	if err := decoder.Decode(new(any)); err != io.EOF {
		return value.Fieldf(field, "%s has something after its end", what)
	}
	return nil
}

// ReadMapping reads a mapping file and checks it against the category tree. The error is of kind Invalid and names
// what is wrong.
func ReadMapping(r io.Reader, tree *Tree) (Mapping, error) {
	var m Mapping
	if err := readYAML(r, "mapping", "the mapping file", &m); err != nil {
		return Mapping{}, err
	}
	if m.Locale == "" {
		m.Locale = "en"
	}
	if m.Kind.From == "" && m.Kind.Default == "" {
		m.Kind.Default = string(Sell)
	}
	if m.External == "" {
		m.External = "{#}"
	}
	return m, m.check(tree)
}

func (m Mapping) check(tree *Tree) error {
	switch {
	case m.Source == "" || m.Source == "form":
		return value.Fieldf("source", "the mapping needs a source: a short name for where the rows come from")
	case m.Title == "":
		return value.Fieldf("title", "the mapping needs a title, such as \"{make} {model}\"")
	case m.Seller.Name == "" || m.Seller.Kind != Private && m.Seller.Kind != Business:
		return value.Fieldf("seller", "the mapping needs a seller with a name and a kind, private or business")
	case m.Format != "" && m.Format != "csv" && m.Format != "jsonl":
		return value.Fieldf("format", "%q is not a format: use csv or jsonl", m.Format)
	case len(m.Delimiter) > 1 || strings.Contains("\"\r\n\x00", m.Delimiter) && m.Delimiter != "":
		return value.Fieldf("delimiter", "a delimiter is one character such as , or ; or a tabulator")
	}
	if _, err := value.ParseLocale(string(m.Locale)); err != nil {
		return err
	}
	if _, err := value.ParseMoney("1", m.Currency); m.Price != "" && err != nil {
		return err
	}
	for _, path := range m.Category.targets() {
		if _, ok := tree.Find(path); !ok {
			return value.Fieldf("category", "there is no category %q on this site", path)
		}
	}
	return nil
}

// targets lists the fixed outcomes of a value: those that can be checked before the first row.
func (v MappedValue) targets() []string {
	var all []string
	for _, target := range v.Values {
		all = append(all, target)
	}
	if v.Default != "" {
		all = append(all, v.Default)
	}
	if v.From != "" && !strings.Contains(v.From, "{") {
		all = append(all, v.From)
	}
	return all
}

// row is one row of a file: its number, from 1, and how to look a column up.
type row struct {
	number int
	raw    []byte // its beginning, for the error file
	size   int    // in bytes, all of it
	column func(name string) (string, bool)
}

// fill replaces the columns in a template. The error names a column that the row lacks.
func (r row) fill(template string) (string, error) {
	if !strings.Contains(template, "{") {
		return template, nil
	}
	var b strings.Builder
	for rest := template; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return "", value.Fieldf("mapping", "the template %q has a { without a }", template)
		}
		text, err := r.value(name)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
		rest = tail
	}
	return strings.TrimSpace(b.String()), nil
}

func (r row) value(name string) (string, error) {
	if name == "#" {
		return fmt.Sprint(r.number), nil
	}
	text, ok := r.column(name)
	if !ok {
		return "", value.Fieldf(name, "the row has no column %q", name)
	}
	return text, nil
}

// lookUp fills the template and translates the outcome.
func (r row) lookUp(v MappedValue) (string, error) {
	text, err := r.fill(v.From)
	if err != nil {
		return "", err
	}
	if v.Values == nil {
		if text == "" {
			return v.Default, nil
		}
		return text, nil
	}
	if target, ok := v.Values[strings.ToLower(text)]; ok {
		return target, nil
	}
	if v.Default == "" && text != "" {
		return text, nil
	}
	return v.Default, nil
}
