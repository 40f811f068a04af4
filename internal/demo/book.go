package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed texts/*.txt
var textFiles embed.FS

// book is all that people write, read from texts/*.txt and made ready.
type book struct {
	slots    map[string]int // attribute slug → place in writer.values
	labels   []map[string][2]string
	leaves   []*leaf
	families map[string]*family
	topics   map[string]int // what a line is about → number, from 1
}

// family is a group of leaves that are written of in the same words.
type family struct {
	name     string
	uses     []string
	kinds    [3]int // sell, wanted, free, in percent
	shops    int    // percent of listings by shops
	rules    rules
	sections map[string][]line
}

// leaf is one category with the things that are listed in it.
type leaf struct {
	slug, short string
	weight      int
	family      *family
	attributes  []Attribute
	places      []int // slot of each attribute
	things      []thing
	rules       rules
}

// rules say how attributes without a value given by the thing get one.
type rules struct {
	ranges   map[string][3]float64 // low, middle, high
	optional map[string]int        // percent
	sets     map[string][]string
}

// thing is what is listed: its name, what follows from it, what it costs and how it looks.
type thing struct {
	english, german string
	plural          bool // in English
	gender          byte // in German: m, f, n, p
	fixed           []fixed
	price           [3]float64
	drawings        []string
}

// fixed is an attribute that follows from the thing: one of some values, or a number in a range.
type fixed struct {
	slug      string
	values    []string
	low, high int
}

// line is one template with the conditions on which it may be used.
type line struct {
	topic int // 0 for none
	when  []condition
	parts []part
}

func readBook() *book {
	b := &book{slots: map[string]int{}, families: map[string]*family{}, topics: map[string]int{}}
	b.register(Catalogue())
	names, err := fs.Glob(textFiles, "texts/*.txt")
	for _, name := range names {
		var text []byte
		if text, err = textFiles.ReadFile(name); err == nil {
			err = b.read(name, string(text))
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		panic(err) // the files are part of the program, and a test reads them
	}
	return b
}

// Slots that are not attributes but may stand in conditions.
const (
	slotLeaf = iota
	slotSeller
	slotKind
	slotPrice
	slotFirst
)

func (b *book) register(tree []Category) {
	b.slots["leaf"], b.slots["seller"], b.slots["kind"], b.slots["price"] = slotLeaf, slotSeller, slotKind, slotPrice
	b.labels = make([]map[string][2]string, slotFirst)
	for _, category := range tree {
		for _, a := range category.Attributes {
			slot, known := b.slots[a.Slug]
			if !known {
				slot = len(b.labels)
				b.slots[a.Slug] = slot
				b.labels = append(b.labels, map[string][2]string{})
			}
			for _, option := range a.Options {
				b.labels[slot][option.Slug] = [2]string{option.Names["en"], option.Names["de"]}
			}
		}
	}
}

// reader keeps where in the file we are.
type reader struct {
	book    *book
	tree    []Category
	family  *family
	leaf    *leaf
	section string
}

func (b *book) read(name, text string) error {
	r := &reader{book: b, tree: Catalogue()}
	for number, row := range strings.Split(text, "\n") {
		if row == "" || strings.HasPrefix(row, "# ") {
			continue
		}
		if err := r.row(row); err != nil {
			return fmt.Errorf("demo: %s line %d: %w", name, number+1, err)
		}
	}
	return nil
}

func (r *reader) row(row string) error {
	word, rest, _ := strings.Cut(row, " ")
	switch {
	case word == "family" || word == "pool":
		r.start(rest)
		return nil
	case strings.HasPrefix(row, "[") && strings.HasSuffix(row, "]"):
		r.section = strings.Trim(row, "[]")
		return nil
	case r.section != "":
		l, err := r.book.compile(row)
		r.family.sections[r.section] = append(r.family.sections[r.section], l)
		return err
	default:
		return r.setting(word, rest)
	}
}

func (r *reader) start(name string) {
	r.family = &family{name: name, sections: map[string][]line{}, rules: newRules()}
	r.book.families[name] = r.family
	r.leaf, r.section = nil, ""
}

func newRules() rules {
	return rules{ranges: map[string][3]float64{}, optional: map[string]int{}, sets: map[string][]string{}}
}

func (r *reader) setting(word, rest string) error {
	words := strings.Fields(rest)
	target := &r.family.rules
	if r.leaf != nil {
		target = &r.leaf.rules
	}
	switch word {
	case "use":
		r.family.uses = words
	case "shops":
		r.family.shops, _ = strconv.Atoi(rest)
	case "kinds":
		for i := range r.family.kinds {
			r.family.kinds[i], _ = strconv.Atoi(words[i])
		}
	case "leaf":
		return r.startLeaf(words)
	case "thing":
		t, err := parseThing(rest)
		r.leaf.things = append(r.leaf.things, t)
		return err
	case "range":
		target.ranges[words[0]] = numbers(words[1:])
	case "optional":
		for i := 0; i+1 < len(words); i += 2 {
			target.optional[words[i]], _ = strconv.Atoi(words[i+1])
		}
	case "set":
		name, list, _ := strings.Cut(rest, " = ")
		target.sets[name] = strings.Split(list, ", ")
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return nil
}

func (r *reader) startLeaf(words []string) error {
	l := &leaf{slug: words[0], family: r.family, rules: newRules(), attributes: Inherited(r.tree, words[0])}
	l.short = l.slug[strings.LastIndexByte(l.slug, '/')+1:]
	for _, a := range l.attributes {
		l.places = append(l.places, r.book.slots[a.Slug])
	}
	if len(l.attributes) == 0 {
		return fmt.Errorf("no category %q", l.slug)
	}
	r.leaf = l
	r.book.leaves = append(r.book.leaves, l)
	var err error
	l.weight, err = strconv.Atoi(words[1])
	return err
}

func parseThing(text string) (thing, error) {
	parts := fields(text)
	if len(parts) != 5 {
		return thing{}, fmt.Errorf("a thing has five parts: %q", text)
	}
	t := thing{english: parts[0], price: numbers(strings.Fields(parts[3])), drawings: strings.Split(parts[4], ",")}
	t.english, t.plural = strings.CutPrefix(t.english, "pl:")
	article, noun, _ := strings.Cut(parts[1], " ")
	gender, known := map[string]byte{"der": 'm', "die": 'f', "das": 'n', "pl": 'p'}[article]
	if !known || noun == "" {
		return t, fmt.Errorf("%q needs an article", parts[1])
	}
	t.german, t.gender = noun, gender
	for _, pair := range strings.Fields(parts[2]) {
		t.fixed = append(t.fixed, parseFixed(pair))
	}
	return t, nil
}

func parseFixed(pair string) fixed {
	slug, text, _ := strings.Cut(strings.ReplaceAll(pair, "_", " "), "=")
	f := fixed{slug: slug}
	if low, high, isRange := strings.Cut(text, ".."); isRange {
		f.low, _ = strconv.Atoi(low)
		f.high, _ = strconv.Atoi(high)
		return f
	}
	f.values = strings.Split(text, ",")
	return f
}

func numbers(words []string) (n [3]float64) {
	for i := range min(len(words), 3) {
		n[i], _ = strconv.ParseFloat(words[i], 64)
	}
	return n
}

// lines returns a section of the family, and of the pools it uses.
func (b *book) lines(f *family, section string) (own, shared []line) {
	for _, pool := range f.uses {
		shared = append(shared, b.families[pool].sections[section]...)
	}
	return f.sections[section], shared
}
