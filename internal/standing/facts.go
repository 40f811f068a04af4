package standing

import (
	"context"
	"slices"
	"time"

	"fairground/internal/ui/text"
)

// Facts are what others see of a member or a shop beside what these say themselves. A zero time means: not proven.
type Facts struct {
	Business bool
	Sells    bool // offers and answers say something
	Staffed  bool // somebody with an account answers for it; otherwise nothing can be proven of anybody
	Joined   time.Time
	Mail     time.Time // a link sent to the address was used
	Phone    time.Time // a code sent to the number was typed
	Checked  time.Time // the site looked at papers of the person or business
	Trades   int       // that both sides called done
	Reviews  int       // that count
	Answers  Answering
	Offers   int // listings that are live now
}

// Answering is how somebody answers those who ask.
type Answering struct {
	Asked   int           // conversations that were due an answer, of 90 days
	Share   float64       // of them that were answered within a day, 0 to 1
	Typical time.Duration // to the first answer, in the middle of all
}

const (
	newFor     = 30 * 24 * time.Hour
	leastAsked = 3 // conversations from which on an answer time says something
	mostNumber = 1000
)

// New reports whether somebody joined a short while ago.
func (f Facts) New(now time.Time) bool { return now.Sub(f.Joined) < newFor }

// Names lists the facts in the order in which pages show them.
var Names = []string{"joined", "mail", "phone", "checked", "trades", "reviews", "answers", "offers"}

// line is one fact in words. proven says which way it went, where it goes either way.
type line struct {
	name   string
	words  string
	proof  bool // it is proven or not
	proven bool
}

func (l line) icon() string {
	switch {
	case l.proven:
		return "check"
	case l.proof:
		return "minus"
	default:
		return icons[l.name]
	}
}

var icons = map[string]string{"joined": "calendar", "trades": "handshake", "reviews": "star", "answers": "message-square", "offers": "list"}

// lines are all facts in words.
func (f Facts) lines(ctx context.Context, now time.Time) []line {
	all := []line{{name: "joined", words: f.joined(ctx, now)}}
	if f.Staffed {
		all = append(all, proof(ctx, "mail", f.Mail), proof(ctx, "phone", f.Phone))
	}
	checked := "checked"
	if f.Business {
		checked = "checked_shop"
	}
	all = append(all, proof(ctx, checked, f.Checked))
	all[len(all)-1].name = "checked"
	all = append(all, counted(ctx, "trades", f.Trades), counted(ctx, "reviews", f.Reviews))
	if f.Sells {
		all = append(all, line{name: "answers", words: f.answers(ctx)}, counted(ctx, "offers", f.Offers))
	}
	return all
}

// brief are the facts that fit beside a name: that somebody is new, what is proven, and what is not.
func (f Facts) brief(ctx context.Context, now time.Time) []line {
	all := f.lines(ctx, now)
	return slices.DeleteFunc(all, func(l line) bool {
		return !l.proof && (l.name != "joined" || !f.New(now)) && (l.name != "trades" || f.Trades == 0) || l.name == "checked" && !l.proven
	})
}

func (f Facts) joined(ctx context.Context, now time.Time) string {
	if f.New(now) {
		return text.T(ctx, "standing.fact.new", "when", f.Joined)
	}
	return text.T(ctx, "standing.fact.joined", "when", text.FromContext(ctx).Month(f.Joined.In(text.FromContext(ctx).Zone())))
}

func proof(ctx context.Context, name string, at time.Time) line {
	if at.IsZero() {
		return line{name: name, words: text.T(ctx, "standing.fact."+name+".no"), proof: true}
	}
	return line{name: name, words: text.T(ctx, "standing.fact."+name, "when", text.FromContext(ctx).Month(at.In(text.FromContext(ctx).Zone()))), proof: true, proven: true}
}

func counted(ctx context.Context, name string, n int) line {
	switch {
	case n == 0:
		return line{name: name, words: text.T(ctx, "standing.fact."+name+".none")}
	case n >= mostNumber:
		return line{name: name, words: text.T(ctx, "standing.fact."+name+".most", "count", mostNumber)}
	default:
		return line{name: name, words: text.T(ctx, "standing.fact."+name, "count", n)}
	}
}

func (f Facts) answers(ctx context.Context) string {
	hours := int((f.Answers.Typical + time.Hour - 1) / time.Hour)
	switch {
	case f.Answers.Asked < leastAsked || hours <= 0:
		return text.T(ctx, "standing.fact.answers.none")
	case hours <= 24:
		return text.T(ctx, "standing.fact.answers.hours", "count", hours)
	default:
		return text.T(ctx, "standing.fact.answers.days", "count", (hours+23)/24)
	}
}
