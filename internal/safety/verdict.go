package safety

import "fmt"

// Verdict is what shall happen to a subject, in order of strictness.
type Verdict int

// The verdicts. The zero Verdict is none and never lets anything pass.
const (
	Allow     Verdict = iota + 1 // nothing speaks against it
	Label                        // it may be seen, with a mark for staff
	Challenge                    // its author must first prove something
	Hold                         // a person must look at it first
	Reject                       // it may not be published
	Escalate                     // it may not be published, and someone must be told
)

var verdictNames = [...]string{"", "allow", "label", "challenge", "hold", "reject", "escalate"}

// String is the verdict's word in rules, rows and logs.
func (v Verdict) String() string {
	if v < Allow || v > Escalate {
		return "none"
	}
	return verdictNames[v]
}

// ParseVerdict reads what String wrote.
func ParseVerdict(text string) (Verdict, error) {
	for v := Allow; v <= Escalate; v++ {
		if verdictNames[v] == text {
			return v, nil
		}
	}
	return 0, fmt.Errorf("%q is not an outcome: allow, label, challenge, hold, reject or escalate", text)
}

// MarshalText writes the verdict's word.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the verdict's word.
func (v *Verdict) UnmarshalText(text []byte) (err error) {
	*v, err = ParseVerdict(string(text))
	return err
}
