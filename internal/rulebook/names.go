package rulebook

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/safety"
)

// name is something a condition may use, as the editor explains it.
type name struct {
	group  string // part of the key of its title
	text   string // as it is written
	kind   expr.Type
	try    string // a condition that uses it; it is listed only if that compiles
	ground bool   // speaks by itself: it was found in the text or in what is remembered
}

// known are the names and functions of the gate. What a pack adds (terms, features, signals) comes from the packs.
var known = []name{
	{"found", "phones", expr.Strings, "", true}, {"found", "mails", expr.Strings, "", true}, {"found", "links", expr.Strings, "", true},
	{"found", "handles", expr.Strings, "", true}, {"found", "hidden.phones", expr.Int, "", true}, {"found", "hidden.mails", expr.Int, "", true},
	{"found", "hidden.links", expr.Int, "", true}, {"found", "hidden.overrides", expr.Int, "", true}, {"found", "amount_most", expr.Double, "", false},
	{"text", "title", expr.String, "", false}, {"text", "text", expr.String, "", false}, {"text", "words", expr.Int, "", false},
	{"subject", "stage", expr.String, "", false}, {"subject", "object", expr.String, "", false}, {"subject", "category", expr.String, "", false},
	{"subject", "price", expr.Double, "", false}, {"subject", "currency", expr.String, "", false}, {"subject", "attributes", expr.Texts, "", false},
	{"subject", "photos", expr.Int, "", false}, {"subject", "place", expr.String, "", false}, {"subject", "author.kind", expr.String, "", false},
	{"subject", "author.id", expr.String, "", false}, {"subject", "author.age_days", expr.Int, "", false}, {"subject", "category.under('vehicles')", 0, "category.under('vehicles')", false},
	{"memory", "velocity('phone', 'listing', '24h')", 0, "velocity('phone', 'listing', '24h') > 3", true},
	{"memory", "distinct('phone', 'author', '7d')", 0, "distinct('phone', 'author', '7d') > 2", true},
	{"memory", "in_list('name', text)", 0, "in_list('name', title)", true},
	{"memory", "label('author', 'name')", 0, "label('author', 'name')", true},
	{"memory", "photo_match('bank')", 0, "photo_match('bank')", true},
	{"network", "cluster.size", expr.Int, "", true}, {"network", "cluster.accounts", expr.Int, "", true}, {"network", "cluster.phones", expr.Int, "", true},
	{"network", "cluster.places", expr.Int, "", true}, {"network", "cluster.coverage", expr.Double, "", true}, {"network", "cluster.score", expr.Double, "", true},
}

// typeNames are how the editor calls the types.
var typeNames = map[expr.Type]string{0: "", expr.Int: "int", expr.Double: "double", expr.String: "text", expr.Strings: "texts", expr.Texts: "map", expr.Bool: "yes/no"}

// sample is a condition that holds only if the name exists.
func (n name) sample() string {
	switch n.kind {
	case expr.Int:
		return n.text + " > 1"
	case expr.Double:
		return n.text + " > 1.0"
	case expr.String:
		return n.text + " == 'x'"
	case expr.Strings, expr.Texts:
		return "size(" + n.text + ") > 1"
	}
	return n.try
}

// key is the name's part of its message key.
func (n name) key() string {
	word, _, _ := strings.Cut(n.text, "(")
	return strings.ReplaceAll(word, ".", "_")
}

// findNames are those that the gate knows. It takes a fifth of a second, so the book asks once.
func (b *Book) findNames() (all []name) {
	for _, n := range known {
		draft := Draft{When: n.sample(), Stages: []safety.Stage{safety.StageListing}}
		if b.tryWith(draft, nil, nil) == nil {
			all = append(all, n)
		}
	}
	return all
}

// termLists are the lists of terms that conditions may read, by name: the provider's and the site's.
func (b *Book) termLists() (provider, site []string) {
	for name, l := range b.memory.Load().lists {
		if l.kind == WordList {
			site = append(site, name)
		}
	}
	slices.Sort(site)
	return slices.Sorted(maps.Keys(b.compiler.provider.Lists)), site
}

// grounds tells which names of a condition speak by themselves.
type grounds struct {
	environment *expr.Environment
	speaks      map[string]bool
	features    map[string]*expr.Program
}

