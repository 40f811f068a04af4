package memory

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// Config says what an index is for.
type Config struct {
	Analyzer   *words.Analyzer // nil: without languages and synonyms
	Most_bytes int64           // that the index may hold; 0 for any number
	Clock      value.Clock     // nil: the time of the machine
}

// Index is a search.Index in the memory of this process. It is safe for use by several goroutines: readers never wait,
// writers wait for each other.
type Index struct {
	config  Config
	present atomic.Pointer[view]
	room    sync.Pool // of *scratch

	writing    sync.Mutex               // held while view is replaced
	compacting sync.Mutex               // held while segments are merged
	held       []*segment               // that Compact merges just now; under writing
	vocabulary weak.Pointer[vocabulary] // of the last documents; under writing
}

var _ search.Index = (*Index)(nil)

// ErrFull is returned by Apply when the index would hold more bytes than it may. Nothing has changed then.
var ErrFull = value.Errorf(value.Unavailable, "the search index in memory is full")

// view is what readers see: all of one moment. It never changes.
type view struct {
	parts    []part // the greatest first
	analyzer *words.Analyzer
}

// part is a segment, and which of its documents are not found any more.
type part struct {
	*segment
	dead   set // nil for none
	buried int // how many are dead
}

func (p *part) living() int { return p.size() - p.buried }

// nextLiving is the first living position from one on, the size of the segment for none.
func (p *part) nextLiving(from uint32) uint32 {
	if p.dead == nil {
		return from
	}
	for int(from) < p.size() {
		if free := ^p.dead[from>>6] >> (from & 63); free != 0 {
			return min(from+uint32(bits.TrailingZeros64(free)), uint32(p.size()))
		}
		from = (from>>6 + 1) << 6
	}
	return uint32(p.size())
}

func (p *part) has(at uint32) bool { return p.dead == nil || !p.dead.has(at) }

// New returns an empty index.
func New(c Config) *Index {
	if c.Analyzer == nil {
		c.Analyzer = words.New(nil, nil)
	}
	if c.Clock == nil {
		c.Clock = value.SystemClock{}
	}
	x := &Index{config: c}
	x.room.New = func() any { return new(scratch) }
	x.present.Store(&view{analyzer: c.Analyzer})
	return x
}

// Analyzer is what queries are taken apart with.
func (x *Index) Analyzer() *words.Analyzer { return x.present.Load().analyzer }

// SetAnalyzer takes queries apart with another analyzer from now on: one of the same Print, with other synonyms. Documents
// that were indexed under another Print have to be applied anew.
func (x *Index) SetAnalyzer(a *words.Analyzer) {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.present.Store(&view{parts: x.present.Load().parts, analyzer: a})
}

// Documents is how many listings can be found.
func (x *Index) Documents() (n int) {
	for _, p := range x.present.Load().parts {
		n += p.living()
	}
	return n
}

// Bytes is the memory that the index holds.
func (x *Index) Bytes() int64 { return x.present.Load().bytes() }

func (v *view) bytes() (n int64) {
	for _, p := range v.parts {
		n += p.weight + 8*int64(len(p.dead))
	}
	return n
}

// Apply puts documents in the place of those of the same listings, and removes others, all at one moment. A listing that is
// both put and removed is put; of one that is put twice the last document counts. Applying the same once more changes
// nothing that is found. It returns ErrFull, and changes nothing, when there is no room.
func (x *Index) Apply(put []search.Document, removed []value.ID) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	old := x.present.Load()
	gone := make([]value.ID, 0, len(put)+len(removed))
	gone = append(gone, removed...)
	for i := range put {
		gone = append(gone, put[i].Listing)
	}
	next := &view{parts: bury(old.parts, gone), analyzer: old.analyzer}
	if len(put) > 0 {
		added, err := newFrom(lastOfEach(put), x.words(old.analyzer, len(put)))
		if err != nil {
			return fmt.Errorf("memory.Apply(%d documents): %w", len(put), err)
		}
		if x.config.Most_bytes > 0 && next.bytes()+added.weight > x.config.Most_bytes {
			return ErrFull
		}
		if next.parts, err = x.settle(append(next.parts, part{segment: added})); err != nil {
			return fmt.Errorf("memory.Apply(%d documents): %w", len(put), err)
		}
	}
	x.present.Store(next)
	return nil
}

const (
	manyApplied    = 1_000   // documents at a time: more will follow
	mostRemembered = 250_000 // pieces of text
)

// words is the vocabulary for so many documents. Where many come at a time, more will follow and have use for the same
// words; it is held weakly, so that it takes no memory for long when none do.
func (x *Index) words(a *words.Analyzer, documents int) *vocabulary {
	if v := x.vocabulary.Value(); v != nil && v.analyzer == a && documents >= manyApplied && len(v.chunks) <= mostRemembered {
		return v
	}
	v := newVocabulary(a)
	if documents >= manyApplied {
		x.vocabulary = weak.Make(v)
	}
	return v
}

