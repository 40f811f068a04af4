package rulebook

import (
	"context"
	"maps"

	"fairground/internal/safety"
)

// replay screens a stored input again, under other rules. What was learned since scores it too, when it was not asked then.
func (b *Book) replay(ctx context.Context, set *safety.RuleSet, in safety.Input) safety.Replayed {
	const asked = "signals." + LearnedSignal
	if _, known := in.Facts[asked]; !known {
		score := 0.0
		if m := b.learned.Load(); m != nil {
			score = m.Score(wordsOf(in.Subject))
		}
		facts := safety.Facts{asked: score}
		maps.Copy(facts, in.Facts)
		in.Facts = facts
	}
	for _, r := range safety.Replay(ctx, set, []safety.Input{in}) {
		return r
	}
	return safety.Replayed{Input: in, Before: in.Verdict, After: safety.Hold} // the context ended; the caller notices
}
