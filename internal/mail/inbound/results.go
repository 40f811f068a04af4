package inbound

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dkim"
	"golang.org/x/net/publicsuffix"
)

const (
	asking         = 15 * time.Second // for all questions about one mail
	mostSignatures = 5
)

// caller is the other server.
type caller struct {
	address netip.Addr
	hello   string
	tls     bool
}

// results asks whether the mail comes from whom it claims to come from. Questions that nobody answers in time are
// temperror; they do not hold the mail up for long.
func (r *Receiver) results(ctx context.Context, c caller, in Incoming, raw []byte) Results {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	all := Results{Client: c.address.String(), Hello: line(c.hello, 255), TLS: c.tls, SPF: "none", DKIM: "none"}
	r.askSPF(ctx, c, in, &all)
	r.askDKIM(ctx, raw, &all)
	from := domainOf(string(in.From.Email))
	if from == "" {
		return all
	}
	all.Aligned = all.SPF == "pass" && sameOwner(all.SPFDomain, from) ||
		slices.ContainsFunc(all.DKIMPassed, func(signed string) bool { return sameOwner(signed, from) })
	all.Policy = r.askPolicy(ctx, from)
	return all
}

// askSPF does not ask about the machine itself: no record names it.
func (r *Receiver) askSPF(ctx context.Context, c caller, in Incoming, all *Results) {
	if !c.address.IsValid() || c.address.IsLoopback() {
		return
	}
	all.SPFDomain = domainOf(string(in.Envelope))
	if all.SPFDomain == "" {
		all.SPFDomain = c.hello
	}
	result, _ := spf.CheckHostWithSender(net.IP(c.address.AsSlice()), c.hello, string(in.Envelope), spf.WithContext(ctx), spf.WithResolver(r.config.Resolver))
	all.SPF = string(result)
}

func (r *Receiver) askDKIM(ctx context.Context, raw []byte, all *Results) {
	found, _ := dkim.VerifyWithOptions(bytes.NewReader(withCRLF(raw)), &dkim.VerifyOptions{
		MaxVerifications: mostSignatures,
		LookupTXT:        func(domain string) ([]string, error) { return r.config.Resolver.LookupTXT(ctx, domain) },
	})
	for _, signature := range found {
		switch {
		case signature.Err == nil:
			all.DKIM = "pass"
			all.DKIMPassed = append(all.DKIMPassed, strings.ToLower(signature.Domain))
		case all.DKIM == "pass":
		case dkim.IsTempFail(signature.Err):
			all.DKIM = "temperror"
		case dkim.IsPermFail(signature.Err):
			all.DKIM = "permerror"
		default:
			all.DKIM = "fail"
		}
	}
}

// withCRLF is the mail with the line ends that were signed.
func withCRLF(raw []byte) []byte {
	if bytes.Count(raw, []byte("\n")) == bytes.Count(raw, []byte("\r\n")) {
		return raw
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}

// askPolicy reads what the domain, or the one it belongs to, asks for.
func (r *Receiver) askPolicy(ctx context.Context, domain string) string {
	for _, name := range []string{domain, ownerOf(domain)} {
		records, err := r.config.Resolver.LookupTXT(ctx, "_dmarc."+name)
		if err != nil {
			continue
		}
		for _, record := range records {
			if policy := policyIn(record); policy != "" {
				return policy
			}
		}
	}
	return ""
}

func policyIn(record string) string {
	version, tags, _ := strings.Cut(record, ";")
	if strings.TrimSpace(version) != "v=DMARC1" {
		return ""
	}
	for tag := range strings.SplitSeq(tags, ";") {
		name, text, _ := strings.Cut(tag, "=")
		text = strings.ToLower(strings.TrimSpace(text))
		if strings.TrimSpace(name) == "p" && (text == "none" || text == "quarantine" || text == "reject") {
			return text
		}
	}
	return ""
}

// sameOwner says whether two domains belong to one registered domain.
func sameOwner(a, b string) bool {
	return a != "" && (strings.EqualFold(a, b) || ownerOf(a) != "" && ownerOf(a) == ownerOf(b))
}

// ownerOf is the registered domain: example.co.uk of mail.example.co.uk.
func ownerOf(domain string) string {
	owner, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(strings.TrimSuffix(domain, ".")))
	if err != nil {
		return ""
	}
	return owner
}

func domainOf(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}
