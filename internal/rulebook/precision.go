package rulebook

import (
	"math"
	"time"

	"fairground/internal/db"
)

// Precision is how often people agreed with a rule: of the contents it fired on, how many they refused.
type Precision struct {
	Right int
	Wrong int
	Open  int
	Low   float64 // bounds of the share that is right, Wilson's interval at 95 %
	High  float64
	Days  [days]int // firings of the last 30 days, the newest last
}

const days = 30

// Fired is how often the rule fired in the last 30 days.
func (p Precision) Fired() int {
	n := 0
	for _, day := range p.Days {
		n += day
	}
	return n
}

// Decided is how many contents people decided about.
func (p Precision) Decided() int { return p.Right + p.Wrong }

// Precisions measures all rules from what they fired on in the last 90 days. Content counts once for a rule, however often
// it was screened. Today ends the last of the days.
func (b *Book) Precisions(tx *db.Tx, zone *time.Location) (map[string]Precision, error) {
	fired, err := b.past.Fired(tx, tx.Now().Add(-recent))
	if err != nil {
		return nil, err
	}
	judged, err := b.past.Judged(tx, tx.Now().Add(-recent))
	if err != nil {
		return nil, err
	}
	return measure(fired, judged, tx.Now().In(zone)), nil
}

func measure(fired []Fired, judged map[Key]bool, now time.Time) map[string]Precision {
	type once struct {
		Key
		rule string
	}
	seen, all := map[once]bool{}, map[string]Precision{}
	today := dayOf(now)
	for _, f := range fired {
		p := all[f.Rule]
		if ago := today - dayOf(f.At.In(now.Location())); ago >= 0 && ago < days {
			p.Days[days-1-ago]++
		}
		if !seen[once{f.Key, f.Rule}] {
			seen[once{f.Key, f.Rule}] = true
			switch refused, decided := judged[f.Key]; {
			case !decided:
				p.Open++
			case refused:
				p.Right++
			default:
				p.Wrong++
			}
		}
		all[f.Rule] = p
	}
	for rule, p := range all {
		p.Low, p.High = Wilson(p.Right, p.Decided())
		all[rule] = p
	}
	return all
}

// dayOf numbers the days of a time zone.
func dayOf(at time.Time) int {
	y, m, d := at.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}

// Wilson is the interval in which the true share lies with 95 % confidence, for so many of n. Of nothing it is 0 to 1.
func Wilson(right, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.959964
	share, size := float64(right)/float64(n), float64(n)
	middle := share + z*z/(2*size)
	spread := z * math.Sqrt(share*(1-share)/size+z*z/(4*size*size))
	whole := 1 + z*z/size
	return math.Max(0, (middle-spread)/whole), math.Min(1, (middle+spread)/whole)
}
