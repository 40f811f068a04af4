package safety

import "bytes"

// findLinks finds web addresses: with a scheme, with www, by a known top-level domain, or with a spelt dot.
func (s *scan) findLinks() {
	for k := 0; k+1 < len(s.tokens); k++ {
		if s.tokens[k+1].first || !s.beginsHost(k) {
			continue
		}
		host, end, spelt := s.host(k)
		if end == k || s.inMail(k) {
			continue
		}
		s.found.Links = append(s.found.Links, Link{Host: host, Hidden: spelt, Span: s.spanOf(k, end)})
		k = end
	}
}

// beginsHost is the quick test before a host is read: a dot, or a word for one, must follow.
func (s *scan) beginsHost(k int) bool {
	gap := s.gap(k)
	if len(gap) == 0 {
		return false
	}
	return gap[0] == '.' && len(gap) == 1 || s.meaning(k+1).role == roleDot || bytes.ContainsAny(gap, "([{") && bytes.IndexByte(gap, '.') >= 0
}

// host reads a host name from token k on. It returns the last token of it, k when there is none. Words that are also
// top-level domains ("call.me", "in.it") count only where a sentence cannot be meant: behind www, a scheme or before a path.
func (s *scan) host(k int) (name string, end int, spelt bool) {
	end = k
	text := append([]byte(nil), s.token(k)...)
	sure := string(s.token(k)) == "www" || s.schemeBefore(k)
	for at := k; at+1 < len(s.tokens) && at-k < 12; {
		next, words := s.dot(at)
		if next == 0 || s.tokens[next].kind == 0 {
			break
		}
		spelt = spelt || words
		sign := byte('.')
		if gap := s.gap(at); len(gap) == 1 && gap[0] == '-' {
			sign = '-'
		}
		text = append(append(text, sign), s.token(next)...)
		if at = next; s.endsHost(at, sure, words) {
			end, name = at, string(text)
		}
	}
	return name, end, spelt && end > k
}

// dot returns the token behind a dot that follows token k, and whether the dot is spelt; 0 when no dot follows. A hyphen
// joins parts of a name in the same way.
func (s *scan) dot(k int) (next int, spelt bool) {
	if s.tokens[k+1].first {
		return 0, false
	}
	gap := s.gap(k)
	if len(gap) == 1 && (gap[0] == '.' || gap[0] == '-') {
		return k + 1, false
	}
	if s.meaning(k+1).role == roleDot && k+2 < len(s.tokens) && !s.tokens[k+2].first {
		return k + 2, true
	}
	if bytes.ContainsAny(gap, "([{") && bytes.IndexByte(gap, '.') >= 0 {
		return k + 1, true
	}
	return 0, false
}

func (s *scan) endsHost(k int, sure, spelt bool) bool {
	if sure && s.tokens[k].kind&hasDigit == 0 && s.tokens[k].to-s.tokens[k].from >= 2 {
		return true
	}
	if !s.meaning(k).top {
		return false
	}
	if !ordinaryWord(string(s.token(k))) {
		return true
	}
	to := int(s.tokens[k].to)
	return !spelt && to+1 < len(s.text.plain) && s.text.plain[to] == '/' && byteClass[s.text.plain[to+1]] != 0
}

func ordinaryWord(text string) bool {
	switch text {
	case "at", "in", "it", "me", "us", "be", "live", "link", "club", "shop", "online", "top", "app", "site", "li", "es", "io", "co", "ca", "cn", "no":
		return true
	}
	return false
}

func (s *scan) schemeBefore(k int) bool {
	return bytes.HasSuffix(s.text.plain[:s.tokens[k].from], []byte("://"))
}

func (s *scan) inMail(k int) bool {
	if s.before(k) == '@' {
		return true
	}
	span := s.spanOf(k, k)
	for _, mail := range s.found.Mails {
		if mail.Span.Field == span.Field && mail.Span.From <= span.From && span.From < mail.Span.To {
			return true
		}
	}
	return false
}
