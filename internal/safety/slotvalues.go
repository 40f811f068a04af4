package safety

// slot answers what the signals found in the text.
func (w *screening) slot(kind variableKind) any {
	found := &w.scan.found
	all := []string{}
	switch kind {
	case varPhones:
		for _, p := range found.Phones {
			all = append(all, p.text())
		}
	case varMails:
		for _, m := range found.Mails {
			all = append(all, m.Address)
		}
	case varLinks:
		for _, l := range found.Links {
			all = append(all, l.Host)
		}
	case varHandles:
		for _, h := range found.Handles {
			all = append(all, h.Name)
		}
	default:
		return int64(w.slotCount(kind))
	}
	return all
}

// text is the number, or the digits when they fit no numbering plan.
func (p Phone) text() string {
	if p.Number != "" {
		return string(p.Number)
	}
	return p.Digits
}

func (w *screening) slotCount(kind variableKind) int {
	return len(w.slotSpans(kind))
}

// slotSpans is where the things of one kind stand in the text.
func (w *screening) slotSpans(kind variableKind) []Span {
	var spans []Span
	found := &w.scan.found
	switch kind {
	case varPhones, varHiddenPhones, varSpeltPhones:
		for _, p := range found.Phones {
			if kind == varPhones || kind == varHiddenPhones && p.Hidden || kind == varSpeltPhones && p.Spelt {
				spans = append(spans, p.Span)
			}
		}
	case varMails, varHiddenMails:
		for _, m := range found.Mails {
			if kind == varMails || m.Hidden {
				spans = append(spans, m.Span)
			}
		}
	case varLinks, varHiddenLinks:
		for _, l := range found.Links {
			if kind == varLinks || l.Hidden {
				spans = append(spans, l.Span)
			}
		}
	case varHandles:
		for _, h := range found.Handles {
			spans = append(spans, h.Span)
		}
	case varOverrides:
		spans = w.scan.text.overrides
	case varAmountMost:
		for _, a := range w.scan.amounts() {
			spans = append(spans, a.Span)
		}
	}
	return spans
}
