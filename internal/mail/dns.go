package mail

import (
	"fmt"
	"strings"
)

// Record is one entry that an operator adds to the domain name system.
type Record struct {
	Name  string // fully qualified, without the last dot
	Type  string // MX or TXT
	Value string // as providers' forms take it; of MX with the priority before the host
	Why   string // a sentence for the operator
}

// Zone is the record as a line of a zone file. A long text is divided, because one piece has at most 255 bytes.
func (r Record) Zone() string {
	text := r.Value
	if r.Type == "TXT" {
		var pieces []string
		for rest := text; rest != ""; {
			n := min(len(rest), 255)
			pieces = append(pieces, `"`+rest[:n]+`"`)
			rest = rest[n:]
		}
		text = strings.Join(pieces, " ")
	} else {
		text += "."
	}
	return fmt.Sprintf("%s. 3600 IN %s %s", r.Name, r.Type, text)
}

// Route says how mail of a domain travels.
type Route struct {
	Receiver string   // full name of the machine that takes mail for the domain; empty when none is taken
	Senders  []string // full names of the machines that send it, such as the relay; the Receiver may always
	Reports  string   // address that gets reports about forged mail; optional
}

// DNSRecords are the records to publish for a domain: who takes its mail (MX), who may send it (SPF), the keys of its
// signatures (DKIM), and that mail without them is forged (DMARC). signer is nil when mail is not signed.
func DNSRecords(domain string, route Route, signer *Signer) ([]Record, error) {
	var all []Record
	senders := "v=spf1"
	if route.Receiver != "" {
		all = append(all, Record{domain, "MX", "10 " + route.Receiver, "Answers to mails of the marketplace arrive here."})
		senders += " mx"
	}
	for _, host := range route.Senders {
		senders += " a:" + host
	}
	all = append(all, Record{domain, "TXT", senders + " -all", "SPF: only these machines send mail of this domain."})
	if signer != nil {
		for _, k := range signer.keys {
			text, err := k.record()
			if err != nil {
				return nil, fmt.Errorf("mail.DNSRecords(%s): key %s: %w", domain, k.Selector, err)
			}
			all = append(all, Record{k.Selector + "._domainkey." + signer.domain, "TXT", text, "DKIM: the key that proves our signature."})
		}
	}
	policy := "v=DMARC1; p=quarantine"
	if route.Reports != "" {
		policy += "; rua=mailto:" + route.Reports
	}
	return append(all, Record{"_dmarc." + domain, "TXT", policy, "DMARC: what fails both is treated with suspicion."}), nil
}
