package safety

import (
	"context"
	"maps"
	"slices"

	"fairground/internal/expr"
)

// screening is the work on one subject: it scans the texts once and answers the conditions' questions. It is reused, so
// nothing in it may be kept.
type screening struct {
	expr.Root
	ctx     context.Context
	rules   *RuleSet
	regions []string
	subject *Subject
	source  source

	scan    scan
	counts  []int32 // by list: how many different terms occur
	inTitle []int32
	bits    []uint64

	known map[variable]any // answers that were costly
	keys  []string
	memo  memo // what was asked of memory
}

func newScreening(set *RuleSet) *screening {
	lists := len(set.terms.lists)
	return &screening{
		rules: set, regions: set.regions, scan: scan{words: set.words, terms: set.terms},
		counts: make([]int32, lists), inTitle: make([]int32, lists), bits: make([]uint64, set.names.width()),
		known: map[variable]any{},
	}
}

// begin reads the subject's texts.
func (w *screening) begin(ctx context.Context, s *Subject, from source) {
	w.ctx, w.subject, w.source = ctx, s, from
	w.scan.reset()
	clear(w.counts)
	clear(w.inTitle)
	clear(w.bits)
	clear(w.known)
	w.memo = memo{}
	w.scan.text.add("title", s.Title)
	w.scan.text.add("body", s.Body)
	if len(s.Attributes) > 0 {
		w.keys = slices.AppendSeq(w.keys[:0], maps.Keys(s.Attributes))
		slices.Sort(w.keys)
		for _, key := range w.keys {
			w.scan.text.add("attributes."+key, s.Attributes[key])
		}
	}
	w.scan.run(w.regions)
	w.count()
	w.mark()
}

// end lets go of everything that belongs to the subject.
func (w *screening) end() {
	w.scan.reset()
	w.memo.end()
	w.ctx, w.subject, w.source = nil, nil, nil
	w.rules.scans.Put(w)
}

// tooLong reports a subject that is not read but held.
func tooLong(s *Subject) bool {
	n := len(s.Title) + len(s.Body)
	for key, text := range s.Attributes {
		n += len(key) + len(text)
	}
	return n > mostText
}

func (w *screening) count() {
	for i, h := range w.scan.hits {
		if !w.counted(i) {
			w.counts[h.list]++
		}
		if w.titled(h) {
			w.inTitle[h.list]++
		}
	}
}

// counted reports whether the term of hit i occurred before.
func (w *screening) counted(i int) bool {
	for _, h := range w.scan.hits[:i] {
		if h.list == w.scan.hits[i].list && h.term == w.scan.hits[i].term {
			return true
		}
	}
	return false
}

// titled reports a hit in the title, which is always the first field.
func (w *screening) titled(h hit) bool {
	return int(w.scan.tokens[h.from].from) < w.scan.text.fields[1].from
}

// mark sets the bits of the variables that are set.
func (w *screening) mark() {
	if found := &w.scan.found; len(found.Phones)+len(found.Mails)+len(found.Links)+len(found.Handles)+len(w.scan.text.overrides) > 0 {
		for _, slot := range w.rules.names.slotBits {
			if w.slotCount(slot.kind) > 0 {
				w.setBit(slot.bit)
			}
		}
	}
	for _, h := range w.scan.hits {
		w.setBit(w.rules.names.listBits[h.list])
		if w.inTitle[h.list] > 0 {
			w.setBit(w.rules.names.titleBits[h.list])
		}
	}
}

func (w *screening) setBit(bit int) { w.bits[bit/64] |= 1 << (bit % 64) }

// candidate reports whether a rule can be anything but false.
func (w *screening) candidate(r *rule) bool {
	for _, clause := range r.needs {
		met := false
		for i, mask := range clause {
			met = met || mask&w.bits[i] != 0
		}
		if !met {
			return false
		}
	}
	return true
}

// ResolveName answers a condition's question.
func (w *screening) ResolveName(name string) (any, bool) {
	v, ok := w.rules.names.byName[name]
	if !ok {
		return nil, false
	}
	switch v.kind {
	case varTerms:
		return int64(w.counts[v.index]), true
	case varInTitle:
		return int64(w.inTitle[v.index]), true
	case varFeature, varSignal, varAmountMost, varTitle, varText, varFact, varList, varCluster, varPlace:
		if answer, ok := w.known[v]; ok {
			return answer, true
		}
		answer := w.costly(v)
		w.known[v] = answer
		return answer, true
	case varPhones, varMails, varLinks, varHandles, varHiddenPhones, varSpeltPhones, varHiddenMails, varHiddenLinks, varOverrides:
		return w.slot(v.kind), true
	}
	return w.fact(v.kind), true
}

func (w *screening) costly(v variable) any {
	switch v.kind {
	case varFeature:
		truth, err := w.rules.features[v.index].program.Bool(w.ctx, w)
		if err != nil {
			return expr.Failure(err)
		}
		return truth
	case varSignal:
		name := w.rules.signals[v.index]
		score, err := w.source.score(w.ctx, name, w.subject)
		if err != nil {
			return expr.Failure(err)
		}
		w.memo.note("signals."+name, score)
		return score
	case varFact:
		return w.askFact(&w.rules.names.asked.facts[v.index])
	case varList:
		return w.askList(w.rules.names.asked.lists[v.index])
	case varCluster:
		return w.askCluster(int(v.index))
	case varPlace:
		return Normalise(w.subject.Place).String()
	case varTitle:
		return string(w.scan.text.plain[:w.scan.text.fields[1].from])
	case varText:
		return w.scan.text.String()
	default:
		most := 0.0
		for _, a := range w.scan.amounts() {
			most = max(most, a.Money.Units())
		}
		return most
	}
}

func (w *screening) fact(kind variableKind) any {
	s := w.subject
	switch kind {
	case varStage:
		return string(s.Stage)
	case varObject:
		return s.Object
	case varCategory:
		return s.Category
	case varWords:
		return int64(len(w.scan.tokens))
	case varPrice:
		return s.Price.Units()
	case varCurrency:
		return s.Price.Currency
	case varAttributes:
		if s.Attributes == nil {
			return map[string]string{}
		}
		return s.Attributes
	case varPhotos:
		return int64(s.Photos)
	case varAuthorKind:
		return string(s.Author.Kind)
	case varAuthorID:
		if s.Author.ID == 0 {
			return ""
		}
		return s.Author.ID.String()
	default:
		return int64(s.Author.Age_days)
	}
}
