package safety

import "bytes"

// findMails finds addresses as they are and addresses that spell out their signs.
func (s *scan) findMails() {
	for k := 0; k+1 < len(s.tokens); k++ {
		if s.tokens[k+1].first {
			continue
		}
		if gap := s.gap(k); len(gap) > 0 && bytes.IndexByte(gap, '@') >= 0 {
			s.tryMail(k, k+1, len(gap) > 1)
			continue
		}
		if k+2 < len(s.tokens) && s.meaning(k+1).role == roleAt && !s.tokens[k+2].first {
			s.tryMail(k, k+2, true)
		}
	}
}

// tryMail reads an address whose local part ends at token k and whose domain begins at token domain. Spelt out, it counts
// only when something shows that an address is meant: brackets, a spelt dot, or a provider of mailboxes.
func (s *scan) tryMail(k, domain int, spelt bool) {
	host, end, dotSpelt := s.host(domain)
	if end == domain {
		return
	}
	bracketed := bytes.ContainsAny(s.gap(domain-1), "()[]{}<>*@")
	if spelt && !bracketed && !dotSpelt && s.meaning(domain).role != roleMail {
		return
	}
	from := k
	for from > 0 && !s.tokens[from].first && k-from < 6 && inLocal(s.gap(from-1)) {
		from--
	}
	local := s.text.plain[s.tokens[from].from:s.tokens[k].to]
	s.found.Mails = append(s.found.Mails, Mail{
		Address: string(local) + "@" + host,
		Hidden:  spelt || dotSpelt,
		Span:    s.spanOf(from, end),
	})
}

func inLocal(gap []byte) bool {
	return len(gap) == 1 && bytes.IndexByte([]byte("._-+%"), gap[0]) >= 0
}
