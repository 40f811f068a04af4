package text

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Catalogue holds every message in every language. It never changes after New, so goroutines may share it.
type Catalogue struct {
	languages map[string]map[string]message // by language or locale tag, then by key
}

// message is one text per plural form; a message without plural forms has only "other".
type message map[string]string

// New reads all files named messages.TAG.json at the top of the given file systems, together with the messages of this
// package itself. Two definitions of one key in one language are an error, as is a malformed file.
func New(sources ...fs.FS) (*Catalogue, error) {
	c := &Catalogue{languages: map[string]map[string]message{}}
	for _, source := range append([]fs.FS{own}, sources...) {
		if err := c.read(source); err != nil {
			return nil, fmt.Errorf("text.New: %w", err)
		}
	}
	return c, nil
}

// Languages lists the tags that have messages, in alphabetical order.
func (c *Catalogue) Languages() []string {
	tags := make([]string, 0, len(c.languages))
	for tag := range c.languages {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	return tags
}

func (c *Catalogue) read(source fs.FS) error {
	names, err := fs.Glob(source, "messages.*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		messages, err := readMessages(source, name)
		if err != nil {
			return err
		}
		if err := c.add(tagOf(name), messages); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (c *Catalogue) add(tag string, messages map[string]message) error {
	if c.languages[tag] == nil {
		c.languages[tag] = map[string]message{}
	}
	for key, m := range messages {
		if _, taken := c.languages[tag][key]; taken {
			return fmt.Errorf("key %q is defined twice", key)
		}
		c.languages[tag][key] = m
	}
	return nil
}

// tagOf takes "de-CH" out of "messages.de-CH.json".
func tagOf(name string) string {
	return strings.TrimSuffix(strings.TrimPrefix(path.Base(name), "messages."), ".json")
}

func readMessages(source fs.FS, name string) (map[string]message, error) {
	content, err := fs.ReadFile(source, name)
	if err != nil {
		return nil, err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(content, &raw); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	messages := make(map[string]message, len(raw))
	for key, value := range raw {
		m, err := readMessage(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w", name, key, err)
		}
		messages[key] = m
	}
	return messages, nil
}

func readMessage(value json.RawMessage) (message, error) {
	var plain string
	if json.Unmarshal(value, &plain) == nil {
		return message{"other": plain}, nil
	}
	var forms message
	if err := json.Unmarshal(value, &forms); err != nil {
		return nil, fmt.Errorf("neither a text nor a text per plural form")
	}
	for form := range forms {
		if !slices.Contains(pluralForms, form) {
			return nil, fmt.Errorf("%q is not a plural form", form)
		}
	}
	if forms["other"] == "" {
		return nil, fmt.Errorf("the form \"other\" is missing")
	}
	return forms, nil
}

// chain lists where to look for messages of a locale: de-CH, de, en.
func (c *Catalogue) chain(tag string) []map[string]message {
	var found []map[string]message
	for _, candidate := range chainOf(tag) {
		if messages, ok := c.languages[candidate]; ok {
			found = append(found, messages)
		}
	}
	return found
}

func chainOf(tag string) []string {
	var tags []string
	for rest := tag; rest != ""; {
		tags = append(tags, rest)
		cut := strings.LastIndexByte(rest, '-')
		rest = rest[:max(cut, 0)]
	}
	if !slices.Contains(tags, "en") {
		tags = append(tags, "en")
	}
	return tags
}
