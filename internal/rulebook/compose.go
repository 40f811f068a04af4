package rulebook

import (
	"errors"
	"maps"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// LearnedSignal is what rules read as signals.learned.
const LearnedSignal = "learned"

// parts is what a site adds, as it stands in the tables.
type parts struct {
	words       []wordList
	tightenings []Tightening
	rules       []Rule
	expires     time.Time // when the next word ends; the zero Time: never
}

type wordList struct {
	name  string
	terms []string
}

// readParts reads what must be compiled. Words that have expired are left out.
func readParts(tx *db.Tx, now time.Time) (p parts, err error) {
	if p.rules, err = Rules(tx); err != nil {
		return p, err
	}
	if p.tightenings, err = Tightenings(tx); err != nil {
		return p, err
	}
	return p, p.readWords(tx, now)
}

func (p *parts) readWords(tx *db.Tx, now time.Time) error {
	at := map[string]int{}
	return db.Each(tx, func(row db.Scanner) error {
		var name, word string
		var expires int64
		if err := row.Scan(&name, &word, &expires); err != nil {
			return err
		}
		i, known := at[name]
		if !known {
			i = len(p.words)
			at[name], p.words = i, append(p.words, wordList{name: name})
		}
		if word == "" || expires != 0 && expires <= value.Micros(now) {
			return nil
		}
		if end := value.FromMicros(expires); expires != 0 && (p.expires.IsZero() || end.Before(p.expires)) {
			p.expires = end
		}
		p.words[i].terms = append(p.words[i].terms, word)
		return nil
	}, `
		select l.name, coalesce(e.shown, ''), coalesce(e.expires_us, 0)
		from value_list l
		left join value_list_entry e on e.list = l.id
		where l.kind = 'word'
		order by l.name, e.value`)
}

// piece is one thing a site adds to the pack; what is broken is left out piece by piece.
type piece struct {
	name string // site/…, a list's name, or the provider's rule that is tightened
	add  func(p *safety.Pack) error
}

// pieces are in the order in which they need each other.
func (p parts) pieces() (all []piece) {
	for _, l := range p.words {
		all = append(all, piece{l.name, func(pack *safety.Pack) error {
			pack.Lists[l.name] = safety.List{Terms: l.terms}
			return nil
		}})
	}
	for _, t := range p.tightenings {
		all = append(all, piece{t.Rule, func(pack *safety.Pack) error {
			pack.Tighten[t.Rule] = t.Outcome
			return nil
		}})
	}
	for _, r := range p.rules {
		all = append(all, piece{r.Draft.Name, func(pack *safety.Pack) error {
			one, err := r.Draft.rule(r.Version, r.Author)
			pack.Rules = append(pack.Rules, one)
			return err
		}})
	}
	return all
}

// packOf is the site's pack of some pieces. Signals are those the book answers itself.
func packOf(provider safety.Pack, pieces []piece) (safety.Pack, error) {
	pack := safety.Pack{Lists: map[string]safety.List{}, Tighten: map[string]safety.Verdict{}}
	if !slices.Contains(provider.Signals, LearnedSignal) {
		pack.Signals = []string{LearnedSignal}
	}
	var faults []error
	for _, p := range pieces {
		faults = append(faults, p.add(&pack))
	}
	return pack, errors.Join(faults...)
}

// compiler compiles pieces with one provider's pack.
type compiler struct{ provider safety.Pack }

func (c compiler) compile(pieces []piece) (*safety.RuleSet, error) {
	pack, err := packOf(c.provider, pieces)
	if err != nil {
		return nil, err
	}
	if err := lookLearned(c.provider, pack); err != nil {
		return nil, err
	}
	return safety.Compile(c.provider, pack)
}

// Broken is something of the site's that is not in force, because it does not compile with the provider's pack.
type Broken struct {
	Name string
	Why  string
}

// compileSound compiles all pieces that are sound together and names the others. It fails only when the provider's pack
// does not compile alone.
func (c compiler) compileSound(pieces []piece) (*safety.RuleSet, []Broken, error) {
	set, err := c.compile(pieces)
	if err == nil {
		return set, nil, nil
	}
	if _, err := c.compile(nil); err != nil {
		return nil, nil, err
	}
	var broken []Broken
	sound := c.sift(nil, pieces, &broken)
	set, err = c.compile(sound)
	return set, broken, err
}

// sift returns sound and what of some further pieces compiles with it, halving what does not.
func (c compiler) sift(sound, more []piece, broken *[]Broken) []piece {
	whole := slices.Concat(sound, more)
	_, err := c.compile(whole)
	switch {
	case err == nil:
		return whole
	case len(more) == 1:
		*broken = append(*broken, Broken{more[0].name, reasonOf(err)})
		return sound
	}
	half := len(more) / 2
	return c.sift(c.sift(sound, more[:half], broken), more[half:], broken)
}

// reasonOf is what a person is told of an error of compiling.
func reasonOf(err error) string {
	var known *value.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return err.Error()
}

// with returns the parts with one rule at another version, or a further one.
func (p parts) with(r Rule) parts {
	p.rules = slices.Clone(p.rules)
	i := slices.IndexFunc(p.rules, func(other Rule) bool { return other.Draft.Name == r.Draft.Name })
	if i < 0 {
		p.rules = append(p.rules, r)
	} else {
		p.rules[i] = r
	}
	return p
}

// bare is the provider's pack without rules: enough to try one rule quickly.
func bare(provider safety.Pack) safety.Pack {
	provider.Rules = nil
	provider.Lists = maps.Clone(provider.Lists)
	return provider
}
