package text

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// Problem is one thing wrong with the messages of a tree.
type Problem struct {
	Key  string
	Text string // a sentence that says where and what
}

// String writes the problem on one line.
func (p Problem) String() string { return fmt.Sprintf("%s: %s", p.Key, p.Text) }

var (
	// used finds keys where a message is asked for: T(ctx, "key" …, .T("key" …, and Key: "key" of an error.
	used = regexp.MustCompile(`(?:\bT\((?:[\w.()]+, ?)?|\bKey: ?)"([a-z][a-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+)"`)
	// family finds keys put together from a fixed beginning: T(ctx, "listing.status."+status …
	family = regexp.MustCompile(`"([a-z][a-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*\.)" ?\+`)
	// quoted finds every text that could be a key, such as one in a table of keys.
	quoted = regexp.MustCompile(`"([a-z][a-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+)"`)
	// gap finds the gaps of a message.
	gap = regexp.MustCompile(`\{[a-z_0-9]+\}`)
)

// Check reads every catalogue and every .go and .templ file below a directory, tests and generated files aside. It
// finds keys that a language lacks, that code asks for but nobody defines, that nobody asks for, plural forms a
// language needs, and gaps that differ between languages. It returns an error only when it cannot read the tree.
func Check(dir string, languages ...string) ([]Problem, error) {
	c := &Catalogue{languages: map[string]map[string]message{}}
	use := usage{asked: map[string]string{}, mentioned: map[string]bool{}}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipped(entry.Name())
		}
		return visit(c, &use, name)
	})
	if err != nil {
		return nil, fmt.Errorf("text.Check(%s): %w", dir, err)
	}
	problems := slices.Concat(c.lacking(languages), c.unplural(languages), c.uneven(), use.undefined(c), use.unused(c))
	sort.Slice(problems, func(i, j int) bool { return problems[i].String() < problems[j].String() })
	return problems, nil
}

func skipped(name string) error {
	if name == "testdata" || name == "node_modules" || name == "dist" || len(name) > 1 && name[0] == '.' {
		return filepath.SkipDir
	}
	return nil
}

func visit(c *Catalogue, use *usage, name string) error {
	base := filepath.Base(name)
	if strings.HasPrefix(base, "messages.") && strings.HasSuffix(base, ".json") {
		messages, err := readMessages(os.DirFS(filepath.Dir(name)), base)
		if err != nil {
			return err
		}
		return c.add(tagOf(base), messages)
	}
	isSource := strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".go") &&
		!strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_templ.go")
	if !isSource {
		return nil
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	use.read(name, string(content))
	return nil
}

// usage is what the source code says about keys.
type usage struct {
	asked     map[string]string // key to the file that asks for it
	mentioned map[string]bool   // every quoted text that looks like a key
	families  []string          // beginnings of keys put together at run time
}

func (u *usage) read(name, source string) {
	var code strings.Builder
	for line := range strings.Lines(source) {
		if !strings.HasPrefix(strings.TrimSpace(line), "//") {
			code.WriteString(line)
		}
	}
	for _, found := range used.FindAllStringSubmatch(code.String(), -1) {
		u.asked[found[1]] = name
	}
	for _, found := range quoted.FindAllStringSubmatch(code.String(), -1) {
		u.mentioned[found[1]] = true
	}
	for _, found := range family.FindAllStringSubmatch(code.String(), -1) {
		u.families = append(u.families, found[1])
	}
}

func (u *usage) undefined(c *Catalogue) []Problem {
	var problems []Problem
	for key, file := range u.asked {
		if _, ok := c.languages["en"][key]; !ok {
			problems = append(problems, Problem{key, "is asked for in " + file + " but no catalogue defines it in en"})
		}
	}
	return problems
}

func (u *usage) unused(c *Catalogue) []Problem {
	var problems []Problem
	for key := range c.languages["en"] {
		inFamily := slices.ContainsFunc(u.families, func(start string) bool { return strings.HasPrefix(key, start) })
		if !u.mentioned[key] && !inFamily {
			problems = append(problems, Problem{key, "is defined but nothing asks for it"})
		}
	}
	return problems
}

// lacking compares every language with all keys that any language has, so that no language is the measure.
func (c *Catalogue) lacking(languages []string) []Problem {
	var problems []Problem
	for key := range c.allKeys() {
		for _, language := range languages {
			if _, ok := c.languages[language][key]; !ok {
				problems = append(problems, Problem{key, "is missing in " + language})
			}
		}
	}
	return problems
}

func (c *Catalogue) allKeys() map[string]bool {
	keys := map[string]bool{}
	for _, messages := range c.languages {
		for key := range messages {
			keys[key] = true
		}
	}
	return keys
}

// unplural finds messages with plural forms that lack one their language needs.
func (c *Catalogue) unplural(languages []string) []Problem {
	var problems []Problem
	for _, language := range languages {
		for key, m := range c.languages[language] {
			for _, rule := range rulesOf(language).PluralsCardinal() {
				if _, ok := m[formName(rule)]; len(m) > 1 && !ok {
					problems = append(problems, Problem{key, "lacks the plural form " + formName(rule) + " in " + language})
				}
			}
		}
	}
	return problems
}

// uneven finds messages whose gaps differ from the English ones, which is how a name gets lost in translation.
func (c *Catalogue) uneven() []Problem {
	var problems []Problem
	for language, messages := range c.languages {
		for key, m := range messages {
			english, ok := c.languages["en"][key]
			if ok && gaps(m) != gaps(english) {
				problems = append(problems, Problem{key, fmt.Sprintf("has the gaps %q in %s and %q in en", gaps(m), language, gaps(english))})
			}
		}
	}
	return problems
}

// gaps lists the gaps of a message's general form in alphabetical order.
func gaps(m message) string {
	found := gap.FindAllString(m["other"], -1)
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}
