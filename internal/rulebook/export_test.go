package rulebook

// LearnedAlone reports whether a draft's condition may be true on what was learned alone.
func (b *Book) LearnedAlone(d Draft) bool { return b.learnedAlone(d.When) }