const (
	askedCount = "asked_count" // stands for a function that counts
	askedTruth = "asked_truth" // for one that answers yes or no
)

func newGrounds(provider, site safety.Pack) (*grounds, error) {
	g := &grounds{speaks: map[string]bool{askedCount: true, askedTruth: true}, features: map[string]*expr.Program{}}
	variables := []expr.Variable{{Name: askedCount, Type: expr.Int}, {Name: askedTruth, Type: expr.Bool}}
	add := func(name string, kind expr.Type, ground bool) {
		if !slices.ContainsFunc(variables, func(v expr.Variable) bool { return v.Name == name }) {
			variables = append(variables, expr.Variable{Name: name, Type: kind, Size: 1000})
			g.speaks[name] = ground
		}
	}
	for _, n := range known {
		if n.kind != 0 {
			add(n.text, n.kind, n.ground)
		}
	}
	for _, pack := range []safety.Pack{provider, site} {
		for list := range pack.Lists {
			add("terms."+list, expr.Int, true)
			add("in_title."+list, expr.Int, true)
		}
		for _, signal := range pack.Signals {
			add("signals."+signal, expr.Double, signal != LearnedSignal)
		}
		for _, f := range pack.Features {
			add("features."+f.Name, expr.Bool, false)
		}
	}
	under := expr.Function{Name: "under", Member: true, Args: []expr.Type{expr.String, expr.String}, Result: expr.Bool,
		Call: func([]any) (any, error) { return false, nil }}
	var err error
	if g.environment, err = expr.New(variables, []expr.Function{under}, expr.Limits{Static: 50_000_000, Runtime: 500_000}); err != nil {
		return nil, fmt.Errorf("rulebook.newGrounds: %w", err)
	}
	for _, pack := range []safety.Pack{provider, site} {
		g.readFeatures(pack)
	}
	return g, nil
}

// readFeatures keeps the conditions of features; one that cannot be analysed speaks for nothing.
func (g *grounds) readFeatures(pack safety.Pack) {
	for _, f := range pack.Features {
		if when, ok := plain(f.When); ok {
			if program, err := g.environment.Compile(when, expr.Bool); err == nil {
				g.features["features."+f.Name] = program
			}
		}
	}
}

// reads reports whether a condition reads a name, itself or through features.
func (g *grounds) reads(p *expr.Program, name string, depth int) bool {
	for _, n := range p.Names() {
		inner := g.features[n]
		if n == name || inner != nil && depth > 0 && g.reads(inner, name, depth-1) {
			return true
		}
	}
	return false
}

const deepest = 20 // features that read features

func (g *grounds) needs(name string) (expr.Needs, bool) {
	if inner := g.features[name]; inner != nil {
		return inner.Needs(g.needs), true
	}
	return nil, false
}

// alone reports whether a condition that reads what was learned may be true without any ground that speaks by itself.
func (g *grounds) alone(p *expr.Program) bool {
	if !g.reads(p, "signals."+LearnedSignal, deepest) {
		return false
	}
	for _, clause := range p.Needs(g.needs) {
		if !slices.ContainsFunc(clause, func(name string) bool { return !g.speaks[name] }) {
			return false
		}
	}
	return true
}

var (
	oddLiteral = regexp.MustCompile(`(?:^|[^\w])[rRbB]{1,2}['"]`)
	literal    = regexp.MustCompile(`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`)
	counting   = regexp.MustCompile(`\b(?:velocity|distinct)\s*\([^()]*\)`)
	answering  = regexp.MustCompile(`\b(?:in_list|label|photo_match)\s*\([^()]*\)`)
)

// plain is a condition for the analysis of its grounds: without the words in its literals, and with a variable in place of
// each call that asks a memory. ok is false for one that cannot be taken apart safely.
func plain(when string) (text string, ok bool) {
	if oddLiteral.MatchString(when) || strings.Contains(when, "'''") || strings.Contains(when, `"""`) {
		return "", false
	}
	text = literal.ReplaceAllString(when, "''")
	if strings.Contains(text, "//") {
		return "", false
	}
	return answering.ReplaceAllString(counting.ReplaceAllString(text, askedCount), askedTruth), true
}
