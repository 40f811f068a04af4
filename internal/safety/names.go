package safety

import (
	"fmt"
	"strconv"
	"strings"

	"fairground/internal/expr"
)

// variable is what a name in a condition stands for: a kind and, for lists, features and signals, which one.
type variable struct {
	kind  variableKind
	index int32
}

type variableKind byte

const (
	varTerms variableKind = iota + 1
	varInTitle
	varFeature
	varSignal
	varPhones
	varMails
	varLinks
	varHandles
	varHiddenPhones
	varSpeltPhones
	varHiddenMails
	varHiddenLinks
	varOverrides
	varAmountMost
	varStage
	varObject
	varCategory
	varTitle
	varText
	varWords
	varPrice
	varCurrency
	varAttributes
	varPhotos
	varAuthorKind
	varAuthorAge
	varAuthorID
	varPlace
	varFact
	varList
	varCluster
)

// builtin are the names every pack may use.
var builtin = []struct {
	kind variableKind
	expr.Variable
}{
	{varPhones, expr.Variable{Name: "phones", Type: expr.Strings, Size: 200, About: "telephone numbers in E.164 form"}},
	{varMails, expr.Variable{Name: "mails", Type: expr.Strings, Size: 200, About: "mail addresses"}},
	{varLinks, expr.Variable{Name: "links", Type: expr.Strings, Size: 200, About: "hosts of web addresses"}},
	{varHandles, expr.Variable{Name: "handles", Type: expr.Strings, Size: 200, About: "names on messengers"}},
	{varHiddenPhones, expr.Variable{Name: "hidden.phones", Type: expr.Int, About: "numbers that a search for digits would miss, such as digit by digit"}},
	{varSpeltPhones, expr.Variable{Name: "hidden.spelt", Type: expr.Int, About: "numbers in words, or in signs that are no digits"}},
	{varHiddenMails, expr.Variable{Name: "hidden.mails", Type: expr.Int, About: "addresses with spelt signs"}},
	{varHiddenLinks, expr.Variable{Name: "hidden.links", Type: expr.Int, About: "web addresses with spelt dots"}},
	{varOverrides, expr.Variable{Name: "hidden.overrides", Type: expr.Int, About: "signs that turn the direction of reading"}},
	{varAmountMost, expr.Variable{Name: "amount_most", Type: expr.Double, About: "the greatest sum of money in the text, in units"}},
	{varStage, expr.Variable{Name: "stage", Type: expr.String, Size: 20, About: "listing, message, payment, account or feed"}},
	{varObject, expr.Variable{Name: "object", Type: expr.String, Size: 40, About: "the kind of record"}},
	{varCategory, expr.Variable{Name: "category", Type: expr.String, Size: 200, About: "path of the category, such as vehicles/cars"}},
	{varTitle, expr.Variable{Name: "title", Type: expr.String, Size: 500, About: "the title in compared form"}},
	{varText, expr.Variable{Name: "text", Type: expr.String, Size: mostText, About: "title, body and attributes in compared form"}},
	{varWords, expr.Variable{Name: "words", Type: expr.Int, About: "how many words the text has"}},
	{varPrice, expr.Variable{Name: "price", Type: expr.Double, About: "the price in units; 0 without one"}},
	{varCurrency, expr.Variable{Name: "currency", Type: expr.String, Size: 3, About: "ISO 4217 code of the price"}},
	{varAttributes, expr.Variable{Name: "attributes", Type: expr.Texts, Size: 200, About: "the attributes as written"}},
	{varPhotos, expr.Variable{Name: "photos", Type: expr.Int, About: "how many photos there are"}},
	{varAuthorKind, expr.Variable{Name: "author.kind", Type: expr.String, Size: 20, About: "member, staff, visitor or system"}},
	{varAuthorAge, expr.Variable{Name: "author.age_days", Type: expr.Int, About: "age of the author's account in days"}},
	{varAuthorID, expr.Variable{Name: "author.id", Type: expr.String, Size: 20, About: "the author's id in digits; empty when unknown"}},
	{varPlace, expr.Variable{Name: "place", Type: expr.String, Size: 200, About: "the name of the place in compared form"}},
}

// names holds what conditions of one rule set may call things, and the bits by which rules are passed over.
type names struct {
	byName map[string]variable
	bits   map[string]int // the variables whose being set is known before any rule runs
	listed []expr.Variable

	asked *questions
	words int // of 64 bits each that all bits take

	slotBits  []slotBit
	listBits  []int // by list
	titleBits []int
}

type slotBit struct {
	kind variableKind
	bit  int
}

