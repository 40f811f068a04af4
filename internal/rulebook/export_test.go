package rulebook

// LearnedAlone reports whether a draft's condition may be true on what was learned alone.
func (b *Book) LearnedAlone(d Draft) bool {
	pack, err := packOf(b.compiler.provider, nil)
	if err != nil {
		return true
	}
	return learnedAlone(b.compiler.provider, pack, d.When)
}
