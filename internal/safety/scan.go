package safety

// scan is the work on one text: its compared form, its tokens, which terms hit, and what the signals found. It is
// reused, so nothing in it may be kept.
type scan struct {
	words *vocabulary
	terms *termTree

	text     Text
	tokens   []token
	readings []reading
	hits     []hit
	found    Slots

	spare [4 * mostChunk]byte
	spelt [mostChunk]byte

	digits [2 * mostDigits]byte // of the run at hand
}

func (s *scan) reset() {
	s.text.reset()
	s.tokens, s.readings, s.hits = s.tokens[:0], s.readings[:0], s.hits[:0]
	s.found = Slots{}
}

// run does all of it on the fields that were added.
func (s *scan) run(regions []string) {
	s.tokenise()
	if s.terms != nil {
		s.match()
	}
	s.extract(regions)
}