func newNames(lists, features, signals []string, asked *questions) (*names, error) {
	n := &names{byName: map[string]variable{}, bits: map[string]int{}, asked: asked}
	for _, b := range builtin {
		n.add(b.Variable, variable{kind: b.kind})
		if b.kind <= varOverrides {
			n.slotBits = append(n.slotBits, slotBit{b.kind, len(n.bits)})
			n.bits[b.Name] = len(n.bits)
		}
	}
	for i, list := range lists {
		n.listBits = append(n.listBits, n.addBit("terms."+list, variable{varTerms, int32(i)}))
		n.titleBits = append(n.titleBits, n.addBit("in_title."+list, variable{varInTitle, int32(i)}))
	}
	for i, signal := range signals {
		n.add(expr.Variable{Name: "signals." + signal, Type: expr.Double}, variable{varSignal, int32(i)})
	}
	for i, feature := range features {
		if n.byName["features."+feature].kind != 0 {
			return nil, fmt.Errorf("the feature %q exists twice", feature)
		}
		n.add(expr.Variable{Name: "features." + feature, Type: expr.Bool}, variable{varFeature, int32(i)})
	}
	n.addQuestions()
	return n, nil
}

// clusterParts are what conditions may know of a cluster, in the order of clusterPart.
var clusterParts = []expr.Variable{
	{Name: "cluster.size", Type: expr.Int, About: "how many subjects the network has, with this one; 0 without one"},
	{Name: "cluster.accounts", Type: expr.Int, About: "how many authors it has"},
	{Name: "cluster.phones", Type: expr.Int, About: "how many telephone numbers it has"},
	{Name: "cluster.places", Type: expr.Int, About: "how many places it has"},
	{Name: "cluster.coverage", Type: expr.Double, About: "how much of the text its template explains, 0 to 1"},
	{Name: "cluster.score", Type: expr.Double, About: "how organised it is, 0 to 1"},
}

// addQuestions names what memory is asked. A question about something that the text may lack shares the bit of that thing:
// without a telephone number every count by telephone number is zero.
func (n *names) addQuestions() {
	for i, part := range clusterParts {
		n.add(part, variable{varCluster, int32(i)})
	}
	width := len(n.bits)
	for i, f := range n.asked.facts {
		kind := expr.Bool
		if f.counts() {
			kind = expr.Int
		}
		name := factPrefix + strconv.Itoa(i)
		n.add(expr.Variable{Name: name, Type: kind}, variable{varFact, int32(i)})
		if bit, ok := n.bits[f.entity+"s"]; ok { // phones, mails, links, handles
			n.bits[name] = bit
		}
	}
	n.words = width/64 + 1
	for i := range n.asked.lists {
		n.add(expr.Variable{Name: listPrefix + strconv.Itoa(i), Type: expr.Texts, Size: 1}, variable{varList, int32(i)})
	}
}

func (n *names) add(v expr.Variable, what variable) {
	n.byName[v.Name] = what
	n.listed = append(n.listed, v)
}

func (n *names) addBit(name string, what variable) int {
	n.add(expr.Variable{Name: name, Type: expr.Int}, what)
	n.bits[name] = len(n.bits)
	return n.bits[name]
}

func (n *names) environment() (*expr.Environment, error) {
	under := expr.Function{
		Name: "under", Member: true, Args: []expr.Type{expr.String, expr.String}, Result: expr.Bool,
		About: "whether a category is another one or lies in it",
		Call: func(args []any) (any, error) {
			path, above := args[0].(string), args[1].(string)
			rest, ok := strings.CutPrefix(path, above)
			return ok && (rest == "" || rest[0] == '/'), nil
		},
	}
	one := expr.Function{
		Name: "in_list", Args: []expr.Type{expr.Texts, expr.String}, Result: expr.Bool, Call: callInList,
		About: "whether a value is in a list of the site, as in in_list('name', category)",
	}
	any := one
	any.Args = []expr.Type{expr.Texts, expr.Strings}
	return expr.New(n.listed, []expr.Function{under, one, any}, expr.Limits{Static: 5_000_000, Runtime: 500_000})
}

// masks turns needs into clauses of bits. A clause with a name that has no bit says nothing and is left out.
func (n *names) masks(needs expr.Needs) [][]uint64 {
	var masks [][]uint64
next:
	for _, clause := range needs {
		mask := make([]uint64, n.width())
		for _, name := range clause {
			bit, known := n.bits[name]
			if !known {
				continue next
			}
			mask[bit/64] |= 1 << (bit % 64)
		}
		masks = append(masks, mask)
	}
	return masks
}

func (n *names) width() int { return n.words }
