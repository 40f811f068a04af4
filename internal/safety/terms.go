package safety

import (
	"fmt"
	"strings"
)

// termTree holds the terms of all lists as a tree of words. One walk over a text finds which of them occur.
type termTree struct {
	lists  []string // names, by number
	begins []int32  // by word: the node a term that begins with it leads to, or 0
	nodes  []termNode
}

type termNode struct {
	next map[int32]int32 // word → node
	ends []termEnd
}

// termEnd says that a term of a list ends here. An exception silences the hits of its list that lie within it.
type termEnd struct {
	list      int32
	term      int32
	exception bool
}

// hit is one occurrence of a term, over tokens from up to to.
type hit struct {
	termEnd
	from, to int32
}

// mostSkipped is how many small words may be slipped in between two words of a term.
const mostSkipped = 2

func newTermTree() *termTree { return &termTree{nodes: make([]termNode, 1)} }

// add adds a list. A term is words parted by blanks; "gift card|cards" stands for two terms. A word may be anything that
// tokenise leaves in one piece.
func (t *termTree) add(words *vocabulary, name string, terms, exceptions []string) error {
	list := int32(len(t.lists))
	t.lists = append(t.lists, name)
	for i, term := range terms {
		if err := t.addTerm(words, termEnd{list: list, term: int32(i)}, term); err != nil {
			return fmt.Errorf("list %s: %w", name, err)
		}
	}
	for i, term := range exceptions {
		if err := t.addTerm(words, termEnd{list: list, term: int32(i), exception: true}, term); err != nil {
			return fmt.Errorf("list %s: exception: %w", name, err)
		}
	}
	return nil
}

func (t *termTree) addTerm(words *vocabulary, end termEnd, term string) error {
	nodes := []int32{0}
	fields := strings.Fields(term)
	if len(fields) == 0 || len(fields) > 8 {
		return fmt.Errorf("a term has one to eight words, not %q", term)
	}
	for _, alternatives := range fields {
		var after []int32
		for choice := range strings.SplitSeq(alternatives, "|") {
			plain := string(lettersOnly(nil, Normalise(choice).plain)) // as joinChunks reads "can't" and "ar-15"
			if !oneWord(plain) {
				return fmt.Errorf("%q in %q is not one word", choice, term)
			}
			for _, node := range nodes {
				after = append(after, t.step(node, words.number(plain)))
			}
		}
		nodes = after
	}
	for _, node := range nodes {
		t.nodes[node].ends = append(t.nodes[node].ends, end)
	}
	return nil
}

func oneWord(text string) bool {
	s := scan{words: &vocabulary{slots: make([]int32, 1)}}
	var tok token
	s.text.add("", text)
	return text != "" && s.word(&tok, 0) == len(text)
}

// step returns the node that a word leads to, which it makes when there is none.
func (t *termTree) step(node, word int32) int32 {
	if next, ok := t.nodes[node].next[word]; ok {
		return next
	}
	next := int32(len(t.nodes))
	t.nodes = append(t.nodes, termNode{})
	if t.nodes[node].next == nil {
		t.nodes[node].next = map[int32]int32{}
	}
	t.nodes[node].next[word] = next
	return next
}

// seal prepares the tree for matching once the vocabulary is complete.
func (t *termTree) seal(words *vocabulary) {
	t.begins = make([]int32, len(words.words))
	for word, node := range t.nodes[0].next {
		t.begins[word] = node
	}
}

// match finds all terms in the text and drops those that an exception covers.
func (s *scan) match() {
	for k := range s.tokens {
		for e := s.tokens[k].edge; e != 0; e = s.readings[e-1].next {
			r := s.readings[e-1]
			if node := s.terms.begins[r.word]; node != 0 {
				s.walk(int32(k), r.to, node, 0)
			}
		}
	}
	s.except()
}

// walk follows a term that began at token from and has reached a node before token at.
func (s *scan) walk(from, at, node int32, skipped int) {
	n := &s.terms.nodes[node]
	if skipped == 0 {
		for _, end := range n.ends {
			s.hits = append(s.hits, hit{end, from, at})
		}
	}
	if n.next == nil || int(at) >= len(s.tokens) || s.tokens[at].pause || s.crowded() {
		return
	}
	for e := s.tokens[at].edge; e != 0; e = s.readings[e-1].next {
		r := s.readings[e-1]
		if next, ok := n.next[r.word]; ok {
			s.walk(from, r.to, next, 0)
		}
		if s.words.words[r.word].skip && skipped < mostSkipped {
			s.walk(from, r.to, node, skipped+1)
		}
	}
}

// mostHits bounds the work on a text that is nothing but terms. A subject with more is held unread, so that nothing can
// hide behind them.
const mostHits = 2_000

func (s *scan) crowded() bool { return len(s.hits) > mostHits }

func (s *scan) except() {
	exceptions := false
	for i := range s.hits {
		exceptions = exceptions || s.hits[i].exception
	}
	if !exceptions {
		return
	}
	kept := s.hits[:0]
	all := append([]hit(nil), s.hits...)
	for _, h := range all {
		if !h.exception && !covered(h, all) {
			kept = append(kept, h)
		}
	}
	s.hits = kept
}

func covered(h hit, all []hit) bool {
	for _, x := range all {
		if x.exception && x.list == h.list && x.from <= h.from && x.to >= h.to {
			return true
		}
	}
	return false
}
