package learn

// The bar that a model must reach before anything may use it.
const (
	BarPrecision = 0.9
	BarRecall    = 0.3
	BarTexts     = 200 // decided by people, of each kind
)

// Folds is how many parts the texts are divided into.
const Folds = 5

// Report is what cross-validation measured. A text counts as found when its score is at or above Threshold.
type Report struct {
	Seed      uint64  `json:"seed"`
	Refused   int     `json:"refused"` // texts of each kind
	Kept      int     `json:"kept"`
	Threshold float64 `json:"threshold"`
	Found     int     `json:"found"` // refused texts at or above the threshold
	False     int     `json:"false"` // kept texts at or above it
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	Curve     []Point `json:"curve"` // at several thresholds, rising
}

// Point is precision and recall at one threshold.
type Point struct {
	Threshold float64 `json:"threshold"`
	Found     int     `json:"found"`
	False     int     `json:"false"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
}

// Passes reports whether the model is above the bar.
func (r Report) Passes() bool {
	return r.Refused >= BarTexts && r.Kept >= BarTexts && r.Precision >= BarPrecision && r.Recall >= BarRecall
}

// thresholds are those that are tried: a rule would compare the signal with one of them.
var thresholds = []float64{.5, .6, .7, .8, .85, .9, .95, .97, .99}

// Evaluate scores every text by a model trained on the other folds. The threshold it reports is the one with the greatest
// recall among those that are precise enough, or the most precise one.
func Evaluate(texts []Text, seed uint64) Report {
	c := newCorpus(texts)
	r := Report{Seed: seed}
	scores := make([]float64, len(c.samples))
	for fold := range uint64(Folds) {
		var rest []sample
		for _, s := range c.samples {
			if c.foldOf(s, seed) != fold {
				rest = append(rest, s)
			}
		}
		f := c.fit(rest, seed)
		for i, s := range c.samples {
			if c.foldOf(s, seed) == fold {
				scores[i] = logistic(f.score(s))
			}
		}
	}
	for _, s := range c.samples {
		if s.refused {
			r.Refused++
		} else {
			r.Kept++
		}
	}
	for _, threshold := range thresholds {
		r.Curve = append(r.Curve, c.pointAt(threshold, scores, r.Refused))
	}
	r.choose()
	return r
}

// foldOf divides the texts by a mixed seed.
func (c *corpus) foldOf(s sample, seed uint64) uint64 {
	x := s.fold ^ seed*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	return (x ^ x>>27) % Folds
}

func (c *corpus) pointAt(threshold float64, scores []float64, refused int) Point {
	p := Point{Threshold: threshold}
	for i, s := range c.samples {
		switch {
		case scores[i] < threshold:
		case s.refused:
			p.Found++
		default:
			p.False++
		}
	}
	if p.Found+p.False > 0 {
		p.Precision = float64(p.Found) / float64(p.Found+p.False)
	}
	if refused > 0 {
		p.Recall = float64(p.Found) / float64(refused)
	}
	return p
}

func (r *Report) choose() {
	best := Point{}
	for _, p := range r.Curve {
		enough := p.Precision >= BarPrecision
		if enough && (best.Precision < BarPrecision || p.Recall > best.Recall) || !enough && best.Precision < BarPrecision && p.Precision > best.Precision {
			best = p
		}
	}
	r.Threshold, r.Found, r.False, r.Precision, r.Recall = best.Threshold, best.Found, best.False, best.Precision, best.Recall
}
