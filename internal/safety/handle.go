package safety

import "bytes"

// findHandles finds "@name" and "network: name".
func (s *scan) findHandles() {
	for k := range s.tokens {
		switch {
		case s.before(k) == '@' && s.freeSign(k):
			s.addHandle(k, s.networkBefore(k))
		case k+1 < len(s.tokens) && !s.tokens[k+1].first && s.meaning(k).role == roleChat && bytes.ContainsAny(s.gap(k), ":="):
			s.addHandle(k+1, s.meaning(k).text)
		}
	}
}

// freeSign reports an @ with a blank or nothing before it and a name behind it, so no address and no price each.
func (s *scan) freeSign(k int) bool {
	at := int(s.tokens[k].from) - 1
	return (at == 0 || s.text.plain[at-1] == ' ' || s.text.plain[at-1] == '\n' || s.text.plain[at-1] == ':') &&
		s.tokens[k].kind&hasLetter != 0 && s.tokens[k].to-s.tokens[k].from >= 3
}

func (s *scan) networkBefore(k int) string {
	if k > 0 && !s.tokens[k].first && s.meaning(k-1).role == roleChat {
		return s.meaning(k - 1).text
	}
	return ""
}

func (s *scan) addHandle(k int, network string) {
	if s.tokens[k].kind&hasLetter == 0 || s.inMail(k) && s.before(k) != '@' {
		return
	}
	end := k
	for end+1 < len(s.tokens) && !s.tokens[end+1].first && len(s.gap(end)) == 1 && bytes.IndexByte([]byte("_."), s.gap(end)[0]) >= 0 {
		end++
	}
	s.found.Handles = append(s.found.Handles, Handle{Name: string(s.bytes(k, end)), Network: network, Span: s.spanOf(k, end)})
}
