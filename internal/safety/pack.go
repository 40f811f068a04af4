package safety

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"fairground/internal/value"
)

// Pack is a set of rules with the term lists and features they use. The zero Pack is empty.
type Pack struct {
	Regions  []string           `yaml:"regions"`  // whose national telephone numbers are recognised, ISO 3166
	Signals  []string           `yaml:"signals"`  // plug-in signals that rules read as signals.NAME
	Lists    map[string]List    `yaml:"lists"`    // read as terms.NAME and in_title.NAME
	Features []Feature          `yaml:"features"` // read as features.NAME
	Rules    []Rule             `yaml:"rules"`
	Tighten  map[string]Verdict `yaml:"tighten"` // a site's pack: stricter outcomes for rules of the provider
	Modes    map[string]Mode    `yaml:"modes"`   // a site's pack: modes for rules of the provider that are not mandatory
}

// List is a named list of terms. A term is one to eight words; "card|cards" in it stands for either. An exception is a
// phrase in which the terms of its own list mean nothing.
type List struct {
	Terms  []string `yaml:"terms"`
	Except []string `yaml:"except"`
}

// Feature is a named condition, evaluated at most once a subject. It may read the features before it.
type Feature struct {
	Name string `yaml:"name"`
	When string `yaml:"when"`
}

//go:embed pack/*.yaml pack/memory/*.yaml
var packFiles embed.FS

// ProviderPack is the part of the provider's rules that needs nothing but the text, for gates without a memory.
func ProviderPack() (Pack, error) { return providerPart("pack") }

// WholePack is the pack that every site obeys: ProviderPack and the rules that ask a memory. Its gate must Remember one
// with Sightings, Banks and Networks, or nothing passes.
func WholePack() (Pack, error) {
	whole, err := ProviderPack()
	if err != nil {
		return Pack{}, err
	}
	memory, err := providerPart("pack/memory")
	if err != nil {
		return Pack{}, err
	}
	err = whole.join(memory)
	return whole, err
}

func providerPart(folder string) (Pack, error) {
	files, err := fs.Sub(packFiles, folder)
	if err != nil {
		return Pack{}, fmt.Errorf("safety.ProviderPack(%s): %w", folder, err)
	}
	return ReadPack(files)
}

// ReadPack joins all *.yaml files of a folder, in order of their names. A list that occurs twice is an error.
func ReadPack(files fs.FS) (Pack, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return Pack{}, fmt.Errorf("safety.ReadPack: %w", err)
	}
	slices.Sort(names)
	var whole Pack
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return Pack{}, fmt.Errorf("safety.ReadPack: %w", err)
		}
		part, err := ParsePack(text)
		if err != nil {
			return Pack{}, fmt.Errorf("safety.ReadPack: %s: %w", name, err)
		}
		if err := whole.join(part); err != nil {
			return Pack{}, fmt.Errorf("safety.ReadPack: %s: %w", name, err)
		}
	}
	return whole, nil
}

// ParsePack reads one pack in YAML, of which JSON is a part. It returns an error of kind Invalid for a field that does not
// exist, so that a misspelt one is not lost.
func ParsePack(text []byte) (Pack, error) {
	var pack Pack
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&pack); err != nil && !errors.Is(err, io.EOF) {
		return Pack{}, value.Errorf(value.Invalid, "these rules cannot be read: %v", err)
	}
	return pack, nil
}

func (p *Pack) join(part Pack) error {
	if p.Lists == nil {
		p.Lists, p.Tighten, p.Modes = map[string]List{}, map[string]Verdict{}, map[string]Mode{}
	}
	for name := range part.Lists {
		if _, twice := p.Lists[name]; twice {
			return value.Errorf(value.Invalid, "the list %q exists twice", name)
		}
	}
	maps.Copy(p.Lists, part.Lists)
	maps.Copy(p.Tighten, part.Tighten)
	maps.Copy(p.Modes, part.Modes)
	p.Regions = append(p.Regions, part.Regions...)
	p.Signals = append(p.Signals, part.Signals...)
	p.Features = append(p.Features, part.Features...)
	p.Rules = append(p.Rules, part.Rules...)
	return nil
}