// lastOfEach leaves one document of each listing.
func lastOfEach(all []search.Document) []search.Document {
	last := make(map[value.ID]int, len(all))
	for i := range all {
		last[all[i].Listing] = i
	}
	if len(last) == len(all) {
		return all
	}
	var kept []search.Document
	for i := range all {
		if last[all[i].Listing] == i {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// bury returns parts without some listings. What is shared with readers is copied before it changes.
func bury(parts []part, listings []value.ID) []part {
	next := make([]part, 0, len(parts)+1)
	for _, p := range parts {
		copied := false
		least, greatest := p.span()
		for _, listing := range listings {
			if listing < least || listing > greatest {
				continue
			}
			at, is := p.find(listing)
			if !is || !p.has(at) {
				continue
			}
			if !copied {
				dead := newSet(p.size())
				copy(dead, p.dead)
				p.dead, copied = dead, true
			}
			p.dead.add(at)
			p.buried++
		}
		if p.living() > 0 {
			next = append(next, p)
		}
	}
	return next
}

// Segments of fewer documents are merged as soon as they come, since each costs every query some microseconds. Compact
// merges the greater ones.
const (
	settledAt = 2_000 // documents
	mostAlike = 4     // segments of one tier
)

// settle merges the least parts while they are small, and not being merged already.
func (x *Index) settle(parts []part) ([]part, error) {
	byLiving(parts)
	from := len(parts) - 1
	total := parts[from].living()
	if slices.Contains(x.held, parts[from].segment) {
		return parts, nil
	}
	for from > 0 && parts[from-1].living() <= 2*total && total+parts[from-1].living() <= settledAt && !slices.Contains(x.held, parts[from-1].segment) {
		from--
		total += parts[from].living()
	}
	if from == len(parts)-1 {
		return parts, nil
	}
	merged, err := merge(parts[from:])
	if err != nil {
		return nil, err
	}
	parts = append(parts[:from:from], part{segment: merged})
	byLiving(parts)
	return parts, nil
}

func byLiving(parts []part) {
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.living(), a.living()) })
}

// Compact merges segments if it pays, and says whether it did. Searching and applying go on meanwhile. The caller calls it
// again until it returns false, from time to time, in a goroutine of its own.
func (x *Index) Compact() bool {
	x.compacting.Lock()
	defer x.compacting.Unlock()
	chosen := x.hold()
	if len(chosen) == 0 {
		return false
	}
	merged, err := merge(chosen)
	x.writing.Lock()
	defer x.writing.Unlock()
	x.held = nil
	if err != nil { // too long for one segment: they stay as they are
		return false
	}
	old := x.present.Load()
	x.present.Store(&view{parts: exchange(old.parts, chosen, merged), analyzer: old.analyzer})
	return true
}

// hold chooses what to merge, and keeps Apply from merging it too.
func (x *Index) hold() []part {
	x.writing.Lock()
	defer x.writing.Unlock()
	chosen := worthMerging(x.present.Load().parts)
	for _, p := range chosen {
		x.held = append(x.held, p.segment)
	}
	return chosen
}

// worthMerging chooses parts to merge: as soon as several are about equally great, these with all that are less, so that
// a document is merged no more often than its segment grows fourfold; or one that is partly dead, with all that are less.
func worthMerging(parts []part) []part {
	from, alike := len(parts), 0
	for i := len(parts) - 1; i >= 0; i-- {
		p := &parts[i]
		if i == len(parts)-1 || tierOf(p) != tierOf(&parts[i+1]) {
			alike = 0
		}
		if alike++; alike >= mostAlike || p.buried*4 > p.size() {
			from = i
		}
	}
	for from < len(parts) && weigh(parts[from:]) > mostPacked/4*3 {
		from++
		if from == len(parts)-1 {
			return nil
		}
	}
	return slices.Clone(parts[from:])
}

// tierOf is how great a part is: the next tier begins at four times as many documents.
func tierOf(p *part) int { return (bits.Len(uint(p.living()*2/settledAt)) + 1) / 2 }

// weigh is what the longest lists and texts of a merged segment may take at most.
func weigh(parts []part) (most int64) {
	var texts, lists int64
	for _, p := range parts {
		texts += int64(len(p.texts.packed))
		lists += int64(len(p.inText.packed))
	}
	return max(texts+texts/4, lists+lists/4)
}

// exchange puts a merged segment in the place of those that it was made of. What died in them meanwhile is dead in it too.
func exchange(present, merged []part, by *segment) (next []part) {
	added := part{segment: by}
	left := slices.Clone(merged)
	for _, p := range present {
		i := slices.IndexFunc(left, func(m part) bool { return m.segment == p.segment })
		if i < 0 {
			next = append(next, p)
			continue
		}
		added.takeOver(p, left[i])
		left = slices.Delete(left, i, i+1)
	}
	for _, all := range left { // dropped meanwhile, since all of it died
		dead := newSet(all.size())
		dead.fill(all.size())
		added.takeOver(part{segment: all.segment, dead: dead, buried: all.size()}, all)
	}
	if added.living() > 0 {
		next = append(next, added)
	}
	byLiving(next)
	return next
}

// takeOver buries what died in a part since it was merged.
func (p *part) takeOver(now, then part) {
	if now.buried == then.buried {
		return
	}
	for at := range now.dead.all {
		if then.has(at) {
			if position, is := p.find(now.listings[at]); is {
				if p.dead == nil {
					p.dead = newSet(p.size())
				}
				p.dead.add(position)
				p.buried++
			}
		}
	}
}
